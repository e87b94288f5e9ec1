import type { DummyStep } from '../../model/dummy.ts';
import type { LabelSet } from '../../model/tensor.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toNumbers } from './arrays.ts';
import { toLabels } from './labels.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

type ClassTarget = Extract<DummyStep, { task: 'classification' }>['targets'][number];

/** Strategies that answer every row alike; 'stratified' and 'uniform' draw lots and have no fixed answer. */
export function readDummyClassifier(view: EstimatorView): DummyStep {
  const strategy = view.choice(view.has('_strategy') ? '_strategy' : 'strategy', [
    'prior',
    'most_frequent',
    'constant',
  ]);
  const outputs = view.count('n_outputs_', 1);
  const single = outputs === 1 && isType(view.required('classes_'), 'array');
  const perOutput = (name: string): readonly PyValue[] => (single ? [view.required(name)] : view.items(name));
  const classes = perOutput('classes_');
  const priors = perOutput('class_prior_');
  if (classes.length !== outputs || priors.length !== outputs)
    throw view.invalid('classes_', `${classes.length} outputs`, `${outputs} outputs`);
  const targets = classes.map((value, k): ClassTarget => {
    const labels = view.toLabels('classes_', value);
    const prior = isType(priors[k], 'array') ? toNumbers(priors[k]) : null;
    if (prior === null || prior.length !== labels.values.length)
      throw view.invalid('class_prior_', show(priors[k]), 'one number a class');
    const predicted = strategy === 'constant' ? constantIndex(view, labels, k) : argmax(prior);
    return {
      classes: labels,
      predicted,
      probabilities: strategy === 'prior' ? prior : oneHot(prior.length, predicted),
    };
  });
  return { kind: 'dummy', ...view.base(), task: 'classification', targets };
}

function constantIndex(view: EstimatorView, labels: LabelSet, output: number): number {
  const value = view.required('constant');
  const all = arrayItemsOf(value) ?? [value];
  const chosen = toLabels([all[output] ?? null]);
  const index = chosen === null ? -1 : labels.values.indexOf(chosen.values[0] as never);
  if (index < 0) throw view.invalid('constant', show(value), 'one of the classes');
  return index;
}

/** Lowest index of the largest value, as numpy. */
function argmax(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

const oneHot = (length: number, index: number): Float64Array =>
  Float64Array.from({ length }, (_, i) => (i === index ? 1 : 0));

/** Every DummyRegressor strategy leaves its answer in `constant_`; before 0.22 a 2-D target kept its second axis. */
export function readDummyRegressor(view: EstimatorView): DummyStep {
  const values = view.matrix('constant_').data;
  const outputs = view.count('n_outputs_', values.length);
  if (values.length !== outputs)
    throw view.invalid('constant_', `${values.length} values`, `${outputs}, one an output`);
  return {
    kind: 'dummy',
    ...view.base(),
    task: 'regression',
    values,
    flat: outputs === 1 && !view.flag('output_2d_', false),
  };
}
