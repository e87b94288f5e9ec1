import { fromFront } from '../../../onnx/check/fact.ts';
import { type DocumentValue, isObject, itemsOf } from '../../json/document.ts';
import type { CallValue, CompileLayer, LayerContext } from '../layer.ts';
import { tensorsOf } from '../layer.ts';
import { axesBetween } from '../layout.ts';
import type { KerasTensor, ReshapeSize } from '../tensor-graph.ts';
import type { OperationTable } from './elementwise.ts';
import { inWidestType, operandLike, twoOperands } from './operands.ts';

/** One part of an index: a place, a axesBetween, a new axis, or all axes that are left. */
type IndexPart =
  | { readonly kind: 'place'; readonly at: number }
  | {
      readonly kind: 'range';
      readonly start: number | null;
      readonly stop: number | null;
      readonly step: number;
    }
  | { readonly kind: 'new' }
  | { readonly kind: 'rest' };

/** `x[…]` of Python: places, ranges, `...` and `None`. */
const getItem: CompileLayer = (context) => {
  const x = context.tensorAt(0, 'x');
  const key = context.call.args[1] ?? context.call.kwargs.get('key');
  const items = key?.kind === 'list' ? key.items : key === undefined ? [] : [key];
  const parts = items.flatMap((item) => itemParts(context, item));
  const used = parts.filter(({ kind }) => kind === 'place' || kind === 'range').length;
  const open = x.shape.length - used;
  if (open < 0)
    throw context.invalid('key', `${used} places`, `at most ${x.shape.length}, the axes of the tensor`);
  return applyIndex(context, x, parts, open);
};

function itemParts(context: LayerContext, item: CallValue): readonly IndexPart[] {
  if (item.kind === 'list') return item.items.flatMap((inner) => itemParts(context, inner));
  if (item.kind === 'tensor') throw context.unsupported('key', 'a tensor', 'numbers and ranges are');
  return partsOf(context, item.value);
}

function partsOf(context: LayerContext, value: DocumentValue | undefined): readonly IndexPart[] {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return [{ kind: 'place', at: value }];
  if (value === null) return [{ kind: 'new' }];
  // A list of numbers only: several places, one after the other.
  const items = itemsOf(value);
  if (items !== null) return items.flatMap((item) => partsOf(context, item));
  if (isObject(value)) {
    const name = value.fields.get('class_name');
    const config = value.fields.get('config');
    if (name === '__ellipsis__') return [{ kind: 'rest' }];
    if (name === '__slice__' && isObject(config)) return [rangeOf(context, config.fields)];
    // Keras 2 writes the range alone.
    if (value.fields.has('step')) return [rangeOf(context, value.fields)];
  }
  throw context.unsupported('key', 'an index of another kind', 'numbers, ranges, None and ... are');
}

function rangeOf(context: LayerContext, fields: ReadonlyMap<string, DocumentValue>): IndexPart {
  const [start, stop, step] = ['start', 'stop', 'step'].map((name) => {
    const value = fields.get(name) ?? null;
    if (value !== null && !(typeof value === 'number' && Number.isSafeInteger(value)))
      throw context.unsupported('key', 'a range between tensors', 'ranges between numbers are');
    return value;
  });
  return { kind: 'range', start: start ?? null, stop: stop ?? null, step: step ?? 1 };
}

function applyIndex(
  context: LayerContext,
  x: KerasTensor,
  parts: readonly IndexPart[],
  open: number,
): KerasTensor {
  const { graph } = context;
  let result = x;
  let axis = 0;
  const gone: number[] = [];
  for (const part of parts) {
    if (part.kind === 'rest') axis += open;
    else if (part.kind === 'new') {
      result = graph.expandDims(result, axis);
      axis += 1;
    } else if (part.kind === 'place') {
      result = graph.slice(result, axis, part.at, part.at === -1 ? null : part.at + 1);
      gone.push(axis);
      axis += 1;
    } else {
      const { start, stop, step } = part;
      const isAll = start === null && stop === null && step === 1;
      if (!isAll) result = graph.slice(result, axis, start ?? (step > 0 ? 0 : -1), stop, step);
      axis += 1;
    }
  }
  return gone.length === 0 ? result : graph.squeeze(result, gone);
}

