/** Rows by the centre that they are nearest to: clusters, and classes with a centroid each. */
import { needsNumbers } from './column-need.ts';
import { classSpec, decisionSpec, labelSpec } from './output-specs.ts';
import type { OutputSpec } from './signature.ts';
import type { StepBase } from './step-base.ts';
import { fittedWidth, NUMERIC_TRANSFORMER, PREDICTOR, type StepDescriptions } from './step-description.ts';
import { type LabelSet, labelDType, type Matrix, matrixColumns } from './tensor.ts';

/** `√Σ(x - c)²` or `Σ|x - c|`. */
export type CentreMetric = 'euclidean' | 'manhattan';

/**
 * `predict`: label of the nearest centre, the first of several that are equally near; `transform`, of a transformer:
 * Euclidean distances `[N, centres]`.
 */
export interface NearestCentreStep extends StepBase {
  readonly kind: 'nearest-centre';
  /** [centres, features] */
  readonly centers: Matrix;
  /** What it is beside a predictor: a clusterer that transforms, one that does not, a classifier. */
  readonly role: 'transformer' | 'clusterer' | 'classifier';
  /** One a centre; clusters may share one. Null where predict answers the index of the centre, int32. */
  readonly labels: LabelSet | null;
  /** @default 'euclidean' */
  readonly metric?: CentreMetric;
  /**
   * Labels come from whole squared distances, `max(0, -2 x·c + ‖x‖² + ‖c‖²)` (`pairwise_distances_argmin`; KMeans before
   * 0.23), where KMeans compares `‖c‖² - 2 x·c`: rows so far out that distances round alike get the first centre. Where
   * ‖x‖² overflows, the first centre whose distance is not a number is the least to numpy, else all tie. (KMeans of 0.18
   * and 0.19 leaves such a label unset in a loop of its own; it gets the same answer.)
   */
  readonly wholeDistances?: true;
}

/**
 * A tree of centres (BisectingKMeans): from the root on a row goes to the nearer one of two centres, the first where they
 * are equally near, until it comes to a cluster. `predict`: its number, int32; `transform`: Euclidean distances from the
 * centres of all clusters.
 */
export interface CentreTreeStep extends StepBase {
  readonly kind: 'centre-tree';
  /** Of the clusters: [clusters, features] */
  readonly centers: Matrix;
  /** [2·splits, features]: rows 2k and 2k + 1 are what split k compares. */
  readonly compared: Matrix;
  /** Where a row goes that is nearest to each of them: a later split from 0 on, or a cluster c as `-1 - c`. */
  readonly next: Int32Array;
}

/**
 * Nearest shrunken centroids: `score_c = offset_c - d²(x / scale, c / scale)`; `predict`: argmax of the scores, or the
 * nearest centroid without a scale; `decision_function`: the scores, of two classes their difference; `predict_proba`:
 * their softmax. (Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, 18.2.)
 */
export interface ShrunkenCentroidsStep extends StepBase {
  readonly kind: 'shrunken-centroids';
  /** [classes, features] */
  readonly centers: Matrix;
  readonly metric: CentreMetric;
  /** What each column is divided by. */
  readonly scale: Float64Array;
  readonly offsets: Float64Array;
  readonly classes: LabelSet;
  /** What predicts where classes are as likely as each other. */
  readonly nearest: NearestCentreStep | null;
}

/** Distance of the centres from zero, squared, over that from their mean, above which distances lose digits. */
const FAR = 1e4;

/**
 * Where to measure from, or null for zero. Distances are invariant under a shift, but the expansion
 * ‖x‖² - 2 x·c + ‖c‖² is not: it cancels where the centres lie together far from zero (timestamps, identifiers).
 * Their mean is then the better origin, rounded to float32 so that subtracting it is exact for nearby numbers.
 */
export function originOf({ rows, cols, data }: Matrix): Float64Array | null {
  const mean = new Float64Array(cols);
  for (let k = 0; k < data.length; k++) mean[k % cols]! += data[k]! / rows;
  let away = 0;
  let apart = 0;
  for (let k = 0; k < data.length; k++) {
    away += mean[k % cols]! ** 2;
    apart += (data[k]! - mean[k % cols]!) ** 2;
  }
  return away > FAR * apart && Number.isFinite(away) ? mean.map(Math.fround) : null;
}

/** A matrix measured from another origin. */
export const movedTo = (origin: Float64Array, { rows, cols, data }: Matrix): Matrix => ({
  rows,
  cols,
  data: data.map((value, k) => value - origin[k % cols]!),
});

/** Rows whose values are tried. */
const MAX_TRIED = 32;

const INDEX: OutputSpec = { name: 'predict', dtype: 'int32', shape: [-1] };
const described = {
  needs: needsNumbers,
  rounding: 'sum',
  tried: ({ centers }: { readonly centers: Matrix }) => matrixColumns(centers, MAX_TRIED),
} as const;

function nearestSpec({ role, labels }: NearestCentreStep): OutputSpec {
  if (labels === null) return INDEX;
  return role === 'classifier' ? labelSpec(labels) : { ...INDEX, dtype: labelDType(labels) };
}

export const CENTRE_STEPS: StepDescriptions<NearestCentreStep | CentreTreeStep | ShrunkenCentroidsStep> = {
  'nearest-centre': {
    ...NUMERIC_TRANSFORMER,
    ...described,
    width: (step, input) => (step.role === 'transformer' ? step.centers.rows : fittedWidth(step, input)),
    outputs: (step, transform) => [nearestSpec(step), ...(step.role === 'transformer' ? [transform] : [])],
  },
  'centre-tree': {
    ...NUMERIC_TRANSFORMER,
    ...described,
    width: ({ centers }) => centers.rows,
    outputs: (_step, transform) => [INDEX, transform],
    tried: ({ compared }) => matrixColumns(compared, MAX_TRIED),
  },
  'shrunken-centroids': {
    ...PREDICTOR,
    ...described,
    outputs: ({ classes, metric }) => [
      labelSpec(classes),
      ...(metric === 'euclidean' ? [classSpec('predict_proba', classes), decisionSpec(classes)] : []),
    ],
  },
};
