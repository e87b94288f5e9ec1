import type { ColumnTransformerStep } from '../../model/step.ts';
import { dictGet } from '../pickle/access.ts';
import { isType } from '../pickle/value.ts';
import { arrayItemsOf, toNumber, toText } from './arrays.ts';
import { type Family, family } from './family.ts';
import { importancesOf } from './importances.ts';
import { pairwiseSum } from './pairwise-sum.ts';
import { show } from './show.ts';
import { treeAcceptsMissing } from './tree.ts';
import type { EstimatorView } from './view.ts';

/**
 * A selector: the columns of its mask, nothing computed. `SelectorMixin.transform` checks all of its input, also what
 * it drops, unless the selector takes missing values, where it checks nothing.
 */
function selectorStep(
  view: EstimatorView,
  mask: readonly boolean[],
  takesMissing: boolean,
): ColumnTransformerStep {
  const columns = mask.flatMap((selected, column) => (selected ? [column] : []));
  if (columns.length === 0) throw view.unsupported('the selection', 'no column', 'at least one is');
  const unchecked = takesMissing || keepsFrames(view);
  return {
    kind: 'column-transformer',
    ...view.base(mask.length),
    ...(unchecked ? {} : { refusesMissing: true as const }),
    branches: [{ name: 'selected', columns, scalar: false, weight: null, step: null }],
  };
}

/** From 1.3 on a data frame goes through unchecked where frames are asked for (`set_output(transform='pandas')`). */
function keepsFrames(view: EstimatorView): boolean {
  const output = view.get('_sklearn_output_config');
  if (!view.since(1, 3) || !isType(output, 'dict') || view.featureNames() === null) return false;
  const transform = toText(dictGet(output, 'transform'));
  return transform === 'pandas' || (transform === 'polars' && view.since(1, 6));
}

const selected = (values: Float64Array, test: (value: number) => boolean): readonly boolean[] =>
  Array.from(values, test);

/** Indexes of numbers in rising order, those of equal ones in their own; missing scores are the least of all. */
function risingOrder(values: Float64Array): readonly number[] {
  return Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
}

const cleaned = (scores: Float64Array): Float64Array =>
  scores.map((score) => (Number.isNaN(score) ? -Number.MAX_VALUE : score));

/** SelectKBest: the last `k` of the scores in rising order. */
function bestMask(scores: Float64Array, k: number): readonly boolean[] {
  const order = risingOrder(cleaned(scores));
  const best = new Set(k === 0 ? [] : order.slice(-k));
  return Array.from(scores, (_, i) => best.has(i));
}

/** SelectPercentile: scores above the percentile, and of those that are equal to it the first ones. */
function percentileMask(scores: Float64Array, percentile: number): readonly boolean[] {
  if (percentile === 100 || percentile === 0) return Array.from(scores, () => percentile === 100);
  const values = cleaned(scores);
  const threshold = quantileOf(values, (100 - percentile) / 100);
  const above = selected(values, (value) => value > threshold);
  const ties = above.flatMap((_, i) => (values[i] === threshold ? [i] : []));
  const most = Math.trunc((scores.length * percentile) / 100);
  const kept = new Set(ties.slice(0, most - above.filter(Boolean).length));
  return above.map((isAbove, i) => isAbove || kept.has(i));
}

/** `numpy.quantile` by its default method: linear between neighbours, from the nearer one (`_lerp`). */
function quantileOf(values: Float64Array, quantile: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = (sorted.length - 1) * quantile;
  const low = Math.floor(place);
  const share = place - low;
  const [a, b] = [sorted[low]!, sorted[Math.min(low + 1, sorted.length - 1)]!];
  return share >= 0.5 ? b - (b - a) * (1 - share) : a + (b - a) * share;
}

/** SelectFdr: Benjamini and Hochberg's procedure. */
function falseDiscoveryMask(pValues: Float64Array, alpha: number): readonly boolean[] {
  const sorted = Float64Array.from(pValues).sort();
  const kept = sorted.filter((value, i) => value <= (alpha / sorted.length) * (i + 1));
  const largest = kept.at(-1);
  return selected(pValues, (value) => largest !== undefined && value <= largest);
}

