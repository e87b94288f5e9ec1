import { fromFront } from '../../../onnx/check/fact.ts';
import type { CompileLayer, LayerContext } from '../layer.ts';
import { axesBetween } from '../layout.ts';
import type { KerasTensor } from '../tensor-graph.ts';
import type { OperationTable } from './elementwise.ts';
import { floatOperand, isFraction } from './operands.ts';

/** The axes of a reduction: those that are stated, or all. */
function axesOf({ config }: LayerContext, x: KerasTensor): readonly number[] {
  const rank = x.shape.length;
  const axes = config.isGiven('axis') ? config.integers('axis') : axesBetween(0, rank);
  return axes.map((axis) => fromFront(axis, rank));
}

const keeps = ({ config }: LayerContext): boolean => config.flag('keepdims', false);

const reducing =
  (op: string): CompileLayer =>
  (context) => {
    const x = context.tensorAt(0, 'x');
    if (context.config.isGiven('initial'))
      throw context.config.unsupported('initial', 'reductions without it are');
    return context.graph.reduce(op, x, axesOf(context, x), keeps(context));
  };

const mean: CompileLayer = (context) => {
  const x = floatOperand(context);
  return context.graph.reduce('ReduceMean', x, axesOf(context, x), keeps(context));
};

/** mean((x - mean(x))²). */
const variance: CompileLayer = (context) => {
  const { graph } = context;
  const x = floatOperand(context);
  const axes = axesOf(context, x);
  const centre = graph.binary('Sub', x, graph.reduce('ReduceMean', x, axes, true));
  return graph.reduce('ReduceMean', graph.binary('Mul', centre, centre), axes, keeps(context));
};

const deviation: CompileLayer = (context) => {
  const result = variance(context);
  if (!('value' in result)) throw new RangeError('a variance is one tensor');
  return context.graph.unary('Sqrt', result);
};

/** Whether all, or any, are true. */
const quantifier =
  (op: string): CompileLayer =>
  (context) => {
    const { graph } = context;
    const x = graph.cast(graph.cast(context.tensorAt(0, 'x'), 'bool'), 'int32');
    return graph.cast(graph.reduce(op, x, axesOf(context, x), keeps(context)), 'bool');
  };

const place =
  (op: string): CompileLayer =>
  (context) => {
    const { graph, config } = context;
    const x = context.tensorAt(0, 'x');
    const axis = fromFront(config.integer('axis'), x.shape.length);
    const keep = keeps(context);
    const shape = x.shape.flatMap((size, i) => (i !== axis ? [size] : keep ? [1] : []));
    const found = graph.node(
      op,
      [x],
      { dtype: 'int64', shape },
      { axis: BigInt(axis), keepdims: keep ? 1n : 0n },
    );
    return graph.cast(found, 'int32');
  };

const norm: CompileLayer = (context) => {
  const { config, graph } = context;
  const x = floatOperand(context);
  const order = config.get('ord') ?? 2;
  if (order !== 2 && order !== 1 && order !== 'euclidean') throw config.unsupported('ord', '1 and 2 are');
  return graph.reduce(order === 1 ? 'ReduceL1' : 'ReduceL2', x, axesOf(context, x), keeps(context));
};

/** x / max(‖x‖, ε): `epsilon` is the lowest square sum. */
const normalize: CompileLayer = (context) => {
  const { config, graph } = context;
  const x = floatOperand(context);
  if (config.number('order', 2) !== 2) throw config.unsupported('order', '2 is');
  const epsilon = config.isGiven('epsilon') ? config.number('epsilon') : 1e-7;
  const square = graph.reduce('ReduceSum', graph.binary('Mul', x, x), axesOf(context, x), true);
  return graph.binary('Div', x, graph.unary('Sqrt', graph.clip(square, epsilon, null)));
};

const cumulative: CompileLayer = (context) => {
  const { config, graph } = context;
  const x = context.tensorAt(0, 'x');
  const axis = graph.numbers([fromFront(config.integer('axis'), x.shape.length)], 'int64', []);
  return graph.node('CumSum', [isFraction(x.dtype) ? x : graph.cast(x, 'int32'), axis], x);
};

const topK: CompileLayer = (context) => {
  const { config, graph } = context;
  const x = context.tensorAt(0, 'x');
  const k = config.count('k');
  const shape = [...x.shape.slice(0, -1), k];
  const results = [
    { dtype: x.dtype, shape },
    { dtype: 'int64' as const, shape },
  ];
  const [values, places] = graph.nodes('TopK', [x, graph.numbers([k], 'int64')], results, { axis: -1n });
  if (values === undefined || places === undefined) throw new RangeError('TopK has two outputs');
  return [values, graph.cast(places, 'int32')];
};

export const REDUCING_OPERATIONS: OperationTable = [
  ['All', quantifier('ReduceMin')],
  ['Amax', reducing('ReduceMax')],
  ['Amin', reducing('ReduceMin')],
  ['Any', quantifier('ReduceMax')],
  ['Argmax', place('ArgMax')],
  ['Argmin', place('ArgMin')],
  ['Cumsum', cumulative],
  ['Logsumexp', reducing('ReduceLogSumExp')],
  ['Max', reducing('ReduceMax')],
  ['Mean', mean],
  ['Min', reducing('ReduceMin')],
  ['Norm', norm],
  ['Normalize', normalize],
  ['Prod', reducing('ReduceProd')],
  ['Std', deviation],
  ['Sum', reducing('ReduceSum')],
  ['TopK', topK],
  ['Var', variance],
];
