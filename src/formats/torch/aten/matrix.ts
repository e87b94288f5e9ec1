import type { AtenCall } from './call.ts';
import type { AtenGraph } from './graph.ts';
import { rows, views } from './operator.ts';
import {
  axisOf,
  elementwise,
  gathered,
  matmul,
  reduced,
  sizesOf,
  transposed,
  unsqueezed,
  where,
} from './primitives.ts';
import { reshaped } from './reshape.ts';
import { type AtenInteger, type AtenTensor, isValue, isValues } from './value.ts';

/** Diagonals, and products of matrices that are made of others. */

/** Two axes moved to the end. */
function twoLast(g: AtenGraph, x: AtenTensor, axes: readonly [number, number]): AtenTensor {
  const rest = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  return transposed(g, x, [...rest, ...axes]);
}

/** The last two axes moved to two others. */
function fromTwoLast(g: AtenGraph, x: AtenTensor, axes: readonly [number, number]): AtenTensor {
  const rank = x.shape.length;
  const rest = Array.from({ length: rank - 2 }, (_, axis) => axis);
  const order = Array.from({ length: rank }, (_, axis) => {
    const at = axes.indexOf(axis);
    return at < 0 ? (rest.shift() ?? 0) : rank - 2 + at;
  });
  return transposed(g, x, order);
}

function axesFor(call: AtenCall, rank: number, usual: readonly [number, number]): [number, number] {
  return [axisOf(call.int('dim1', usual[0]), rank), axisOf(call.int('dim2', usual[1]), rank)];
}

/** Elements beside each other on a diagonal of two axes, along a last axis. */
function diagonalOf(
  call: AtenCall,
  x: AtenTensor,
  axes: readonly [number, number],
  offset: number,
): AtenTensor {
  const { g } = call;
  const turned = twoLast(g, x, axes);
  const [rowCount, columns] = turned.shape.slice(-2);
  if (typeof rowCount !== 'number' || typeof columns !== 'number')
    throw call.refusal('self', 'axes of free size', 'a diagonal of fixed sizes');
  const [down, right] = [Math.max(0, -offset), Math.max(0, offset)];
  const length = Math.max(0, Math.min(rowCount - down, columns - right));
  call.requireAtMost('the diagonal', length, 2 ** 20);
  const lead = sizesOf(g, turned).slice(0, -2);
  const flat = reshaped(g, turned, [...lead, rowCount * columns]);
  const places = Array.from({ length }, (_, i) => (i + down) * columns + i + right);
  return gathered(g, flat, g.numbers(places, 'int64'), lead.length);
}

const diagonal = (call: AtenCall): AtenTensor => {
  const x = call.tensor('self');
  return diagonalOf(call, x, axesFor(call, x.shape.length, [0, 1]), call.int('offset', 0));
};

/** Vectors on the diagonal of matrices of 0. */
function matrixOf(call: AtenCall, x: AtenTensor, offset: number): AtenTensor {
  const { g } = call;
  const size = x.shape.at(-1);
  if (typeof size !== 'number') throw call.refusal('self', 'an axis of free size', 'a fixed size');
  const width = size + Math.abs(offset);
  call.requireAtMost('the matrix', width * width, 2 ** 22);
  const [down, right] = [Math.max(0, -offset), Math.max(0, offset)];
  // Each place of the matrix takes the element of its row; those off the diagonal are then 0.
  const source = Array.from({ length: width }, (_, i) => Math.max(0, Math.min(size - 1, i - down)));
  const byRow = unsqueezed(g, gathered(g, x, g.numbers(source, 'int64'), x.shape.length - 1), [
    x.shape.length,
  ]);
  const isOn = Array.from({ length: width * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    return Number(row - down === column - right && row >= down && column >= right);
  });
  const mask = g.cast(g.numbers(isOn, 'int64', [width, width]), 'bool');
  return where(g, mask, byRow, g.scalar(0, x.dtype));
}

