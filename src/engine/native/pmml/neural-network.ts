import type { PmmlActivation, PmmlLayer, PmmlNeuralNetwork } from '../../../model/pmml/distances.ts';
import { EXACT, simplemaxScores, softmaxScores } from './regression.ts';
import { emptyResult, type PmmlResult, type PmmlState } from './state.ts';
import { setNumber, setScores } from './target.ts';

export function prepareNeuralNetwork(state: PmmlState, model: PmmlNeuralNetwork): () => PmmlResult {
  const { inputs, layers, outputs } = model;
  const round = model.float32 ? Math.fround : EXACT;
  const count = layers.reduce((sum, { neurons }) => sum + neurons.length, inputs.length);
  const values = new Float64Array(count);
  const scores = new Float64Array(model.classes.length);
  const result = emptyResult();
  const evaluate = (): boolean => {
    for (let i = 0; i < inputs.length; i++) {
      const x = state.number(inputs[i]!);
      if (x === null) return false;
      values[i] = round(x);
    }
    let start = inputs.length;
    for (const layer of layers) {
      evaluateLayer(layer, values, start, round);
      start += layer.neurons.length;
    }
    return true;
  };
  if (model.task === 'regression') {
    const [output] = outputs;
    return () => {
      if (output === undefined || !evaluate()) return setNumber(result, model, null);
      return setNumber(result, model, scaledBack(values[output.neuron]!, output));
    };
  }
  return () => {
    if (!evaluate()) return setScores(result, model, null);
    for (const output of outputs) scores[output.class] = values[output.neuron]!;
    return setScores(result, model, scores);
  };
}

function evaluateLayer(
  layer: PmmlLayer,
  values: Float64Array,
  start: number,
  round: (x: number) => number,
): void {
  const { activation, neurons, normalization } = layer;
  for (let n = 0; n < neurons.length; n++) {
    const { bias, from, weights, width } = neurons[n]!;
    let sum = 0;
    if (activation === 'radialBasis') {
      for (let i = 0; i < from.length; i++) sum = round(sum + round((values[from[i]!]! - weights[i]!) ** 2));
      const z = sum / (2 * width * width);
      values[start + n] = round(Math.exp(from.length * Math.log(layer.altitude) - z));
    } else {
      for (let i = 0; i < from.length; i++) sum = round(sum + round(weights[i]! * values[from[i]!]!));
      values[start + n] = round(activated(activation, round(sum + bias), layer));
    }
  }
  const own = values.subarray(start, start + neurons.length);
  if (normalization === 'softmax') softmaxScores(own, round);
  else if (normalization === 'simplemax') simplemaxScores(own, round);
}

/** Activation functions by the formulas of the specification. */
function activated(activation: PmmlActivation, z: number, { threshold, leakage }: PmmlLayer): number {
  switch (activation) {
    case 'threshold':
      return z > threshold ? 1 : 0;
    case 'logistic':
      return 1 / (1 + Math.exp(-z));
    case 'tanh':
      return Math.tanh(z);
    case 'exponential':
      return Math.exp(z);
    case 'reciprocal':
      return 1 / z;
    case 'square':
      return z * z;
    case 'Gauss':
      return Math.exp(-(z * z));
    case 'sine':
      return Math.sin(z);
    case 'cosine':
      return Math.cos(z);
    case 'Elliott':
      return z / (1 + Math.abs(z));
    case 'arctan':
      return (2 * Math.atan(z)) / Math.PI;
    case 'rectifier':
      return z > 0 ? z : leakage * z;
    default:
      return z;
  }
}

/** The number that a `NormContinuous` of the target scaled to what the neuron gives. */
function scaledBack(value: number, { orig, norm }: PmmlNeuralNetwork['outputs'][number]): number {
  const last = orig.length - 1;
  if (last < 1) return value;
  let i = 1;
  const rises = norm[last]! >= norm[0]!;
  while (i < last && (rises ? value > norm[i]! : value < norm[i]!)) i++;
  const low = norm[i - 1]!;
  return orig[i - 1]! + ((value - low) / (norm[i]! - low)) * (orig[i]! - orig[i - 1]!);
}