const expandDims: CompileLayer = (context) => {
  const { config, graph } = context;
  const x = context.tensorAt(0, 'x');
  const axes = config.integers('axis');
  return axes.reduce((tensor, axis) => graph.expandDims(tensor, axis), x);
};

const squeeze: CompileLayer = (context) => {
  const { config, graph } = context;
  const x = context.tensorAt(0, 'x');
  const ones = axesBetween(1, x.shape.length).filter((axis) => x.shape[axis] === 1);
  return graph.squeeze(x, config.isGiven('axis') ? config.integers('axis') : ones);
};

const reshape: CompileLayer = (context) => {
  const { config, graph } = context;
  const x = context.tensorAt(0, 'x');
  const items = itemsOf(config.get('newshape')) ?? [];
  const sizes = items.map((size, i): ReshapeSize => {
    // The batch stays where it is, whatever it is called: -1, None, or a size that was not known.
    if (size === -1 || size === null)
      return i === 0 && !items.slice(1).every((other) => typeof other === 'number' && other > 0)
        ? 'same'
        : 'rest';
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 1)
      throw config.wrong('newshape', 'sizes, one of them free');
    return size;
  });
  if (sizes.filter((size) => size === 'rest').length > 1)
    throw config.unsupported('newshape', 'one free size besides the batch is');
  const batch =
    x.shape[0] === null && sizes[0] === 'rest' && rowSize(x.shape.slice(1)) === rowSize(items.slice(1));
  return graph.reshape(x, batch ? ['same', ...sizes.slice(1)] : sizes);
};

const rowSize = (sizes: readonly unknown[]): number =>
  sizes.reduce<number>((product, size) => (typeof size === 'number' ? product * size : Number.NaN), 1);

const transpose: CompileLayer = (context) => {
  const { config, graph } = context;
  const x = context.tensorAt(0, 'x');
  const rank = x.shape.length;
  const order = config.isGiven('axes')
    ? config.integers('axes').map((axis) => fromFront(axis, rank))
    : axesBetween(0, rank).reverse();
  if ([...order].sort((a, b) => a - b).join() !== axesBetween(0, rank).join())
    throw config.wrong('axes', `an order of ${rank} axes`);
  return graph.transpose(x, order);
};

const swapAxes: CompileLayer = (context) => {
  const { config, graph } = context;
  const x = context.tensorAt(0, 'x');
  const rank = x.shape.length;
  const [a, b] = [fromFront(config.integer('axis1'), rank), fromFront(config.integer('axis2'), rank)];
  return graph.transpose(
    x,
    axesBetween(0, rank).map((axis) => (axis === a ? b : axis === b ? a : axis)),
  );
};

const tensors = (context: LayerContext): readonly KerasTensor[] =>
  inWidestType(context.graph, tensorsOf(context.argument(0, 'xs') ?? context.argument(0, 'x') ?? undefined));

const concatenate: CompileLayer = (context) =>
  context.graph.concat(tensors(context), context.config.integer('axis', 0));

const stack: CompileLayer = (context) => {
  const { config, graph } = context;
  const xs = tensors(context);
  const axis = fromFront(config.integer('axis', 0), (xs[0]?.shape.length ?? 0) + 1);
  return graph.concat(
    xs.map((x) => graph.expandDims(x, axis)),
    axis,
  );
};

const MOST_COPIES = 1024;

const repeat: CompileLayer = (context) => {
  const { config, graph } = context;
  const x = context.tensorAt(0, 'x');
  const axis = fromFront(config.integer('axis'), x.shape.length);
  const times = config.count('repeats');
  if (times > MOST_COPIES) throw config.unsupported('repeats', `up to ${MOST_COPIES} are`);
  const spread = graph.concat(new Array<KerasTensor>(times).fill(graph.expandDims(x, axis + 1)), axis + 1);
  const size = x.shape[axis] ?? null;
  return graph.reshape(
    spread,
    x.shape.map(
      (known, i): ReshapeSize =>
        i < axis ? 'same' : i === axis ? (size === null ? 'rest' : size * times) : (known ?? 'rest'),
    ),
  );
};

