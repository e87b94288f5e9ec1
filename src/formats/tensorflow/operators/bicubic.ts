import type { NodeContext, OperatorRule } from '../context.ts';
import type { TensorValue } from '../emitter.ts';
import { sizes } from './shape.ts';

/** Steps between two places for which TensorFlow keeps weights; those in between are rounded to the nearest. */
const STEPS = 1024;
const NEIGHBOURS = [-1, 0, 1, 2] as const;
/** Elements of a matrix of weights. */
const MAX_WEIGHTS = 4_000_000;

const f = Math.fround;

/** Weight of what is `distance` places away, by the cubic of Keys with its free number `a`. */
function cubic(distance: number, a: number): number {
  const x = distance;
  if (x <= 1) return f(((a + 2) * x - (a + 3)) * x * x + 1);
  return f(((a * x - 5 * a) * x + 8 * a) * x - 4 * a);
}

const even = (value: number): number => {
  const whole = Math.floor(value);
  const rest = value - whole;
  if (rest !== 0.5) return Math.round(value);
  return whole % 2 === 0 ? whole : whole + 1;
};

/**
 * How much each of `from` places gives to each of `to` places, `[to, from]`, in steps of 1/1024 as in TensorFlow
 * (tensorflow/core/kernels/image/resize_bicubic_op.cc): with half pixels what lies outside counts nothing, else as the border.
 */
function weightsOf(from: number, to: number, corners: boolean, centers: boolean): Float32Array {
  const scale = f(corners && to > 1 ? (from - 1) / (to - 1) : from / to);
  const a = centers ? -0.5 : -0.75;
  const weights = new Float32Array(to * from);
  for (let row = 0; row < to; row += 1) {
    const place = centers ? f(f(f(row + 0.5) * scale) - 0.5) : f(row * scale);
    const whole = Math.floor(place);
    const step = even((place - whole) * STEPS);
    const given = NEIGHBOURS.map((offset) => cubic(Math.abs(offset - step / STEPS), a));
    const inside = NEIGHBOURS.map((offset) => !centers || (whole + offset >= 0 && whole + offset < from));
    const sum = given.reduce((total, weight, i) => total + (inside[i] === true ? weight : 0), 0);
    for (const [i, offset] of NEIGHBOURS.entries()) {
      if (inside[i] !== true) continue;
      const at = row * from + Math.min(Math.max(whole + offset, 0), from - 1);
      weights[at] = (weights[at] ?? 0) + (given[i] ?? 0) / (centers ? sum : 1);
    }
  }
  return weights;
}

/** Pictures `[N, height, width, channels]` of known sizes: a product with weights along either axis. */
export const resizeBicubic: OperatorRule = (c) => {
  const x = c.g.cast(c.tensor(0), 'float32');
  const [height = null, width = null] = x.shape?.slice(1) ?? [];
  const [high = null, wide = null] = sizes(c, c.tensor(1)).numbers ?? [];
  if (height === null || width === null || high === null || wide === null)
    throw c.unsupported('size', 'sizes that only a run gives', 'known sizes are');
  const along = (from: number, to: number): TensorValue => {
    if (from * to > MAX_WEIGHTS) throw c.unsupported('size', `${from} to ${to}`, 'smaller pictures are');
    const data = weightsOf(from, to, c.flag('align_corners'), c.flag('half_pixel_centers'));
    return c.g.constant({ dtype: 'float32', shape: [to, from], data });
  };
  const [batch = null, , , channels = null] = x.shape ?? [];
  const rows = reshaped(c, x, [batch, height, null]);
  const tall = c.emit(
    'MatMul',
    [along(height, high), rows],
    {},
    { dtype: 'float32', shape: [batch, high, null] },
  );
  const picture = reshaped(c, tall, [batch, high, width, channels]);
  return c.emit(
    'MatMul',
    [along(width, wide), picture],
    {},
    { dtype: 'float32', shape: [batch, high, wide, channels] },
  );
};

/** The first size stays, the last one is what is left. */
function reshaped(c: NodeContext, x: TensorValue, shape: readonly (number | null)[]): TensorValue {
  const wanted = shape.map((size, at) => (at === 0 ? 0 : at === shape.length - 1 ? -1 : (size ?? 0)));
  return c.emit('Reshape', [x, c.g.ints(wanted)], {}, { dtype: x.dtype, shape });
}
