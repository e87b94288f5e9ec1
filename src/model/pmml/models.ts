import type { PmmlModelBase } from './base.ts';
import type { PmmlClusteringModel, PmmlNeuralNetwork, PmmlVectorModel } from './distances.ts';
import type { PmmlPredicate } from './program.ts';
import type { PmmlBayesModel, PmmlGeneralRegression, PmmlScorecard } from './scores.ts';
import type { PmmlValue } from './value.ts';

/** Nodes in the order of the document, the root first: children stand after their parent. */
export interface PmmlTreeModel extends PmmlModelBase {
  readonly kind: 'tree';
  readonly nodes: readonly PmmlTreeNode[];
  readonly missing: 'none' | 'lastPrediction' | 'nullPrediction' | 'defaultChild';
  readonly noTrueChild: 'returnNullPrediction' | 'returnLastPrediction';
}

export interface PmmlTreeNode {
  readonly id: string;
  readonly predicate: PmmlPredicate;
  readonly score: PmmlValue;
  /** Fractions by class, summing up to 1; null where the node has no distribution. */
  readonly distribution: Float64Array | null;
  readonly children: readonly number[];
  readonly defaultChild: number | null;
}

/** One term of a regression table. A missing field: of a categorical predictor 0, else no answer. */
export type PmmlTerm =
  | {
      readonly kind: 'numeric';
      readonly field: number;
      readonly exponent: number;
      readonly coefficient: number;
    }
  | {
      readonly kind: 'category';
      readonly field: number;
      readonly value: PmmlValue;
      readonly coefficient: number;
    }
  | { readonly kind: 'product'; readonly fields: readonly number[]; readonly coefficient: number };

export interface PmmlRegressionTable {
  readonly intercept: number;
  readonly terms: readonly PmmlTerm[];
  /** Class that it scores; -1 in a regression. */
  readonly class: number;
}

export const PMML_NORMALIZATIONS = [
  'none',
  'simplemax',
  'softmax',
  'logit',
  'probit',
  'cloglog',
  'exp',
  'loglog',
  'cauchit',
] as const;
export type PmmlNormalization = (typeof PMML_NORMALIZATIONS)[number];

export interface PmmlRegressionModel extends PmmlModelBase {
  readonly kind: 'regression';
  readonly tables: readonly PmmlRegressionTable[];
  readonly normalization: PmmlNormalization;
  /** Whether tables score cumulative probabilities of ordered classes. */
  readonly ordinal: boolean;
}

export interface PmmlSegment {
  readonly id: string;
  readonly predicate: PmmlPredicate;
  /** Index of the model; it stands before the one that holds the segment. */
  readonly model: number;
  readonly weight: number;
  /** Index in the classes of the whole of each class of the segment's model; -1 where the whole has no such class. */
  readonly classOf: Int32Array;
}

export const PMML_METHODS = [
  'majorityVote',
  'weightedMajorityVote',
  'average',
  'weightedAverage',
  'median',
  'weightedMedian',
  'max',
  'sum',
  'weightedSum',
  'selectFirst',
  'modelChain',
] as const;
export type PmmlMethod = (typeof PMML_METHODS)[number];

export interface PmmlMiningModel extends PmmlModelBase {
  readonly kind: 'mining';
  readonly method: PmmlMethod;
  readonly segments: readonly PmmlSegment[];
  readonly missingPrediction: 'continue' | 'skipSegment' | 'returnMissing';
  readonly missingThreshold: number;
}

export type PmmlModel =
  | PmmlTreeModel
  | PmmlRegressionModel
  | PmmlMiningModel
  | PmmlGeneralRegression
  | PmmlScorecard
  | PmmlBayesModel
  | PmmlNeuralNetwork
  | PmmlVectorModel
  | PmmlClusteringModel;
