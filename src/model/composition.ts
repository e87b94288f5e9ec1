/** Steps that hold other steps. `S` is any step: the union of all of them, in `step.ts`, names these. */
import type { StepBase } from './step-base.ts';

export interface NamedStepOf<S> {
  readonly name: string;
  readonly step: S;
}

/** Steps in order; 'passthrough' and None steps are left out by the reader. The last may be a predictor. */
export interface PipelineOf<S> extends StepBase {
  readonly kind: 'pipeline';
  readonly steps: readonly NamedStepOf<S>[];
}

export interface ColumnBranchOf<S> {
  readonly name: string;
  /** Column indexes of the input table, in the order the branch sees them. */
  readonly columns: readonly number[];
  /** True where the selector was a single name or index: the branch then sees a 1-D series (text vectorizers). */
  readonly scalar: boolean;
  /** `transformer_weights`, multiplied onto the branch's output; null for none. */
  readonly weight: number | null;
  /** null is `passthrough`; dropped branches and empty selections are left out by the reader. */
  readonly step: S | null;
}

/** Branch outputs side by side, in transformer order (the remainder last). */
export interface ColumnTransformerOf<S> extends StepBase {
  readonly kind: 'column-transformer';
  readonly branches: readonly ColumnBranchOf<S>[];
}

export interface UnionBranchOf<S> extends NamedStepOf<S> {
  readonly weight: number | null;
}

/** Every branch sees the whole input; outputs side by side. 'drop' is left out; 'passthrough' has step identity. */
export interface FeatureUnionOf<S> extends StepBase {
  readonly kind: 'feature-union';
  readonly branches: readonly UnionBranchOf<S>[];
}
