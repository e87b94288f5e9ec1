import { needsNumbers } from './column-need.ts';
import { labelSpec, numberSpec, probabilitySpec } from './output-specs.ts';
import type { OutputSpec } from './signature.ts';
import type { StepBase } from './step-base.ts';
import type { StepDescriptions } from './step-description.ts';
import type { LabelSet, Matrix } from './tensor.ts';

/** `weights · x + bias`; weights: [out, in]. */
export interface DenseLayer {
  readonly weights: Matrix;
  readonly bias: Float64Array;
}

/** A function of each number: `logistic` is 1 / (1 + e^-x), `relu` max(x, 0). */
export type ElementActivation = 'identity' | 'logistic' | 'tanh' | 'relu' | 'exp';
/** Of the last layer also `softmax`, over its row. */
export type OutputActivation = ElementActivation | 'softmax';

/** What the last layer's numbers y mean. */
export type DenseHead =
  /** `predict` is y: `[N]` where flat, else `[N, out]`. */
  | { readonly kind: 'numbers'; readonly flat: boolean }
  /** `transform` is y. */
  | { readonly kind: 'columns' }
  /** One number: the probability of the second of two classes, predicted above ½. */
  | { readonly kind: 'binary'; readonly classes: LabelSet }
  /** One probability a class; `predict` is that of the largest. */
  | { readonly kind: 'multiclass'; readonly classes: LabelSet }
  /** One number a label, told as `scores`; `predict` is 1 for each above `threshold`, else 0: `[N, labels]`. */
  | {
      readonly kind: 'multilabel';
      readonly threshold: number;
      readonly scores: 'predict_proba' | 'decision_function';
    };

/**
 * Layers of neurons, each fully connected to the one before: `aᵢ₊₁ = activation(weightsᵢ · aᵢ + biasᵢ)`, the last with an
 * activation of its own (multilayer perceptrons; with a single layer, generalised linear models, a ridge regression a
 * label, and the hidden units of a restricted Boltzmann machine).
 */
export interface DenseLayersStep extends StepBase {
  readonly kind: 'dense-layers';
  readonly layers: readonly [DenseLayer, ...DenseLayer[]];
  readonly activation: ElementActivation;
  readonly output: OutputActivation;
  readonly head: DenseHead;
}

/** Numbers that the last layer gives. */
export const outputCount = ({ layers }: DenseLayersStep): number => layers.at(-1)?.bias.length ?? 0;

function denseOutputs(step: DenseLayersStep, transform: OutputSpec): readonly OutputSpec[] {
  const { head } = step;
  const count = outputCount(step);
  switch (head.kind) {
    case 'numbers':
      return [numberSpec('predict', head.flat ? null : count)];
    case 'columns':
      return [transform];
    case 'multilabel':
      return [{ name: 'predict', dtype: 'int64', shape: [-1, count] }, numberSpec(head.scores, count)];
    default:
      return [labelSpec(head.classes), probabilitySpec(head.classes)];
  }
}

export const DENSE_LAYERS_STEPS: StepDescriptions<DenseLayersStep> = {
  'dense-layers': {
    needs: needsNumbers,
    width: (step) => outputCount(step),
    types: 'number',
    outputs: denseOutputs,
    form: 'table',
    rounding: 'sum',
  },
};
