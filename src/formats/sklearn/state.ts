import type { PyValue } from '../pickle/value.ts';

/** Release of scikit-learn that wrote an estimator. */
export interface SklearnRelease {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

/** `0.24.2`, `1.7.dev0`, `1.3.0rc1`; null for anything else. */
function parseRelease(text: string): SklearnRelease | null {
  const match = /^(\d{1,4})\.(\d{1,4})/.exec(text);
  return match === null
    ? null
    : { text: text.slice(0, 40), major: Number(match[1]), minor: Number(match[2]) };
}

/** `BaseEstimator.__getstate__` has written `_sklearn_version` since 0.18, for classes of scikit-learn itself. */
export const releaseOf = (attributes: ReadonlyMap<string, PyValue>): SklearnRelease | null => {
  const version = attributes.get('_sklearn_version');
  return typeof version === 'string' ? parseRelease(version) : null;
};
