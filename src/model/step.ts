import type {
  ColumnBranchOf,
  ColumnTransformerOf,
  FeatureUnionOf,
  NamedStepOf,
  PipelineOf,
  UnionBranchOf,
} from './composition.ts';
import type { KMeansStep, PcaStep } from './decomposition.ts';
import type { DummyStep } from './dummy.ts';
import type { LabelEncoderStep, OneHotStep, OrdinalStep } from './encoding.ts';
import type { FunctionStep } from './function.ts';
import type { SimpleImputerStep } from './imputation.ts';
import type { LinearClassifierStep, LinearRegressorStep } from './linear.ts';
import type { MultinomialNbStep } from './naive-bayes.ts';
import type { ScalingStep } from './scaling.ts';
import type { CountVectorizerStep, TfidfStep } from './text.ts';
import type { TreeEnsembleOf } from './tree.ts';

/**
 * The neutral model description: a tree of frozen, tagged, plain-data steps. Readers produce it, the compiler and
 * the native evaluators consume it, each on its own; both hold an exhaustive `Record<StepKind, …>`.
 */
export type ModelStep =
  | PipelineStep
  | ColumnTransformerStep
  | FeatureUnionStep
  | ScalingStep
  | OneHotStep
  | OrdinalStep
  | LabelEncoderStep
  | SimpleImputerStep
  | FunctionStep
  | CountVectorizerStep
  | TfidfStep
  | PcaStep
  | KMeansStep
  | LinearRegressorStep
  | LinearClassifierStep
  | MultinomialNbStep
  | TreeEnsembleStep
  | DummyStep;

/** Steps that hold steps: their families stand in files that know nothing of the union. */
export type NamedStep = NamedStepOf<ModelStep>;
export type PipelineStep = PipelineOf<ModelStep>;
export type ColumnBranch = ColumnBranchOf<ModelStep>;
export type ColumnTransformerStep = ColumnTransformerOf<ModelStep>;
export type UnionBranch = UnionBranchOf<ModelStep>;
export type FeatureUnionStep = FeatureUnionOf<ModelStep>;
export type TreeEnsembleStep = TreeEnsembleOf<ModelStep>;

export type StepKind = ModelStep['kind'];
export type StepOf<K extends StepKind> = Extract<ModelStep, { kind: K }>;
