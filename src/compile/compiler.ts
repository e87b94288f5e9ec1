import type { Step } from '../model/step.ts';
import type { DType } from '../model/tensor.ts';
import type { CountVectorizerStep } from '../model/text.ts';
import type { Value } from '../onnx/graph.ts';
import type { Certification } from './plan.ts';
import type { RefusingEmitter } from './refusal.ts';
import type { Stream } from './stream.ts';

/** What compilers emit into: the graph, and the way to the steps inside a step. */
export interface Context extends RefusingEmitter {
  /** Compiles a nested step on `input`. */
  compile(step: Step, input: Stream): Outcome;
  /** Declares the counts of `step` over signature column `column` as a graph input. */
  counts(step: CountVectorizerStep, column: number): Value;
}

/** A predictor's answer; its nodes are emitted only where the signature or another step asks for it. */
export interface Output {
  readonly dtype: DType;
  /** Sizes behind the batch dimension: `[]` is `[N]`; a name where the file does not say. */
  readonly shape: readonly (number | string)[];
  readonly value: () => Value;
}

export interface Outcome {
  /** What the next step of a pipeline sees. */
  readonly stream?: Stream;
  /** By name (`predict`, …); a list for multi-output `predict_proba`. */
  readonly outputs?: Readonly<Record<string, Output | readonly Output[]>>;
}

/** Compiler of one kind of step: ONNX nodes, and the promise that goes with them. */
export interface Compiler<S extends Step> {
  emit(context: Context, step: S, input: Stream): Outcome;
  certify(step: S): Certification;
}

export const bitExact = (note = ''): Certification => ({ exactness: 'bit-exact', bound: '0 bits', note });
export const withinUlp = (ulp: number, note: string): Certification => ({
  exactness: 'ulp',
  bound: `≤ ${ulp} ulp`,
  note,
});
export const withinTolerance = (note: string): Certification => ({
  exactness: 'tolerance',
  bound: '≤ 1e-9·|b| + 1e-13·Σ|terms|',
  note,
});
