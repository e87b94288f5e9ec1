import { activate } from '../activations.ts';
import type { LayerContext, LayerKind, LayerTable } from '../layer.ts';
import type { KerasTensor } from '../tensor-graph.ts';
import { always, ownWeights, withBias } from './kind.ts';

/** activation(x · kernel + bias) along the last axis. */
function compileDense(context: LayerContext): KerasTensor {
  const { graph, config } = context;
  const x = context.floatInput;
  if (x.shape.length < 2)
    throw context.invalid('its input', `a tensor of ${x.shape.length} axes`, 'two axes or more');
  const units = config.count('units');
  const product =
    config.quantization() === null
      ? graph.matmul(x, context.weight('vars/0', [x.shape.at(-1) ?? null, units]))
      : quantizedProduct(context, x, units);
  const biased = config.flag('use_bias', true)
    ? graph.binary('Add', product, context.weight('vars/1', [units]))
    : product;
  return activate(context, biased);
}

/**
 * x · kernel in whole numbers of 8 bits: each row of x is scaled so that its largest number is 127 (`abs_max_quantize` of Keras).
 */
function quantizedProduct(context: LayerContext, x: KerasTensor, units: number): KerasTensor {
  const { graph, config } = context;
  const kernel = context.numbers('vars/0', [x.shape.at(-1) ?? null, units]);
  if (kernel.dtype !== 'int8') throw context.unsupported('weight vars/0', kernel.dtype, 'int8 is');
  const most = graph.reduce('ReduceMax', graph.unary('Abs', x), [-1], true);
  const scale = graph.binary('Div', graph.scalar(127, x.dtype), graph.withScalar('Add', most, 1e-7));
  const whole = graph.clip(graph.unary('Round', graph.binary('Mul', x, scale)), -127, 127);
  const shape = [...x.shape.slice(0, -1), units];
  const inputs = [graph.cast(whole, 'int8'), graph.tensor(kernel)];
  const sums = graph.cast(graph.node('MatMulInteger', inputs, { dtype: 'int32', shape }), x.dtype);
  const kernelScale = context.weight(`vars/${withBias(config) ? 2 : 1}`, [units]);
  return graph.binary('Div', sums, graph.binary('Mul', kernelScale, scale));
}

/** activation(einsum(equation, x, kernel) + bias), where an ellipsis stands for any axes in front. */
function compileEinsumDense(context: LayerContext): KerasTensor {
  const { graph, config } = context;
  const x = context.floatInput;
  const equation = config.text('equation').replaceAll(' ', '');
  const parts = /^([a-zA-Z]*)(\.\.\.)?([a-zA-Z]*),([a-zA-Z]+)->([a-zA-Z]*)(\.\.\.)?([a-zA-Z]*)$/.exec(
    equation,
  );
  if (parts === null)
    throw config.unsupported('equation', 'equations of two operands, such as abc,cd->abd, are');
  const [, left = '', dots = '', right = '', kernel = '', before = '', , after = ''] = parts;
  const free = x.shape.length - left.length - right.length;
  if (free < 0 || (dots === '' && free > 0))
    throw context.invalid('its input', `a tensor of ${x.shape.length} axes`, `axes as in ${equation}`);
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
    .filter((letter) => !equation.includes(letter))
    .slice(0, free)
    .join('');
  const [input, output] = [left + letters + right, before + letters + after];
  const sizes = new Map([...input].map((letter, axis) => [letter, x.shape[axis] ?? null]));
  const weights = context.weight(
    'vars/0',
    [...kernel].map((letter) => (sizes.has(letter) ? (sizes.get(letter) ?? null) : null)),
  );
  for (const [axis, letter] of [...kernel].entries()) sizes.set(letter, weights.shape[axis] ?? null);
  const shape = [...output].map((letter) => sizes.get(letter) ?? null);
  const attributes = { equation: `${input},${kernel}->${output}` };
  const product = graph.node('Einsum', [x, weights], { dtype: x.dtype, shape }, attributes);
  const biasAxes = config.textOrNull('bias_axes');
  if (biasAxes === null) return activate(context, product);
  const bias = context.layer.weights.find('vars/1');
  if (bias === null) throw context.invalid('weight vars/1', 'missing', 'a bias');
  return activate(context, graph.binary('Add', product, context.weight('vars/1', bias.shape)));
}

const dense: LayerKind = {
  compile: compileDense,
  quantized: 'int8',
  mask: 'keeps',
  weights: ownWeights(always, withBias),
};

const einsumDense: LayerKind = {
  compile: compileEinsumDense,
  mask: 'drops',
  weights: ownWeights(always, (config) => config.isGiven('bias_axes')),
};

export const DENSE_LAYERS: LayerTable = [
  ['Dense', dense],
  ['EinsumDense', einsumDense],
];