/** The univariate selectors by what they are told: `k`, `percentile`, or `alpha`. */
const MODES = {
  k_best: (view: EstimatorView, name: string) => {
    const scores = view.vector('scores_');
    return view.get(name) === 'all' ? selected(scores, () => true) : bestMask(scores, view.count(name));
  },
  percentile: (view: EstimatorView, name: string) =>
    percentileMask(view.vector('scores_'), share(view, name)),
  fpr: (view: EstimatorView, name: string) => {
    const alpha = view.number(name);
    return selected(view.vector('pvalues_'), (value) => value < alpha);
  },
  fdr: (view: EstimatorView, name: string) => falseDiscoveryMask(view.vector('pvalues_'), view.number(name)),
  fwe: (view: EstimatorView, name: string) => {
    const pValues = view.vector('pvalues_');
    const limit = view.number(name) / pValues.length;
    return selected(pValues, (value) => value < limit);
  },
} as const;

function share(view: EstimatorView, name: string): number {
  const percentile = view.number(name);
  if (!(percentile >= 0 && percentile <= 100)) throw view.invalid(name, String(percentile), '0 to 100');
  return percentile;
}

const univariate =
  (mode: keyof typeof MODES, parameter: string) =>
  (view: EstimatorView): ColumnTransformerStep =>
    selectorStep(view, MODES[mode](view, parameter), false);

/** GenericUnivariateSelect: one of the others, by name. */
function readGenericSelect(view: EstimatorView): ColumnTransformerStep {
  const mode = view.choice('mode', ['percentile', 'k_best', 'fpr', 'fdr', 'fwe'], 'percentile');
  return selectorStep(view, MODES[mode](view, 'param'), false);
}

/** VarianceThreshold. */
function readVarianceThreshold(view: EstimatorView): ColumnTransformerStep {
  const threshold = view.number('threshold', 0);
  return selectorStep(
    view,
    selected(view.vector('variances_'), (variance) => variance > threshold),
    true,
  );
}

/** SequentialFeatureSelector. */
function readSequentialSelector(view: EstimatorView): ColumnTransformerStep {
  return selectorStep(
    view,
    selected(view.vector('support_'), (value) => value !== 0),
    takesMissing(view, view.child('estimator')),
  );
}

/** SelectFromModel: columns whose importance reaches the threshold, at most `max_features` of them. */
function readSelectFromModel(view: EstimatorView): ColumnTransformerStep {
  const fitted = view.has('estimator_') ? 'estimator_' : 'estimator';
  const path = importancePath(view);
  const estimator = path.reduce(partOf, view.child(fitted));
  const importances = importancesOf(estimator, view.number('norm_order', 1));
  // The threshold goes by the class of the estimator itself, whatever holds the importances.
  const threshold = thresholdOf(view, view.child(fitted), importances);
  const candidates = candidatesOf(view, importances);
  const mask = Array.from(importances, (value, i) => candidates.has(i) && !(value < threshold));
  return selectorStep(view, mask, takesMissing(view, view.child('estimator')));
}

/** `importance_getter`: the attributes on the way to the importances. */
function importancePath(view: EstimatorView): readonly string[] {
  const getter = view.get('importance_getter') ?? 'auto';
  const path = toText(getter);
  const parts = path?.split('.') ?? [];
  const last = parts.at(-1);
  if (path === null || (path !== 'auto' && last !== 'coef_' && last !== 'feature_importances_'))
    throw view.unsupported(
      'importance_getter',
      show(getter),
      "'auto', 'coef_' and 'feature_importances_' are",
    );
  return parts.slice(0, -1);
}

/** A part of an estimator by attribute; of a pipeline by the name of its step. */
function partOf(view: EstimatorView, name: string): EstimatorView {
  if (name === 'named_steps') return view;
  const steps = arrayItemsOf(view.get('steps')) ?? [];
  const step = steps.map(arrayItemsOf).find((entry) => toText(entry?.[0]) === name)?.[1];
  return step === undefined
    ? view.child(name)
    : view.reading.view(step, view.pathTo(`steps.${name}`), view.release);
}

/** `max_features` of the most important columns, the first of equal ones first. */
function candidatesOf(view: EstimatorView, importances: Float64Array): ReadonlySet<number> {
  const name = view.has('max_features_') ? 'max_features_' : 'max_features';
  const given = view.get('max_features');
  const order = risingOrder(importances.map((value) => -value));
  return new Set(given === undefined || given === null ? order : order.slice(0, view.count(name)));
}

