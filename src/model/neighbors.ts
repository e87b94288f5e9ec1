import { needsNumbers } from './column-need.ts';
import { numberSpec, voteSpecs } from './output-specs.ts';
import type { OutputSpec } from './signature.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions } from './step-description.ts';
import { type LabelSet, type Matrix, matrixColumns } from './tensor.ts';

/**
 * How far two points are apart (`sklearn.metrics.DistanceMetric`):
 * - `minkowski`: (Σ wⱼ·|xⱼ - yⱼ|ᵖ)^(1/p), p = ∞ the largest of them; `squared` leaves the root of p = 2 out;
 * - `scaled`: √Σ (xⱼ - yⱼ)² / vⱼ (seuclidean);
 * - `cosine`: 1 - x·y / (‖x‖·‖y‖), between 0 and 2;
 * - `canberra`: Σ |xⱼ - yⱼ| / (|xⱼ| + |yⱼ|);
 * - `hamming`: the part of columns that differ.
 */
export type Metric =
  | {
      readonly kind: 'minkowski';
      readonly p: number;
      readonly weights: Float64Array | null;
      readonly squared?: true;
    }
  | { readonly kind: 'scaled'; readonly variances: Float64Array }
  | { readonly kind: 'cosine' | 'canberra' | 'hamming' };

/**
 * A balanced tree of points as the library keeps it (`neighbors/_binary_tree.pxi`): node i has the points
 * `order[start[i]]` to `order[end[i] - 1]` and, where it is no leaf, the children 2i + 1 and 2i + 2. A box (`KDTree`) is
 * bounded by `bounds[0, i]` and `bounds[1, i]`, a ball (`BallTree`) is around `bounds[0, i]`.
 */
export interface PointTree {
  readonly kind: 'box' | 'ball';
  readonly order: Int32Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly leaf: Uint8Array;
  readonly radius: Float64Array;
  readonly bounds: Float64Array;
}

/** Points that training saw, and in what order the library meets them: it decides between neighbours equally far away. */
export interface PointSearch {
  /** [points, features] */
  readonly points: Matrix;
  readonly metric: Metric;
  /** null: all points in their own order. */
  readonly tree: PointTree | null;
}

/** What the neighbours of a row are asked for. */
export type NeighborTask =
  | {
      readonly kind: 'classification';
      /** One entry an output: the class of each point. */
      readonly targets: readonly { readonly classes: LabelSet; readonly codes: Int32Array }[];
    }
  /** values: [points, targets]; `flat`: `predict` is `[N]`. */
  | { readonly kind: 'regression'; readonly values: Matrix; readonly flat: boolean };

/** The vote or the mean of the k nearest points, each weighed alike or by 1 / distance. */
export interface NearestNeighborsStep extends StepBase {
  readonly kind: 'nearest-neighbors';
  readonly search: PointSearch;
  readonly k: number;
  readonly weighting: 'uniform' | 'distance';
  /** Whether a row all of whose neighbours are infinitely far away is refused (from 1.4). */
  readonly refusesFar: boolean;
  readonly task: NeighborTask;
}

/**
 * What a row gets that has no neighbour: it is refused; a label an output, `labels[code]` (the classes, and at their end
 * the label where it is none of them: no class has a share then); a number in every output.
 */
export type NoNeighbor =
  | { readonly kind: 'refused' }
  | { readonly kind: 'labels'; readonly targets: readonly OutlierLabel[] }
  | { readonly kind: 'number'; readonly value: number };

export interface OutlierLabel {
  readonly labels: LabelSet;
  readonly code: number;
}

/** The vote or the mean of all points at most `radius` away, each weighed alike or by 1 / distance. */
export interface RadiusNeighborsStep extends StepBase {
  readonly kind: 'radius-neighbors';
  readonly search: PointSearch;
  readonly radius: number;
  readonly weighting: 'uniform' | 'distance';
  readonly task: NeighborTask;
  readonly none: NoNeighbor;
}

export type NeighborsStep = NearestNeighborsStep | RadiusNeighborsStep;

const outputsOfTask = (task: NeighborTask): readonly OutputSpec[] =>
  task.kind === 'classification'
    ? voteSpecs(task.targets.map(({ classes }) => classes))
    : [numberSpec('predict', task.flat ? null : task.values.cols)];

/** Points whose numbers are tried. */
const MAX_TRIED = 24;

const VOTE = {
  ...PREDICTOR,
  needs: needsNumbers,
  outputs: ({ task }: NeighborsStep) => outputsOfTask(task),
  rounding: ({ task, weighting }: NeighborsStep) =>
    task.kind === 'classification' && weighting === 'uniform' ? 'same' : 'sum',
  tried: ({ search }: NeighborsStep) => matrixColumns(search.points, MAX_TRIED),
} as const;

export const NEIGHBORS_STEPS: StepDescriptions<NeighborsStep> = {
  'nearest-neighbors': VOTE,
  'radius-neighbors': VOTE,
};
