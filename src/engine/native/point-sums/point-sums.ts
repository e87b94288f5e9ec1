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
/** V8 sets ten gigabytes of addresses aside for a memory (`wasm::kMaxMemory32Size` and its guards): so many fit a process. */
const MEMORIES = 64;
let memories = 0;
const released = new FinalizationRegistry<null>(() => memories--);

/** Makes the sums ready: by vectors of the processor, and by a loop, which gives the same bits, where there is too little for them. */
export function preparePointSums(points: Matrix, term: PointTerm): PointSums {
  return (points.rows < POINTS_AT_ONCE ? null : vectorSums(points, term)) ?? plainSums(points, term);
}

/** By the kernel; null where there is no memory for it. */
function vectorSums({ rows, cols, data }: Matrix, term: PointTerm): PointSums | null {
  if (memories === MEMORIES) return null;
  const blocks = Math.ceil(rows / POINTS_AT_ONCE);
  const cells = POINTS_AT_ONCE * blocks;
  const kernel = startKernel(8 * (cells * cols + cols + cells));
  if (kernel === null) return null;
  memories++;
  released.register(kernel, null);
  const all = new Float64Array(kernel.memory, 0, cells * cols);
  for (let point = 0; point < rows; point++) {
    const first = (point - (point % POINTS_AT_ONCE)) * cols + (point % POINTS_AT_ONCE);
    for (let k = 0; k < cols; k++) all[first + POINTS_AT_ONCE * k] = data[point * cols + k]!;
  }
  const row = new Float64Array(kernel.memory, all.byteLength, cols);
  const sums = new Float64Array(kernel.memory, row.byteOffset + row.byteLength, cells);
  return (x, at) => {
    for (let k = 0; k < cols; k++) row[k] = x[at + k]!;
    kernel.functions[term](row.byteOffset, cols, 0, blocks, sums.byteOffset);
    return sums;
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
