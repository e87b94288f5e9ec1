import { type AdaBoostOf, adaBoostSteps, type WeightedMedianOf } from './adaboost.ts';
import { ARITHMETIC_STEPS, type ArithmeticStep } from './arithmetic.ts';
import { type CalibratedOf, calibrationSteps } from './calibration.ts';
import { CATBOOST_STEPS, type CatBoostStep } from './catboost.ts';
import {
  CENTRE_STEPS,
  type CentreTreeStep,
  type NearestCentreStep,
  type ShrunkenCentroidsStep,
} from './centres.ts';
import {
  type ColumnBranchOf,
  type ColumnTransformerOf,
  compositionSteps,
  type FeatureUnionOf,
  type NamedStepOf,
  type PipelineOf,
  type UnionBranchOf,
} from './composition.ts';
import { COUNT_SKETCH_STEPS, type CountSketchStep } from './count-sketch.ts';
import { DECOMPOSITION_STEPS, type PcaStep } from './decomposition.ts';
import { DENSE_LAYERS_STEPS, type DenseLayersStep } from './dense-layers.ts';
import {
  type BinarizerStep,
  DISTRIBUTION_STEPS,
  type DiscretizerStep,
  type PowerTransformerStep,
  type QuantileTransformerStep,
} from './distribution.ts';
import { DOMAIN_STEPS, type ValueDomainStep } from './domain.ts';
import { DUMMY_STEPS, type DummyStep } from './dummy.ts';
import {
  type CategoryTableStep,
  ENCODING_STEPS,
  type LabelEncoderStep,
  type OneHotStep,
} from './encoding.ts';
import { ensembleSteps, type MemberOf, type PredictionsOf } from './ensemble.ts';
import { FOURIER_FEATURES_STEPS, type FourierFeaturesStep } from './fourier-features.ts';
import { FUNCTION_STEPS, type FunctionStep } from './function.ts';
import { type EllipticEnvelopeStep, GAUSSIAN_STEPS, type GaussianMixtureStep } from './gaussian.ts';
import { GAUSSIAN_PROCESS_STEPS, type GaussianProcessClassifierStep } from './gaussian-process.ts';
import { IMPUTATION_STEPS, type SimpleImputerStep } from './imputation.ts';
import { type IsolationForestOf, isolationForestSteps } from './isolation-forest.ts';
import { ISOTONIC_STEPS, type IsotonicStep } from './isotonic.ts';
import { type IterativeImputerOf, iterativeImputationSteps } from './iterative-imputation.ts';
import { KERNEL_DENSITY_STEPS, type KernelDensityStep } from './kernel-density.ts';
import { KNN_IMPUTATION_STEPS, type KnnImputerStep } from './knn-imputation.ts';
import { LABEL_BINARIZER_STEPS, type LabelBinarizerStep } from './label-binarizer.ts';
import { LABEL_PROPAGATION_STEPS, type LabelPropagationStep } from './label-propagation.ts';
import { LINEAR_STEPS, type LinearClassifierStep, type LinearRegressorStep } from './linear.ts';
import { LINEAR_BOOSTER_STEPS, type LinearBoosterStep } from './linear-booster.ts';
import { LOCAL_OUTLIER_STEPS, type LocalOutlierFactorStep } from './local-outlier.ts';
import { type ChainOf, type MultiOutputOf, multiOutputSteps } from './multi-output.ts';
import {
  type ConstantPredictorStep,
  multiclassSteps,
  type OneVsOneOf,
  type OneVsRestOf,
  type OutputCodeOf,
} from './multiclass.ts';
import { type CategoricalNbStep, type MultinomialNbStep, NAIVE_BAYES_STEPS } from './naive-bayes.ts';
import { NEIGHBORS_STEPS, type NeighborsStep } from './neighbors.ts';
import { PMML_STEPS, type PmmlStep } from './pmml/step.ts';
import { POLYNOMIAL_STEPS, type PolynomialFeaturesStep, type SplineStep } from './polynomial.ts';
import { type ProjectingPredictorOf, projectingSteps } from './projecting.ts';
import { QUADRATIC_STEPS, type QuadraticClassifierStep } from './quadratic.ts';
import { SCALING_STEPS, type ScalingStep } from './scaling.ts';
import { SPARSE_CODING_STEPS, type SparseCodeStep } from './sparse-coding.ts';
import { type StackingOf, stackingSteps } from './stacking.ts';
import type { StepDescription } from './step-description.ts';
import { SUPPORT_VECTOR_STEPS, type SupportVectorStep } from './support-vectors.ts';
import { TEXT_STEPS, type TextVectorizerStep, type TfidfStep } from './text.ts';
import { type LatentDirichletStep, TOPIC_STEPS } from './topics.ts';
import { TREE_STEPS, type TreeEnsembleOf } from './tree.ts';
import { type VotingOf, votingSteps } from './voting.ts';
import {
  type SelectingPredictorOf,
  type ThresholdOf,
  type TransformedTargetOf,
  wrappedPredictorSteps,
} from './wrapped-predictor.ts';

/**
 * The neutral model description: a tree of frozen, tagged, plain-data steps. Readers produce it, the compiler and
 * the native evaluators consume it, each on its own; both hold an exhaustive `Record<StepKind, …>`.
 */
