import type { ModelStep } from '../model/step.ts';
import type { DType } from '../model/tensor.ts';
import type { TextVectorizerStep } from '../model/text.ts';
import type { ValueName } from '../onnx/graph.ts';
import type { StepCertification } from './plan.ts';
import type { RefusingEmitter } from './refusal.ts';
import type { StepStream } from './stream.ts';

/** What compilers emit into: the graph, and the way to the steps inside a step. */
export interface CompileContext extends RefusingEmitter {
  /** Compiles a nested step on `input`. */
  compile(step: ModelStep, input: StepStream): CompiledStep;
  /** Declares the counts of `step` over signature column `column` as a graph input. */
  counts(step: TextVectorizerStep, column: number): ValueName;
  /** Declares the hashes of signature column `column`, int32 as float64 `[N, 1]`, as a graph input. */
  hashes(column: number): ValueName;
}

/** A predictor's answer; its nodes are emitted only where the signature or another step asks for it. */
export interface CompiledOutput {
  readonly dtype: DType;
  /** Sizes behind the batch dimension: `[]` is `[N]`; a name where the file does not say. */
  readonly shape: readonly (number | string)[];
  readonly value: () => ValueName;
}

export interface CompiledStep {
  /** What the next step of a pipeline sees. */
  readonly stream?: StepStream;
  /** By name (`predict`, …); a list for multi-output `predict_proba`. */
  readonly outputs?: Readonly<Record<string, CompiledOutput | readonly CompiledOutput[]>>;
}

/** Compiler of one kind of step: ONNX nodes, and the promise that goes with them. */
export interface StepCompiler<S extends ModelStep> {
  emit(context: CompileContext, step: S, input: StepStream): CompiledStep;
  certify(step: S): StepCertification;
}

/** Compilers of a family, one a kind: `S` is the union of its steps. */
export type StepCompilers<S extends ModelStep> = {
  readonly [K in S['kind']]: StepCompiler<Extract<S, { readonly kind: K }>>;
};

export const bitExact = (note = ''): StepCertification => ({ exactness: 'bit-exact', bound: '0 bits', note });
export const withinUlp = (ulp: number, note: string): StepCertification => ({
  exactness: 'ulp',
  bound: `≤ ${ulp} ulp`,
  note,
});
export const withinTolerance = (note: string): StepCertification => ({
  exactness: 'tolerance',
  bound: '≤ 1e-9·|b| + 1e-13·Σ|terms|',
  note,
});
