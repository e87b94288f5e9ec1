import type { PmmlModelBase } from './base.ts';

/** Models over vectors of numbers. */

export const PMML_ACTIVATIONS = [
  'threshold',
  'logistic',
  'tanh',
  'identity',
  'exponential',
  'reciprocal',
  'square',
  'Gauss',
  'sine',
  'cosine',
  'Elliott',
  'arctan',
  'rectifier',
  'radialBasis',
] as const;
export type PmmlActivation = (typeof PMML_ACTIVATIONS)[number];

export interface PmmlLayer {
  readonly activation: PmmlActivation;
  readonly threshold: number;
  /** Slope of a rectifier below zero. */
  readonly leakage: number;
  readonly altitude: number;
  readonly normalization: 'none' | 'simplemax' | 'softmax';
  readonly neurons: readonly PmmlNeuron[];
}

export interface PmmlNeuron {
  readonly bias: number;
  /** Of a radial basis. */
  readonly width: number;
  /** Inputs and neurons of earlier layers, counted through from the first input. */
  readonly from: Int32Array;
  readonly weights: Float64Array;
}

export interface PmmlNeuralNetwork extends PmmlModelBase {
  readonly kind: 'neural-network';
  /** Fields of the inputs. */
  readonly inputs: readonly number[];
  readonly layers: readonly PmmlLayer[];
  /** Neurons that answer: one a class, or the number, which `orig` and `norm` scale back. */
  readonly outputs: readonly {
    readonly neuron: number;
    readonly class: number;
    readonly orig: Float64Array;
    readonly norm: Float64Array;
  }[];
}

export type PmmlKernel =
  | { readonly kind: 'linear' }
  | { readonly kind: 'polynomial'; readonly gamma: number; readonly coef0: number; readonly degree: number }
  | { readonly kind: 'radialBasis'; readonly gamma: number }
  | { readonly kind: 'sigmoid'; readonly gamma: number; readonly coef0: number };

export interface PmmlMachine {
  /** Class below the threshold, and at or above it; -1 in a regression. */
  readonly class: number;
  readonly alternate: number;
  readonly threshold: number;
  readonly intercept: number;
  readonly coefficients: Float64Array;
  /** Rows of `vectors`; null where the coefficients are those of the fields themselves. */
  readonly vectors: Int32Array | null;
}

export interface PmmlVectorModel extends PmmlModelBase {
  readonly kind: 'support-vector-machine';
  readonly kernel: PmmlKernel;
  /** A field each; a category counts 1 where the field has the value, else 0. */
  readonly fields: readonly { readonly field: number; readonly value: string | number | boolean | null }[];
  readonly vectors: readonly Float64Array[];
  readonly machines: readonly PmmlMachine[];
  readonly method: 'OneAgainstAll' | 'OneAgainstOne';
  /** Whether the largest value wins among machines of one class each. */
  readonly maxWins: boolean;
  /** Whether machines answer 0 for the alternate class and 1 for their own. */
  readonly binary: boolean;
}

export const PMML_METRICS = ['euclidean', 'squaredEuclidean', 'chebychev', 'cityBlock', 'minkowski'] as const;
export type PmmlMetric = (typeof PMML_METRICS)[number];
export const PMML_COMPARE_FUNCTIONS = ['absDiff', 'gaussSim', 'delta', 'equal'] as const;
export type PmmlCompareFunction = (typeof PMML_COMPARE_FUNCTIONS)[number];

export interface PmmlClusteringModel extends PmmlModelBase {
  readonly kind: 'clustering';
  readonly metric: PmmlMetric;
  /** Exponent of `minkowski`. */
  readonly power: number;
  readonly fields: readonly {
    readonly field: number;
    readonly weight: number;
    readonly compare: PmmlCompareFunction;
    /** Of `gaussSim`. */
    readonly scale: number;
  }[];
  /** Weights by which a distance over some missing fields is scaled up. */
  readonly missingWeights: Float64Array;
  readonly centers: readonly Float64Array[];
}
