import { PlimsollError } from '../core/errors.ts';
import { placeOf, type Step } from '../model/step.ts';
import type { DType } from '../model/tensor.ts';
import type { CountVectorizerStep } from '../model/text.ts';
import type { GraphBuilderApi, Value } from '../onnx/graph.ts';
import type { Certification } from './plan.ts';
import type { Refusals } from './refusal.ts';
import type { Stream } from './stream.ts';

/** What compilers emit into: the graph, and the way to the steps inside a step. */
export interface Context {
  readonly g: GraphBuilderApi;
  /** Compiles a nested step on `input`. */
  compile(step: Step, input: Stream): Outcome;
  /** Rows that the library would refuse. */
  readonly refusals: Refusals;
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

/** Refuses a step with the reason; what the table's hint says comes next for the reader. */
export const unsupported = (step: Step, field: string, found: string, wanted: string): PlimsollError =>
  new PlimsollError('MODEL_UNSUPPORTED', { ...placeOf(step.origin), field, found, wanted });

/** Refuses a description whose parts contradict each other. */
export const invalid = (step: Step, field: string, found: string, wanted: string): PlimsollError =>
  new PlimsollError('MODEL_INVALID', { ...placeOf(step.origin), field, found, wanted });

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