const diagonalMatrix = (call: AtenCall): AtenTensor => {
  const x = call.tensor('self');
  const made = matrixOf(call, x, call.int('offset', 0));
  return fromTwoLast(call.g, made, axesFor(call, x.shape.length + 1, [-2, -1]));
};

const diag = (call: AtenCall): AtenTensor => {
  const x = call.tensor('self');
  const offset = call.int('diagonal', 0);
  return x.shape.length === 1 ? matrixOf(call, x, offset) : diagonalOf(call, x, [0, 1], offset);
};

/** A tensor with one of its diagonals replaced. */
const withDiagonal = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  const [axes, offset] = [axesFor(call, x.shape.length, [0, 1]), call.int('offset', 0)];
  const turned = twoLast(g, x, axes);
  const [rowCount, columns] = turned.shape.slice(-2);
  const source = g.cast(call.tensor('src'), x.dtype);
  if (rowCount !== columns || typeof rowCount !== 'number')
    throw call.wrong('self', 'a square of fixed size');
  const spread = matrixOf(call, source, offset);
  const ones = matrixOf(
    call,
    g.numbers(new Array<number>(rowCount - Math.abs(offset)).fill(1), 'int64'),
    offset,
  );
  return fromTwoLast(g, where(g, g.cast(ones, 'bool'), spread, turned), axes);
};

const trace = (call: AtenCall): AtenTensor => {
  const x = call.tensor('self');
  const whole = x.dtype.startsWith('float') ? x : call.g.cast(x, 'int64');
  return reduced(call.g, 'ReduceSum', diagonalOf(call, whole, [0, 1], 0), [0], false);
};

/** Every element times a matrix. */
const kronecker = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [a, b] = [call.tensor('self'), call.tensor('other')];
  const dtype = call.promotedType([a, b]);
  const rank = Math.max(a.shape.length, b.shape.length);
  const leading = (x: AtenTensor) =>
    unsqueezed(
      g,
      g.cast(x, dtype),
      Array.from({ length: rank - x.shape.length }, (_, axis) => axis),
    );
  const [left, right] = [leading(a), leading(b)];
  const every = (from: number) => Array.from({ length: rank }, (_, axis) => 2 * axis + from);
  const product = elementwise(
    g,
    'Mul',
    [unsqueezed(g, left, every(1)), unsqueezed(g, right, every(0))],
    dtype,
  );
  const sizes = left.shape.map((size, axis): AtenInteger => {
    const other = right.shape[axis] ?? 1;
    return typeof size === 'number' && typeof other === 'number' ? size * other : -1;
  });
  return reshaped(g, product, sizes);
};

/** Σ over the last axis of each. */
const inner = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [a, b] = [call.tensor('self'), call.tensor('other')];
  if (a.shape.length === 0 || b.shape.length === 0) return elementwise(g, 'Mul', [a, b], a.dtype);
  return contracted(call, a, b, [a.shape.length - 1], [b.shape.length - 1]);
};

/** Σ over some axes of one and as many of another; the others of both are what is answered. */
function contracted(
  call: AtenCall,
  a: AtenTensor,
  b: AtenTensor,
  left: readonly number[],
  right: readonly number[],
): AtenTensor {
  const { g } = call;
  const free = (x: AtenTensor, axes: readonly number[]): readonly number[] =>
    x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const [own, other] = [free(a, left), free(b, right)];
  const depth = left.map((axis) => a.shape[axis]).reduce<number>((all, size) => all * Number(size), 1);
  if (!Number.isInteger(depth)) throw call.refusal('self', 'axes of free size', 'axes of fixed sizes');
  const rowsOf = reshaped(g, transposed(g, a, [...own, ...left]), [-1, depth]);
  const columnsOf = reshaped(g, transposed(g, b, [...right, ...other]), [depth, -1]);
  const sizes = [...own.map((axis) => g.sizeOf(a, axis)), ...other.map((axis) => g.sizeOf(b, axis))];
  return reshaped(g, matmul(g, rowsOf, columnsOf), sizes);
}