export type ModelStep =
  | PipelineStep
  | ColumnTransformerStep
  | FeatureUnionStep
  | ScalingStep
  | BinarizerStep
  | DiscretizerStep
  | PowerTransformerStep
  | QuantileTransformerStep
  | PolynomialFeaturesStep
  | SplineStep
  | OneHotStep
  | CategoryTableStep
  | LabelEncoderStep
  | LabelBinarizerStep
  | IsotonicStep
  | SimpleImputerStep
  | IterativeImputerStep
  | ValueDomainStep
  | FunctionStep
  | ArithmeticStep
  | TextVectorizerStep
  | TfidfStep
  | PcaStep
  | NearestCentreStep
  | CentreTreeStep
  | ShrunkenCentroidsStep
  | KernelDensityStep
  | LinearBoosterStep
  | LinearRegressorStep
  | LinearClassifierStep
  | MultinomialNbStep
  | SupportVectorStep
  | KnnImputerStep
  | LabelPropagationStep
  | LocalOutlierFactorStep
  | NeighborsStep
  | GaussianProcessClassifierStep
  | CategoricalNbStep
  | QuadraticClassifierStep
  | DenseLayersStep
  | ProjectingPredictorStep
  | GaussianMixtureStep
  | EllipticEnvelopeStep
  | LatentDirichletStep
  | CountSketchStep
  | FourierFeaturesStep
  | SparseCodeStep
  | TreeEnsembleStep
  | CatBoostStep
  | DummyStep
  | PredictionsStep
  | VotingStep
  | CalibratedStep
  | ConstantPredictorStep
  | OneVsRestStep
  | OneVsOneStep
  | OutputCodeStep
  | MultiOutputStep
  | ChainStep
  | ThresholdStep
  | SelectingPredictorStep
  | TransformedTargetStep
  | StackingStep
  | IsolationForestStep
  | AdaBoostStep
  | WeightedMedianStep
  | PmmlStep;

/** Steps that hold steps: their families stand in files that know nothing of the union. */
export type NamedStep = NamedStepOf<ModelStep>;
export type PipelineStep = PipelineOf<ModelStep>;
export type ColumnBranch = ColumnBranchOf<ModelStep>;
export type ColumnTransformerStep = ColumnTransformerOf<ModelStep>;
export type UnionBranch = UnionBranchOf<ModelStep>;
export type FeatureUnionStep = FeatureUnionOf<ModelStep>;
export type TreeEnsembleStep = TreeEnsembleOf<ModelStep>;
export type Member = MemberOf<ModelStep>;
export type PredictionsStep = PredictionsOf<ModelStep>;
export type VotingStep = VotingOf<ModelStep>;
export type CalibratedStep = CalibratedOf<ModelStep>;
export type OneVsRestStep = OneVsRestOf<ModelStep>;
export type OneVsOneStep = OneVsOneOf<ModelStep>;
export type OutputCodeStep = OutputCodeOf<ModelStep>;
export type MultiOutputStep = MultiOutputOf<ModelStep>;
export type ChainStep = ChainOf<ModelStep>;
export type ThresholdStep = ThresholdOf<ModelStep>;
export type SelectingPredictorStep = SelectingPredictorOf<ModelStep>;
export type TransformedTargetStep = TransformedTargetOf<ModelStep>;
export type StackingStep = StackingOf<ModelStep>;
export type IsolationForestStep = IsolationForestOf<ModelStep>;
export type AdaBoostStep = AdaBoostOf<ModelStep>;
export type WeightedMedianStep = WeightedMedianOf<ModelStep>;
export type IterativeImputerStep = IterativeImputerOf<ModelStep>;
export type ProjectingPredictorStep = ProjectingPredictorOf<ModelStep>;

export type StepKind = ModelStep['kind'];
export type StepOf<K extends StepKind> = Extract<ModelStep, { kind: K }>;

/** What each kind of step says of itself; the compiler asks for every kind of the union. */
export const STEPS: { readonly [K in StepKind]: StepDescription<StepOf<K>, ModelStep> } = {
  ...compositionSteps<ModelStep>(),
  ...SCALING_STEPS,
  ...DISTRIBUTION_STEPS,
  ...POLYNOMIAL_STEPS,
  ...ENCODING_STEPS,
  ...LABEL_BINARIZER_STEPS,
  ...ISOTONIC_STEPS,
  ...IMPUTATION_STEPS,
  ...iterativeImputationSteps<ModelStep>(),
  ...DOMAIN_STEPS,
  ...FUNCTION_STEPS,
  ...ARITHMETIC_STEPS,
  ...TEXT_STEPS,
  ...DECOMPOSITION_STEPS,
  ...CENTRE_STEPS,
  ...KERNEL_DENSITY_STEPS,
  ...LINEAR_BOOSTER_STEPS,
  ...LINEAR_STEPS,
  ...NAIVE_BAYES_STEPS,
  ...SUPPORT_VECTOR_STEPS,
  ...KNN_IMPUTATION_STEPS,
  ...LABEL_PROPAGATION_STEPS,
  ...LOCAL_OUTLIER_STEPS,
  ...NEIGHBORS_STEPS,
  ...GAUSSIAN_PROCESS_STEPS,
  ...QUADRATIC_STEPS,
  ...DENSE_LAYERS_STEPS,
  ...TOPIC_STEPS,
  ...COUNT_SKETCH_STEPS,
  ...FOURIER_FEATURES_STEPS,
  ...SPARSE_CODING_STEPS,
  ...projectingSteps<ModelStep>(),
  ...GAUSSIAN_STEPS,
  ...TREE_STEPS,
  ...CATBOOST_STEPS,
  ...DUMMY_STEPS,
  ...ensembleSteps<ModelStep>(),
  ...votingSteps<ModelStep>(),
  ...calibrationSteps<ModelStep>(),
  ...multiclassSteps<ModelStep>(),
  ...multiOutputSteps<ModelStep>(),
  ...wrappedPredictorSteps<ModelStep>(),
  ...stackingSteps<ModelStep>(),
  ...isolationForestSteps<ModelStep>(),
  ...adaBoostSteps<ModelStep>(),
  ...PMML_STEPS,
};
