import { fromFront } from '../../../onnx/check/fact.ts';
import { itemsOf } from '../../json/document.ts';
import type { LayerContext, LayerTable } from '../layer.ts';
import { axesBetween } from '../layout.ts';
import type { KerasTensor } from '../tensor-graph.ts';
import { ENCODINGS, encodeCategories } from './categories.ts';
import { dropsMask, keepsMask } from './kind.ts';

const SMALLEST = 1e-7;

/** One number, or a list of numbers, of the configuration. */
function numbersOf({ config }: LayerContext, name: string, otherwise: number): readonly number[] {
  const value = config.get(name) ?? otherwise;
  const items = typeof value === 'number' ? [value] : (itemsOf(value) ?? []).flat(4);
  return items.map((item) => {
    if (typeof item !== 'number') throw config.wrong(name, 'numbers');
    return item;
  });
}

/** (x - mean) / max(√variance, 1e-7), or the other way round. */
function normalization(context: LayerContext): KerasTensor {
  const { graph, config } = context;
  const x = graph.cast(context.input, context.computeType);
  const rank = x.shape.length;
  const axes = config.isGiven('axis')
    ? config.integers('axis').map((axis) => fromFront(axis, rank))
    : config.has('axis')
      ? []
      : [rank - 1];
  const given = config.isGiven('mean');
  const sizes = axes.map((axis) => context.fixed(x, axis));
  const place = x.shape.map((_, axis) => (axes.includes(axis) ? context.fixed(x, axis) : 1));
  const read = (name: string, path: string): KerasTensor => {
    if (!given) return graph.reshape(context.weight(path, sizes), place);
    const numbers = numbersOf(context, name, 0);
    return graph.numbers(numbers, x.dtype, numbers.length === 1 ? [] : [numbers.length]);
  };
  const [mean, variance] = [read('mean', 'vars/0'), read('variance', 'vars/1')];
  const root = graph.clip(graph.unary('Sqrt', variance), SMALLEST, null);
  if (config.flag('invert', false)) return graph.binary('Add', mean, graph.binary('Mul', x, root));
  return graph.binary('Div', graph.binary('Sub', x, mean), root);
}

function rescaling(context: LayerContext): KerasTensor {
  const { graph } = context;
  const x = graph.cast(context.input, context.computeType);
  const vector = (name: string, otherwise: number): KerasTensor => {
    const numbers = numbersOf(context, name, otherwise);
    return graph.numbers(numbers, x.dtype, numbers.length === 1 ? [] : [numbers.length]);
  };
  return graph.binary('Add', graph.binary('Mul', x, vector('scale', 1)), vector('offset', 0));
}

/** How many boundaries are not above a number. */
function discretization(context: LayerContext): KerasTensor {
  const { graph, config } = context;
  if (!config.isGiven('bin_boundaries'))
    throw config.unsupported('bin_boundaries', 'layers that were adapted or given boundaries are');
  const boundaries = numbersOf(context, 'bin_boundaries', 0);
  const x = graph.cast(context.input, 'float32');
  const above = graph.binary(
    'GreaterOrEqual',
    graph.expandDims(x, x.shape.length),
    graph.numbers(boundaries, 'float32'),
  );
  const bins = graph.reduce('ReduceSum', graph.cast(above, 'int64'), [x.shape.length], false);
  const mode = config.oneOf('output_mode', ENCODINGS, 'int');
  if (mode === 'int') return context.scope.kerasMajor >= 3 ? graph.cast(bins, 'int32') : bins;
  return encodeCategories(context, bins, boundaries.length + 1, mode);
}

function categoryEncoding(context: LayerContext): KerasTensor {
  const { graph, config } = context;
  const mode = config.oneOf('output_mode', ENCODINGS, 'multi_hot');
  const weights = context.tensorOrNull(1, 'count_weights');
  return encodeCategories(context, graph.cast(context.input, 'int64'), config.count('num_tokens'), mode, {
    weights,
  });
}

const moments = axesBetween(0, 3).map((i) => ({ path: `vars/${i}`, fixed: true as const }));

export const PREPROCESSING_LAYERS: LayerTable = [
  [
    'Normalization',
    { compile: normalization, mask: 'keeps', weights: (config) => (config.isGiven('mean') ? [] : moments) },
  ],
  ['Rescaling', keepsMask(rescaling)],
  ['Discretization', dropsMask(discretization)],
  ['CategoryEncoding', dropsMask(categoryEncoding)],
];
