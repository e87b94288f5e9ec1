import type { Matrix } from '../../../model/tensor.ts';
import { kernelStarter } from '../web-assembly.ts';
import { POINT_SUMS_KERNEL } from './generated/bytes.ts';

/** What is summed over the columns of a row and a point: x·p or (x - p)². */
export type PointTerm = 'products' | 'squares';

/**
 * A sum for each point and the row that begins at `at`, terms in the order of the columns. The array is the same every time, and may be
 * longer than there are points.
 */
export type PointSums = (x: Float64Array, at: number) => Float64Array;

/** The functions of `kernel.as.ts`: addresses and sizes in bytes of its memory. */
type PointSumsKernel = {
  readonly [Term in PointTerm]: (
    x: number,
    cols: number,
    points: number,
    blocks: number,
    out: number,
  ) => void;
};
const startKernel = kernelStarter<PointSumsKernel>(POINT_SUMS_KERNEL);

/** Points of a block of the kernel, which fewer points do not fill. */
export const POINTS_AT_ONCE = 8;
/** Points that take more are not held twice. */
const LARGEST_BYTES = 2 ** 28;

/** Points where the kernel finds them. */
interface PointImage {
  readonly blocks: number;
  setRow(x: Float64Array, at: number): void;
  /** Sums of the points of blocks `from` to before `to`. */
  sums(term: PointTerm, from: number, to: number): Float64Array;
}

/** What is summed is used before the next row is: all who ask about the same points share their image. */
const images = new WeakMap<Matrix, PointImage>();

/** Makes the sums ready: by vectors of the processor, and by a loop, which gives the same bits, where there is too little for them. */
export function preparePointSums(points: Matrix, term: PointTerm): PointSums {
  const image = imageOf(points);
  if (image === null) return plainSums(points, term);
  return (x, at) => {
    image.setRow(x, at);
    return image.sums(term, 0, image.blocks);
  };
}

/** Sums of some points and the row that was begun last. */
export interface RangeSums {
  begin(x: Float64Array, at: number): void;
  /** Of the points `from` to before `to`: the sum of `from` is at `from % POINTS_AT_ONCE`, the others follow. */
  of(from: number, to: number): Float64Array;
}

/** Makes sums of neighbouring points ready; null where only a loop is left. */
export function prepareRangeSums(points: Matrix, term: PointTerm): RangeSums | null {
  const image = imageOf(points);
  return (
    image && {
      begin: (x, at) => image.setRow(x, at),
      of: (from, to) => image.sums(term, Math.floor(from / POINTS_AT_ONCE), Math.ceil(to / POINTS_AT_ONCE)),
    }
  );
}

/** Null where there are too few points, or no memory for them. */
function imageOf(points: Matrix): PointImage | null {
  const image = images.get(points) ?? createImage(points);
  if (image !== null) images.set(points, image);
  return image;
}

function createImage({ rows, cols, data }: Matrix): PointImage | null {
  const blocks = Math.ceil(rows / POINTS_AT_ONCE);
  const cells = POINTS_AT_ONCE * blocks;
  const bytes = 8 * (cells * cols + cols + cells);
  if (rows < POINTS_AT_ONCE || bytes > LARGEST_BYTES) return null;
  const kernel = startKernel(bytes);
  if (kernel === null) return null;
  const all = new Float64Array(kernel.memory, 0, cells * cols);
  for (let point = 0; point < rows; point++) {
    const lane = point % POINTS_AT_ONCE;
    const first = (point - lane) * cols + lane;
    for (let k = 0; k < cols; k++) all[first + POINTS_AT_ONCE * k] = data[point * cols + k]!;
  }
  const row = new Float64Array(kernel.memory, all.byteLength, cols);
  const sums = new Float64Array(kernel.memory, row.byteOffset + row.byteLength, cells);
  const blockBytes = 8 * POINTS_AT_ONCE * cols;
  return {
    blocks,
    setRow: (x, at) => {
      for (let k = 0; k < cols; k++) row[k] = x[at + k]!;
    },
    sums: (term, from, to) => {
      kernel.functions[term](row.byteOffset, cols, from * blockBytes, to - from, sums.byteOffset);
      return sums;
    },
  };
}

/** By a loop over points and columns. */
export function plainSums({ rows, cols, data }: Matrix, term: PointTerm): PointSums {
  const sums = new Float64Array(rows);
  const sum = term === 'products' ? product : square;
  return (x, at) => {
    for (let point = 0; point < rows; point++) sums[point] = sum(x, at, data, point * cols, cols);
    return sums;
  };
}

type Sum = (x: Float64Array, xAt: number, p: Float64Array, pAt: number, length: number) => number;

const product: Sum = (x, xAt, p, pAt, length) => {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += x[xAt + k]! * p[pAt + k]!;
  return sum;
};

const square: Sum = (x, xAt, p, pAt, length) => {
  let sum = 0;
  for (let k = 0; k < length; k++) {
    const difference = x[xAt + k]! - p[pAt + k]!;
    sum += difference * difference;
  }
  return sum;
};
