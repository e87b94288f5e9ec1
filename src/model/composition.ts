import type { Step } from './step.ts';
import type { StepBase } from './step-base.ts';

export interface NamedStep {
  readonly name: string;
  readonly step: Step;
}

/** Steps in order; 'passthrough' and None steps are left out by the reader. The last may be a predictor. */
export interface PipelineStep extends StepBase {
  readonly kind: 'pipeline';
  readonly steps: readonly NamedStep[];
}

export interface ColumnBranch {
  readonly name: string;
  /** Column indexes of the input table, in the order the branch sees them. */
  readonly columns: readonly number[];
  /** True where the selector was a single name or index: the branch then sees a 1-D series (text vectorizers). */
  readonly scalar: boolean;
  /** `transformer_weights`, multiplied onto the branch's output; null for none. */
  readonly weight: number | null;
  /** null is `passthrough`; dropped branches and empty selections are left out by the reader. */
  readonly step: Step | null;
}

/** Branch outputs side by side, in transformer order (the remainder last). */
export interface ColumnTransformerStep extends StepBase {
  readonly kind: 'column-transformer';
  readonly branches: readonly ColumnBranch[];
}

export interface UnionBranch extends NamedStep {
  readonly weight: number | null;
}

/** Every branch sees the whole input; outputs side by side. 'drop' is left out; 'passthrough' has step identity. */
export interface FeatureUnionStep extends StepBase {
  readonly kind: 'feature-union';
  readonly branches: readonly UnionBranch[];
}
