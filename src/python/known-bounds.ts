import { compareVersions } from './versions.ts';

/**
 * What the metadata of published packages does not say: releases made before another package broke what they rely on,
 * with no upper bound of their own. Resolved today, they would get the newest and fail at their first import. Pure.
 */
export interface KnownBound {
  /** Normalised name. */
  readonly package: string;
  /** Releases before this one are meant. */
  readonly before: string;
  readonly needs: string;
  /** The first release of `needs` that does not go with them. */
  readonly below: string;
  readonly why: string;
}

/** Its wheels were built against the C interface of NumPy 1 (https://github.com/numpy/numpy/issues/26191). */
const builtForNumpy1 = (name: string, before: string): KnownBound => ({
  package: name,
  before,
  needs: 'numpy',
  below: '2',
  why: 'was built for NumPy 1',
});

/** It uses `numpy.float`, `numpy.int` or `numpy.bool`, which NumPy 1.24 removed (its release notes, "Expired deprecations"). */
const usesOldAliases = (name: string, before: string): KnownBound => ({
  package: name,
  before,
  needs: 'numpy',
  below: '1.24',
  why: 'uses names that NumPy 1.24 removed',
});

const KNOWN_BOUNDS: readonly KnownBound[] = [
  usesOldAliases('scikit-learn', '1.0'),
  usesOldAliases('xgboost', '1.5'),
  usesOldAliases('shap', '0.42'),
  usesOldAliases('catboost', '1.1'),
  usesOldAliases('tensorflow', '2.9'),
  builtForNumpy1('scikit-learn', '1.4.2'),
  builtForNumpy1('scipy', '1.13'),
  builtForNumpy1('pandas', '2.2.2'),
  builtForNumpy1('pyarrow', '16'),
  builtForNumpy1('torch', '2.3'),
  builtForNumpy1('tensorflow', '2.18'),
  builtForNumpy1('catboost', '1.2.8'),
  builtForNumpy1('statsmodels', '0.14.2'),
  builtForNumpy1('numba', '0.60'),
  builtForNumpy1('h5py', '3.11'),
  builtForNumpy1('matplotlib', '3.9'),
  builtForNumpy1('scikit-image', '0.24'),
  builtForNumpy1('gensim', '4.3.3'),
  builtForNumpy1('shap', '0.46'),
  builtForNumpy1('onnxruntime', '1.19'),
];

/** The bounds that pins (by normalised name) break, the tightest one where there are several for the same two packages. */
export function brokenBounds(pins: ReadonlyMap<string, string>): readonly KnownBound[] {
  const broken = KNOWN_BOUNDS.filter((bound) => {
    const version = pins.get(bound.package);
    const other = pins.get(bound.needs);
    return (
      version !== undefined &&
      other !== undefined &&
      compareVersions(version, bound.before) < 0 &&
      compareVersions(other, bound.below) >= 0
    );
  });
  const tightest = [...broken].sort((left, right) => compareVersions(right.below, left.below));
  return [...new Map(tightest.map((bound) => [`${bound.package} ${bound.needs}`, bound])).values()];
}
