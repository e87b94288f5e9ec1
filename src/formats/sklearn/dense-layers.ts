import type {
  DenseHead,
  DenseLayer,
  DenseLayersStep,
  ElementActivation,
  OutputActivation,
} from '../../model/dense-layers.ts';
import type { LinearRegressorStep } from '../../model/linear.ts';
import { transposedMatrix } from '../../model/tensor.ts';
import { isType } from '../pickle/value.ts';
import { type Family, family } from './family.ts';
import { readLinearRegressor } from './linear.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

const HIDDEN = ['identity', 'logistic', 'tanh', 'relu'] as const;
const OUTPUT = ['identity', 'logistic', 'softmax', 'exp'] as const;

/** MLPClassifier and MLPRegressor. */
function readPerceptron(view: EstimatorView): DenseLayersStep {
  const layers = layersOf(view);
  const activation: ElementActivation = view.choice('activation', HIDDEN);
  const output: OutputActivation = view.choice('out_activation_', OUTPUT);
  const count = layers.at(-1)!.bias.length;
  const head: DenseHead =
    view.className === 'MLPRegressor'
      ? { kind: 'numbers', flat: count === 1 }
      : classifierHead(view, count, output);
  return {
    kind: 'dense-layers',
    ...view.base(layers[0].weights.cols),
    ...{ layers, activation, output, head },
  };
}

function layersOf(view: EstimatorView): readonly [DenseLayer, ...DenseLayer[]] {
  const weights = view.matrices('coefs_').map(transposedMatrix);
  const biases = view.matrices('intercepts_', weights.length);
  const layers = weights.map((own, k): DenseLayer => {
    const bias = biases[k]!.data;
    const before = weights[k - 1];
    if (bias.length !== own.rows)
      throw view.invalid(`intercepts_[${k}]`, `${bias.length} long`, `${own.rows} long`);
    if (before !== undefined && before.rows !== own.cols)
      throw view.invalid(`coefs_[${k}]`, `${own.cols} rows`, `${before.rows}, as the layer before gives`);
    return { weights: own, bias };
  });
  const [first, ...others] = layers;
  if (first === undefined) throw view.invalid('coefs_', 'an empty list', 'a layer or more');
  return [first, ...others];
}

/** What `_label_binarizer.inverse_transform` makes of the last layer. */
function classifierHead(view: EstimatorView, count: number, output: OutputActivation): DenseHead {
  const target = view
    .child('_label_binarizer')
    .choice('y_type_', ['binary', 'multiclass', 'multilabel-indicator']);
  if (target === 'multilabel-indicator')
    return { kind: 'multilabel', threshold: 0.5, scores: 'predict_proba' };
  const classes = view.labels('classes_');
  const { length } = classes.values;
  const fits = target === 'binary' ? count === 1 && length <= 2 : count === length;
  if (!fits) throw view.invalid('coefs_', `${count} outputs`, `as many as ${length} classes need`);
  if ((target === 'multiclass') !== (output === 'softmax'))
    throw view.invalid('out_activation_', output, target === 'binary' ? 'logistic' : 'softmax');
  return { kind: target, classes };
}

/** A generalised linear model: `exp(x · coef + intercept)`, or the sum itself where the link is the identity. */
function readGeneralised(view: EstimatorView): DenseLayersStep | LinearRegressorStep {
  const linear = readLinearRegressor(view);
  if (!hasLogLink(view)) return linear;
  const { origin, features, featureNames, coef, intercept } = linear;
  return {
    kind: 'dense-layers',
    ...{ origin, features, featureNames },
    layers: [{ weights: coef, bias: intercept }],
    activation: 'identity',
    output: 'exp',
    head: { kind: 'numbers', flat: true },
  };
}

/**
 * PoissonRegressor and GammaRegressor have the logarithm as link; TweedieRegressor what it was told, by default the
 * identity up to power 0. Before 1.1 the link is an object of its own, and the power hides in another.
 */
function hasLogLink(view: EstimatorView): boolean {
  if (view.className !== 'TweedieRegressor') return true;
  const instance = view.get('_link_instance');
  if (isType(instance, 'object')) {
    const { name } = isType(instance.cls, 'global') ? instance.cls : { name: '' };
    if (name !== 'LogLink' && name !== 'IdentityLink')
      throw view.unsupported('_link_instance', show(instance), 'LogLink and IdentityLink are');
    return name === 'LogLink';
  }
  const link = view.choice('link', ['auto', 'identity', 'log'], 'auto');
  return link === 'auto' ? view.number('power', 0) > 0 : link === 'log';
}

/** `BernoulliRBM.transform`: probabilities of the hidden units. */
function readBernoulliRbm(view: EstimatorView): DenseLayersStep {
  const weights = view.matrix('components_');
  return {
    kind: 'dense-layers',
    ...view.base(weights.cols),
    layers: [{ weights, bias: view.vector('intercept_hidden_', weights.rows) }],
    activation: 'identity',
    output: 'logistic',
    head: { kind: 'columns' },
  };
}

export const DENSE_LAYERS_FAMILIES: readonly Family[] = [
  family('neural_network', readPerceptron, 'MLPClassifier', 'MLPRegressor'),
  family('neural_network', readBernoulliRbm, 'BernoulliRBM'),
  family('linear_model', readGeneralised, 'PoissonRegressor', 'GammaRegressor', 'TweedieRegressor'),
];
