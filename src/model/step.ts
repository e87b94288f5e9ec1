import type { ColumnTransformerStep, FeatureUnionStep, PipelineStep } from './composition.ts';
import type { KMeansStep, PcaStep } from './decomposition.ts';
import type { DummyStep } from './dummy.ts';
import type { LabelEncoderStep, OneHotStep, OrdinalStep } from './encoding.ts';
import type { FunctionStep } from './function.ts';
import type { SimpleImputerStep } from './imputation.ts';
import type { LinearClassifierStep, LinearRegressorStep } from './linear.ts';
import type { MultinomialNbStep } from './naive-bayes.ts';
import type { ScalingStep } from './scaling.ts';
import type { CountVectorizerStep, TfidfStep } from './text.ts';
import type { TreeEnsembleStep } from './tree.ts';

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

export type StepKind = Step['kind'];
export type StepOf<K extends StepKind> = Extract<Step, { kind: K }>;

/** Where a step came from in the file: for messages, `inspect` and `diff`. */
export interface Origin {
  /** Dotted path from the root: `steps.scaler`, `transformers.num.steps.imputer`; empty for the root. */
  readonly path: string;
  /** Class as the file names it: `sklearn.preprocessing._data.StandardScaler`. */
  readonly class: string;
  /** Byte offset in the (uncompressed) stream where the object was built. */
  readonly offset: number;
}

/** An origin as messages name it: the path of the root is empty. */
export const placeOf = ({ path, ...rest }: Origin): Origin => ({ path: path || 'the model', ...rest });

export interface StepBase {
  readonly origin: Origin;
  /** Number of input columns (`n_features_in_`), or null where the step does not care or the file does not say. */
  readonly features: number | null;
  /** `feature_names_in_`, or null. */
  readonly featureNames: readonly string[] | null;
  /** Set where this step refuses missing values although its kind takes them (older releases, `validate=True`). */
  readonly refusesMissing?: true;
}