const tensordot = (call: AtenCall): AtenTensor => {
  const [a, b] = [call.tensor('self'), call.tensor('other')];
  const [left, right] = [call.axes('dims_self', a.shape.length), call.axes('dims_other', b.shape.length)];
  return contracted(call, a, b, left, right);
};

const productOfAll = (name: string) => (call: AtenCall) => {
  const [first, ...others] = call.tensors(name);
  if (first === undefined) throw call.wrong(name, 'matrices');
  return others.reduce((product, next) => matmul(call.g, product, next), first);
};

/** β self + α Σ of the products of a stack. */
const addedProducts = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const product = matmul(g, call.tensor('batch1'), call.tensor('batch2'));
  return weighted(call, reduced(g, 'ReduceSum', product, [0], false));
};

const addedOuter = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [a, b] = [call.tensor('vec1'), call.tensor('vec2')];
  return weighted(call, elementwise(g, 'Mul', [unsqueezed(g, a, [1]), b], a.dtype));
};

function weighted(call: AtenCall, product: AtenTensor): AtenTensor {
  const { g } = call;
  const times = (x: AtenTensor, name: string): AtenTensor =>
    elementwise(g, 'Mul', [x, g.scalar(call.number(name, 1), x.dtype)], x.dtype);
  return elementwise(g, 'Add', [times(call.tensor('self'), 'beta'), times(product, 'alpha')], product.dtype);
}

/** Σ of products along an axis. */
const dotAlong = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [a, b] = [call.tensor(call.has('x') ? 'x' : 'self'), call.tensor(call.has('y') ? 'y' : 'other')];
  const product = elementwise(g, 'Mul', [a, b], a.dtype);
  return reduced(g, 'ReduceSum', product, [call.axis('dim', product.shape.length, -1)], false);
};

/** Each vector of three with another: along the axis that is named, or the first of three. */
const cross = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [a, b] = [call.tensor('self'), call.tensor('other')];
  const axis = call.has('dim') ? call.axis('dim', a.shape.length) : a.shape.indexOf(3);
  if (axis < 0) throw call.wrong('self', 'an axis of three');
  const turned = (x: AtenTensor, order: readonly number[]) => gathered(g, x, g.numbers(order, 'int64'), axis);
  const product = (left: readonly number[], right: readonly number[]): AtenTensor =>
    elementwise(g, 'Mul', [turned(a, left), turned(b, right)], a.dtype);
  return elementwise(g, 'Sub', [product([1, 2, 0], [2, 0, 1]), product([2, 0, 1], [1, 2, 0])], a.dtype);
};

const matrixPower = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  const n = call.int('n');
  if (n < 1 || n > 1024) throw call.wrong('n', 'a power from 1 to 1024');
  let made: AtenTensor | null = null;
  for (let square = x, left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) made = made === null ? square : matmul(g, made, square);
    if (left > 1) square = matmul(g, square, square);
  }
  return made ?? x;
};

const determinant = (call: AtenCall, name: string): AtenTensor => {
  const x = call.tensor(name);
  return call.g.add('Det', [x], { dtype: x.dtype, shape: x.shape.slice(0, -2) });
};

/** √Σ x², of vectors and of matrices; other norms of matrices need their singular values. */
const frobenius = (call: AtenCall): AtenTensor => {
  const x = call.floating('self');
  const given = call.value('ord') ?? null;
  const rank = x.shape.length;
  const dim = call.value('dim') ?? null;
  const isVector = dim === null || !isValues(dim) || dim.length === 1;
  const order = isValue(given, 'float') ? given.value : given;
  if (order !== null && order !== 'fro' && !(isVector && order === 2 && (dim !== null || rank === 1)))
    throw call.wrong('ord', 'the Frobenius norm');
  const last = call.place.name.includes('matrix_norm') ? [rank - 2, rank - 1] : [];
  const axes = dim === null ? last : call.axes('dim', rank);
  return reduced(call.g, 'ReduceL2', x, axes, call.bool('keepdim'));
};