/** `_calculate_threshold`: a number, or the mean or median of the importances, perhaps times a number. */
function thresholdOf(view: EstimatorView, estimator: EstimatorView, importances: Float64Array): number {
  const given = view.get('threshold') ?? null;
  if (given === null && leavesZeros(view, estimator)) return 1e-5;
  const text = given === null ? 'mean' : toText(given);
  if (text === null) return view.number('threshold');
  const [scale, reference] = text.includes('*') ? text.split('*').map((part) => part.trim()) : ['1', text];
  const factor = scale === '' ? Number.NaN : Number(scale);
  if (Number.isNaN(factor) || (reference !== 'mean' && reference !== 'median'))
    throw view.unsupported('threshold', show(given), "numbers, 'mean', 'median' and multiples of them are");
  return factor * (reference === 'mean' ? meanOf(importances) : medianOf(importances));
}

const meanOf = (values: Float64Array): number => pairwiseSum(values, 0, values.length) / values.length;

function medianOf(values: Float64Array): number {
  const sorted = Float64Array.from(values).sort();
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Whether the fit makes coefficients zero, which are then compared with 1e-5 instead of their mean. */
function leavesZeros(view: EstimatorView, estimator: EstimatorView): boolean {
  const { className } = estimator;
  if (estimator.get('penalty') === 'l1' || className.includes('Lasso')) return true;
  const isLogistic = view.since(1, 8) && /^LogisticRegression(CV)?$/.test(className);
  if (!(view.since(1, 2) && /^ElasticNet(CV)?$/.test(className)) && !isLogistic) return false;
  const ratios = estimator.get('l1_ratio_') ?? (className.endsWith('CV') ? null : estimator.get('l1_ratio'));
  const numbers = arrayItemsOf(ratios)?.map(toNumber) ?? [toNumber(ratios ?? null)];
  return numbers.every((ratio) => ratio !== null && Math.abs(ratio - 1) <= 1e-8 + 1e-5);
}

/** Estimators that take missing values where one that they hold does. */
const HOLDERS = /^(Bagging|Voting|Stacking)(Classifier|Regressor)$/;

/** Whether a selector over an estimator lets missing values through: the tag `allow_nan` of that estimator. */
function takesMissing(view: EstimatorView, estimator: EstimatorView): boolean {
  const { className } = estimator;
  const package_ = estimator.origin.class.split('.')[0];
  if (className.startsWith('HistGradientBoosting') || package_ === 'lightgbm' || package_ === 'xgboost')
    return true;
  if (package_ !== 'sklearn' || (view.since(1, 3) && HOLDERS.test(className)))
    throw view.unsupported(
      'estimator',
      estimator.origin.class,
      'estimators that say whether they take NaN are',
    );
  if (/^(DecisionTree|ExtraTree)(Classifier|Regressor)$/.test(className))
    return treeAcceptsMissing(estimator, 'tree');
  if (/^(RandomForest|ExtraTrees)(Classifier|Regressor)$/.test(className))
    return treeAcceptsMissing(estimator, 'forest', className.startsWith('Extra') ? 'random' : 'best');
  return view.since(1, 6) && (className === 'IsolationForest' || estimator.get('metric') === 'nan_euclidean');
}

/** Every selector but RFE. */
export const SELECTION_FAMILIES: readonly Family[] = [
  family('feature_selection', univariate('k_best', 'k'), 'SelectKBest'),
  family('feature_selection', univariate('percentile', 'percentile'), 'SelectPercentile'),
  family('feature_selection', univariate('fpr', 'alpha'), 'SelectFpr'),
  family('feature_selection', univariate('fdr', 'alpha'), 'SelectFdr'),
  family('feature_selection', univariate('fwe', 'alpha'), 'SelectFwe'),
  family('feature_selection', readGenericSelect, 'GenericUnivariateSelect'),
  family('feature_selection', readVarianceThreshold, 'VarianceThreshold'),
  family('feature_selection', readSequentialSelector, 'SequentialFeatureSelector'),
  family('feature_selection', readSelectFromModel, 'SelectFromModel'),
];
