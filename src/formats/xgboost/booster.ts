import type { DocumentPlace } from '../json/document-view.ts';

/** Release of XGBoost that wrote a booster; zeros where the file does not say (before 1.0). */
export interface BoosterRelease {
  readonly major: number;
  readonly minor: number;
  readonly text: string | null;
}

/** Whether `release` is `major.minor` or later. */
export const isSince = (release: BoosterRelease, major: number, minor: number): boolean =>
  release.major > major || (release.major === major && release.minor >= minor);

/** One tree as XGBoost numbers its nodes: the root is 0, and a leaf has no left child (-1). */
export interface BoosterTree {
  readonly place: DocumentPlace;
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
  readonly feature: ArrayLike<number>;
  /** Splits; of a tree of single leaf values, these too. */
  readonly threshold: ArrayLike<number>;
  readonly defaultLeft: ArrayLike<number>;
  /** Categories that go right, by node. */
  readonly sets: ReadonlyMap<number, Uint32Array>;
  /** Values of leaves: one at each node, or vectors found by `leafRow`. */
  readonly values: ArrayLike<number>;
  readonly leafRow: (node: number) => number;
  /** Sum of the hessians of the training rows at each node; null where it is not kept. */
  readonly cover: ArrayLike<number> | null;
  /** Set where the file holds no such tree. */
  readonly isMade?: true;
}

/** What a booster file says, whatever its spelling. Numbers are checked against each other by `ensemble.ts`. */
export interface BoosterModel {
  readonly release: BoosterRelease;
  readonly objective: string;
  readonly booster: 'gbtree' | 'dart' | 'gblinear';
  readonly features: number;
  readonly classes: number;
  readonly targets: number;
  /** `base_score` as stored: predictions, and margins before 1.0. */
  readonly base: readonly number[];
  readonly baseIsMargin: boolean;
  readonly trees: readonly BoosterTree[];
  /** Output that each tree adds to. */
  readonly groups: ArrayLike<number>;
  /** Values of a leaf: 1, or one an output. */
  readonly leafWidth: number;
  /** Weights of the trees of `dart`; null where all are 1. */
  readonly treeWeights: ArrayLike<number> | null;
  /** Trees of one boosting round: outputs times parallel trees; null where `rounds` tells. */
  readonly parallelTrees: number;
  /** First tree of each round, and after the last one their number; null before 2.0. */
  readonly rounds: ArrayLike<number> | null;
  /** Weights of `gblinear`: `[features + 1, outputs]`, the biases last. */
  readonly linear: ArrayLike<number> | null;
  readonly attributes: ReadonlyMap<string, string>;
  readonly featureNames: readonly string[] | null;
  readonly featureTypes: readonly string[] | null;
  /** Categories that a column had at fit, by column (from 3.1); null where they are codes. */
  readonly categories: ReadonlyMap<number, readonly (string | number)[]> | null;
}

/** Margins a row. */
export const outputsOfBooster = ({ classes, targets }: Pick<BoosterModel, 'classes' | 'targets'>): number =>
  Math.max(1, classes, targets);