/** v scaled so that its norm over all axes but one is g. */
const weightNorm = (call: AtenCall): readonly AtenTensor[] => {
  const { g } = call;
  const [v, size] = [call.tensor('v'), call.tensor('g')];
  const kept = axisOf(call.int('dim', 0), v.shape.length);
  const axes = v.shape.map((_, axis) => axis).filter((axis) => axis !== kept);
  const norm = reduced(g, 'ReduceL2', v, axes, true);
  return [elementwise(g, 'Mul', [v, elementwise(g, 'Div', [size, norm], v.dtype)], v.dtype), norm];
};

/** Matrices along the diagonal of a larger one. */
const blocks = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const parts = call.tensors('tensors').map((x) => {
    if (x.shape.length === 2) return x;
    return unsqueezed(g, x, x.shape.length === 1 ? [0] : [0, 1]);
  });
  const dtype = call.promotedType(parts);
  const widths = parts.map(({ shape }) => Number(shape[1]));
  const total = widths.reduce((sum, width) => sum + width, 0);
  if (!Number.isInteger(total)) throw call.wrong('tensors', 'matrices of fixed widths');
  let before = 0;
  const wide = parts.map((x, i) => {
    const behind = total - before - (widths[i] ?? 0);
    const pads = g.numbers([0, before, 0, behind], 'int64');
    before += widths[i] ?? 0;
    return g.add('Pad', [g.cast(x, dtype), pads], { dtype, shape: [x.shape[0] ?? 1, total] });
  });
  const heights = parts.map(({ shape }) => Number(shape[0]));
  const height = heights.reduce((sum, one) => sum + one, 0);
  const shape = [Number.isInteger(height) ? height : g.unknownSize(), total];
  return wide.length === 1
    ? (wide[0] ?? call.tensor('tensors'))
    : g.add('Concat', wide, { dtype, shape }, { axis: 0n });
};

export const MATRICES = [
  ...views('diagonal', 'self offset dim1 dim2', diagonal),
  ...rows('diagonal_copy', 'self offset dim1 dim2', diagonal),
  ...rows('diag_embed', 'self offset dim1 dim2', diagonalMatrix),
  ...rows('diag', 'self diagonal', diag),
  ...rows('diagonal_scatter', 'self src offset dim1 dim2', withDiagonal),
  ...rows('trace', 'self', trace),
  ...rows('kron', 'self other', kronecker),
  ...rows('inner', 'self other', inner),
  ...rows('tensordot', 'self other dims_self dims_other', tensordot),
  ...rows('chain_matmul', 'matrices', productOfAll('matrices')),
  ...rows('linalg_multi_dot', 'tensors', productOfAll('tensors')),
  ...rows('addbmm', 'self batch1 batch2 beta alpha', addedProducts),
  ...rows('addr', 'self vec1 vec2 beta alpha', addedOuter),
  ...rows('vdot', 'self other', dotAlong),
  ...rows('linalg_vecdot', 'x y dim', dotAlong),
  ...rows('cross linalg_cross', 'self other dim', cross),
  ...rows('linalg_matrix_power matrix_power', 'self n', matrixPower),
  ...rows('det', 'self', (call) => determinant(call, 'self')),
  ...rows('linalg_det', 'A', (call) => determinant(call, 'A')),
  ...rows('linalg_norm', 'self ord dim keepdim dtype', frobenius),
  ...rows('linalg_matrix_norm frobenius_norm', 'self ord dim keepdim dtype', frobenius),
  ...rows('_weight_norm', 'v g dim', (call) => weightNorm(call)[0] ?? null),
  ...rows('_weight_norm_interface', 'v g dim', weightNorm),
  ...rows('block_diag', 'tensors', blocks),
];
