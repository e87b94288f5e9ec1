import { fromFront } from '../../../onnx/check/fact.ts';
import type { NodeContext, OperatorRule, OperatorTable } from '../context.ts';
import type { TensorValue } from '../emitter.ts';
import type { Shape } from '../shapes.ts';
import { concatAll, pickedOf } from './join.ts';
import { sizes, transposeBy, unsqueezeAt, vectorOf } from './shape.ts';

const gather =
  (axisAt: number | null): OperatorRule =>
  (c) => {
    const [axis = 0] = axisAt === null ? [0] : c.ints(axisAt);
    const batch = c.int('batch_dims', 0);
    return gatherFrom(c, c.tensor(0), c.tensor(1), axis, batch);
  };

export function gatherFrom(
  c: NodeContext,
  x: TensorValue,
  indices: TensorValue,
  axis: number,
  batch: number,
): TensorValue {
  if (batch !== 0) return gatherInBatch(c, x, indices, axis, batch);
  const at = fromFront(axis, x.shape?.length ?? 1);
  const shape: Shape =
    x.shape === null || indices.shape === null
      ? null
      : [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)];
  const known = indices.numbers?.every((i) => i !== null) ? (indices.numbers as readonly number[]) : null;
  const numbers = known === null ? null : pickedOf(x, known);
  return c.emit('Gather', [x, indices], { axis: BigInt(axis) }, { dtype: x.dtype, shape, numbers });
}

function gatherInBatch(
  c: NodeContext,
  x: TensorValue,
  indices: TensorValue,
  axis: number,
  batch: number,
): TensorValue {
  if (axis !== batch || indices.dtype === 'string')
    throw c.unsupported('batch_dims', `${batch} with axis ${axis}`, 'batch_dims = axis is');
  const wide = unsqueezeAt(c, sizes(c, indices), -1);
  const shape =
    x.shape === null || indices.shape === null ? null : [...indices.shape, ...x.shape.slice(axis + 1)];
  return c.emit('GatherND', [x, wide], { batch_dims: BigInt(batch) }, { dtype: x.dtype, shape });
}

const gatherNd: OperatorRule = (c) => {
  const [x, indices] = [c.tensor(0), sizes(c, c.tensor(1))];
  const deep = indices.shape?.at(-1) ?? null;
  const shape =
    x.shape === null || indices.shape === null || deep === null
      ? null
      : [...indices.shape.slice(0, -1), ...x.shape.slice(deep)];
  return c.emit('GatherND', [x, indices], {}, { dtype: x.dtype, shape });
};

const scatterNd: OperatorRule = (c) => {
  const [indices, updates, wanted] = [sizes(c, c.tensor(0)), c.tensor(1), sizes(c, c.tensor(2))];
  const shape = wanted.numbers;
  const zeros = c.emit('Expand', [c.g.scalar(0, updates), wanted], {}, { dtype: updates.dtype, shape });
  // Values for one place add up.
  return c.emit(
    'ScatterND',
    [zeros, indices, updates],
    { reduction: 'add' },
    { dtype: updates.dtype, shape },
  );
};

const scatterUpdate =
  (reduction: string): OperatorRule =>
  (c) =>
    c.emit('ScatterND', [c.tensor(0), sizes(c, c.tensor(1)), c.tensor(2)], { reduction }, c.tensor(0));

const oneHot: OperatorRule = (c) => {
  const [indices, [depth = 0], on, off] = [c.tensor(0), c.ints(1), c.tensor(2), c.tensor(3)];
  const axis = c.int('axis', -1);
  const values = concatAll(c, [unsqueezeAt(c, off, 0), unsqueezeAt(c, on, 0)], 0);
  const at = fromFront(axis, (indices.shape?.length ?? 0) + 1);
  const shape = indices.shape === null ? null : indices.shape.toSpliced(at, 0, depth);
  const wide = c.g.cast(indices, 'int64');
  // A negative index counts from the end in ONNX; in TensorFlow it is no class.
  const sound = c.emit('Less', [wide, c.g.int(0)], {}, { dtype: 'bool', shape: indices.shape });
  const moved = c.emit('Where', [sound, c.g.int(depth), wide], {}, wide);
  return c.emit(
    'OneHot',
    [moved, c.g.int(depth), values],
    { axis: BigInt(axis) },
    { dtype: on.dtype, shape },
  );
};

const where: OperatorRule = (c) => {
  const x = c.tensor(0);
  const found = c.emit('NonZero', [x], {}, { dtype: 'int64', shape: [x.shape?.length ?? null, null] });
  return transposeBy(c, found, [1, 0]);
};