const flip: CompileLayer = (context) => {
  const { config, graph } = context;
  const x = context.tensorAt(0, 'x');
  const axes = config.isGiven('axis') ? config.integers('axis') : axesBetween(0, x.shape.length);
  return axes.reduce((tensor, axis) => graph.slice(tensor, axis, -1, null, -1), x);
};

const split: CompileLayer = (context) => {
  const { config, graph } = context;
  const x = context.tensorAt(0, 'x');
  const axis = fromFront(config.integer('axis', 0), x.shape.length);
  const size = context.fixed(x, axis);
  const stated = config.get('indices_or_sections');
  const places =
    typeof stated === 'number'
      ? axesBetween(1, stated).map((i) => (i * size) / stated)
      : config.integers('indices_or_sections');
  if (places.length > MOST_COPIES || !places.every(Number.isInteger))
    throw config.wrong('indices_or_sections', `parts of ${size} places`);
  const ends = [...places, size];
  return ends.map((end, i) => graph.slice(x, axis, i === 0 ? 0 : (ends[i - 1] ?? 0), end));
};

const take: CompileLayer = (context) => {
  const { config, graph } = context;
  const x = context.tensorAt(0, 'x');
  const indices = operandLike(context, 1, 'indices', { ...x, dtype: 'int64' });
  return graph.gather(x, indices, config.integer('axis'));
};

const matmul: CompileLayer = (context) => {
  const [a, b] = twoOperands(context);
  if (a.shape.length < 2 || b.shape.length < 2)
    throw context.unsupported('its inputs', 'vectors', 'matrices are');
  return context.graph.matmul(a, b);
};

const einsum: CompileLayer = (context) => {
  const { config, graph } = context;
  const equation = config.text('subscripts').replaceAll(' ', '');
  const operands = context.call.args.flatMap(tensorsOf);
  const [left = '', output] = equation.split('->');
  const terms = left.split(',');
  if (output === undefined || !/^[a-zA-Z,>-]*$/.test(equation))
    throw config.unsupported('subscripts', 'equations such as abc,cd->abd are');
  const sizes = new Map<string, number | null>();
  for (const [i, term] of terms.entries())
    for (const [axis, letter] of [...term].entries())
      sizes.set(letter, sizes.get(letter) ?? operands[i]?.shape[axis] ?? null);
  const shape = [...output].map((letter) => sizes.get(letter) ?? null);
  return graph.node('Einsum', operands, { dtype: operands[0]?.dtype ?? 'float32', shape }, { equation });
};

const oneHot: CompileLayer = (context) => {
  const { config, graph } = context;
  const x = context.tensorAt(0, 'x');
  if (config.integer('axis', -1) !== -1) throw config.unsupported('axis', '-1 is');
  const classes = config.count('num_classes');
  const dtype = config.isGiven('dtype')
    ? config.oneOf('dtype', ['float32', 'int32', 'bool', 'float16', 'float64', 'int64'])
    : 'float32';
  const hot = graph.binary(
    'Equal',
    graph.expandDims(graph.cast(x, 'int64'), x.shape.length),
    graph.numbers(axesBetween(0, classes), 'int64'),
  );
  return graph.cast(hot, dtype);
};

export const REARRANGING_OPERATIONS: OperationTable = [
  ['Concatenate', concatenate],
  ['Einsum', einsum],
  ['ExpandDims', expandDims],
  ['Flip', flip],
  ['GetItem', getItem],
  ['Matmul', matmul],
  ['OneHot', oneHot],
  ['Repeat', repeat],
  ['Reshape', reshape],
  ['Split', split],
  ['Squeeze', squeeze],
  ['Stack', stack],
  ['Swapaxes', swapAxes],
  ['Take', take],
  ['Transpose', transpose],
];
