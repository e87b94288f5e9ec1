/**
 * Which releases lack what a file names. Measured in November 2026 by importing every name of 2,300 fitted files in scikit-learn
 * 0.24.2 (NumPy 1.23.5), 1.0.2 (1.23.5), 1.2.2 (1.26.4), 1.3.2 (1.26.4), 1.6.1 (2.5.5) and 1.9.1 (2.5.5), and by loading each
 * file in the five other releases; between two of these a bound is not known exactly. Pure.
 */

/** The releases in which names were looked for, the oldest first. */
export const MEASURED = ['0.24.2', '1.0.2', '1.2.2', '1.3.2', '1.6.1', '1.9.1'] as const;

export type MeasuredRelease = (typeof MEASURED)[number];

/** Names that only some of the measured releases have. */
export interface LimitedName {
  /** `module.name`, or the beginning of it. */
  readonly name: RegExp;
  readonly from: MeasuredRelease;
  readonly to: MeasuredRelease;
  /** What it is. */
  readonly what: string;
}

export const LIMITED_NAMES: readonly LimitedName[] = [
  {
    name: /^sklearn\.ensemble\._gb_losses\./,
    ...{ from: '0.24.2', to: '1.3.2', what: 'the module of the losses of gradient boosting' },
  },
  {
    name: /^sklearn\.ensemble\._hist_gradient_boosting\.loss\./,
    ...{ from: '0.24.2', to: '1.0.2', what: 'the module of the losses of histogram gradient boosting' },
  },
  {
    name: /^sklearn\._loss\.loss\.(?:ExponentialLoss|HuberLoss)$/,
    ...{ from: '1.3.2', to: '1.9.1', what: 'the loss' },
  },
  { name: /^sklearn\._loss\.loss\./, ...{ from: '1.2.2', to: '1.9.1', what: 'the module of losses' } },
  {
    name: /^sklearn\._loss\._loss\.__pyx_unpickle_Cy(?!HalfMultinomialLoss$)/,
    ...{ from: '1.2.2', to: '1.3.2', what: 'the function that makes a compiled loss' },
  },
  { name: /^_loss\./, ...{ from: '1.6.1', to: '1.6.1', what: 'the compiled losses under this name' } },
  {
    name: /^sklearn\.compose\._column_transformer\._RemainderColsList$/,
    ...{ from: '1.6.1', to: '1.6.1', what: 'the list of the columns that remain' },
  },
  {
    name: /^sklearn\.metrics\._scorer\._passthrough_scorer$/,
    ...{ from: '0.24.2', to: '1.2.2', what: 'the scorer of a search' },
  },
  {
    name: /^sklearn\.metrics\._scorer\._PassthroughScorer$/,
    ...{ from: '1.3.2', to: '1.9.1', what: 'the scorer of a search' },
  },
  {
    name: /^sklearn\.linear_model\._sgd_fast\.Log$/,
    ...{ from: '0.24.2', to: '1.3.2', what: 'the loss of SGDClassifier' },
  },
  {
    name: /^sklearn\.linear_model\._quantile\./,
    ...{ from: '1.0.2', to: '1.9.1', what: 'QuantileRegressor' },
  },
  {
    name: /^sklearn\.model_selection\._search_successive_halving\._refit_callable$/,
    ...{ from: '0.24.2', to: '0.24.2', what: 'a function of halving searches' },
  },
];