const topK: OperatorRule = (c) => {
  const [x, k] = [c.tensor(0), sizes(c, c.inputs.length > 1 ? c.tensor(1) : c.g.int(c.int('k', 1)))];
  const shape = x.shape === null ? null : [...x.shape.slice(0, -1), k.numbers?.[0] ?? null];
  const made = [
    { dtype: x.dtype, shape },
    { dtype: 'int64', shape },
  ] as const;
  const [values, indices] = c.g.emitMany('TopK', [x, vectorOf(c, k)], { axis: -1n }, made);
  if (values === undefined || indices === undefined) throw c.invalid('no values', 'values and indices');
  return [values, c.g.cast(indices, c.dtype('index_type', 'int32'))];
};

const invertPermutation: OperatorRule = (c) => {
  const x = c.tensor(0);
  const count = c.emit(
    'Squeeze',
    [c.emit('Shape', [x], {}, { dtype: 'int64', shape: [1] })],
    {},
    {
      dtype: 'int64',
      shape: [],
    },
  );
  const places = c.g.cast(
    c.emit('Range', [c.g.int(0), count, c.g.int(1)], {}, { dtype: 'int64', shape: x.shape }),
    x.dtype,
  );
  return c.emit('ScatterElements', [x, x, places], { axis: 0n }, { dtype: x.dtype, shape: x.shape });
};

/** Number of boundaries that are not above a value. */
const bucketize: OperatorRule = (c) => {
  const attr = c.attr('boundaries');
  const boundaries = attr?.kind === 'list' ? attr.value.floats : [];
  const x = c.g.cast(c.tensor(0), 'float32');
  if (boundaries.length === 0) return c.g.cast(c.emit('Mul', [x, c.g.scalar(0, x)], {}, x), 'int32');
  const bounds = c.g.constant({
    dtype: 'float32',
    shape: [boundaries.length],
    data: Float32Array.from(boundaries),
  });
  const shape = x.shape === null ? null : [...x.shape, boundaries.length];
  const above = c.emit('GreaterOrEqual', [unsqueezeAt(c, x, -1), bounds], {}, { dtype: 'bool', shape });
  const made = { dtype: 'int32', shape: x.shape } as const;
  return c.emit('ReduceSum', [c.g.cast(above, 'int32'), c.g.ints([-1])], { keepdims: 0n }, made);
};

/** The diagonal `k = 0` only, which is what layers write. */
function mainDiagonal(c: NodeContext): void {
  if (c.inputs.length > 1 && c.ints(1).some((k) => k !== 0))
    throw c.unsupported('k', String(c.ints(1)), 'the main diagonal');
}

const diagonal: OperatorRule = (c) => {
  mainDiagonal(c);
  const x = c.tensor(0);
  const shape = x.shape === null ? null : x.shape.slice(0, -1);
  return c.emit('Einsum', [x], { equation: '...ii->...i' }, { dtype: x.dtype, shape });
};

/** Its square is a constant of the graph. */
const MAX_DIAGONAL = 2048;

const diagonalMatrix: OperatorRule = (c) => {
  mainDiagonal(c);
  const x = c.tensor(0);
  const size = x.shape?.at(-1) ?? null;
  if (size === null) throw c.unsupported('diagonal', 'a length that is not known', 'a known length is');
  if (size > MAX_DIAGONAL) throw c.invalid(`a diagonal of ${size}`, `at most ${MAX_DIAGONAL}`);
  const data = Uint8Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
  const eye = c.g.constant({ dtype: 'bool', shape: [size, size], data });
  const shape = x.shape === null ? null : [...x.shape, size];
  return c.emit('Where', [eye, unsqueezeAt(c, x, -1), c.g.scalar(0, x)], {}, { dtype: x.dtype, shape });
};

const triangle: OperatorRule = (c) => {
  const [x, [lower = -1], [upper = -1]] = [c.tensor(0), c.ints(1), c.ints(2)];
  const band = (value: TensorValue, k: number, up: bigint): TensorValue =>
    c.emit('Trilu', [value, c.g.int(k)], { upper: up }, x);
  const below = lower < 0 ? x : band(x, -lower, 1n);
  return upper < 0 ? below : band(below, upper, 0n);
};

/** Operators that choose elements by their places, and put them there. */
export const GATHER_OPERATORS: OperatorTable = {
  Gather: gather(null),
  GatherV2: gather(2),
  GatherNd: gatherNd,
  ScatterNd: scatterNd,
  TensorScatterUpdate: scatterUpdate('none'),
  TensorScatterAdd: scatterUpdate('add'),
  TensorScatterMax: scatterUpdate('max'),
  TensorScatterMin: scatterUpdate('min'),
  OneHot: oneHot,
  Where: where,
  TopK: topK,
  TopKV2: topK,
  MatrixBandPart: triangle,
  MatrixDiag: diagonalMatrix,
  MatrixDiagV2: diagonalMatrix,
  MatrixDiagV3: diagonalMatrix,
  MatrixDiagPart: diagonal,
  MatrixDiagPartV2: diagonal,
  MatrixDiagPartV3: diagonal,
  InvertPermutation: invertPermutation,
  Bucketize: bucketize,
};
