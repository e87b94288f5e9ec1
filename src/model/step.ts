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
export type Step =
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
export type NamedStep = NamedStepOf<Step>;
export type PipelineStep = PipelineOf<Step>;
export type ColumnBranch = ColumnBranchOf<Step>;
export type ColumnTransformerStep = ColumnTransformerOf<Step>;
export type UnionBranch = UnionBranchOf<Step>;
export type FeatureUnionStep = FeatureUnionOf<Step>;
export type TreeEnsembleStep = TreeEnsembleOf<Step>;

export type StepKind = Step['kind'];
export type StepOf<K extends StepKind> = Extract<Step, { kind: K }>;
