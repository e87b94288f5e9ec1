import { kernelStarter } from '../../../engine/native/web-assembly.ts';
import { SHAPLEY_KERNEL } from './generated/bytes.ts';

/** The functions of `kernel.as.ts`: addresses and sizes in bytes of its memory. */
interface ShapleyFunctions {
  explainPaths(first: number, last: number, x: number, values: number, stride: number): void;
  findPatterns(tree: number, x: number): void;
  explainAgainst(
    tree: number,
    rows: number,
    x: number,
    rowBytes: number,
    values: number,
    valueBytes: number,
    stride: number,
    weights: number,
  ): void;
}

/** Memory of one ensemble (1 GiB): a chain of nodes takes the square of its length. */
const BYTES_LIMIT = 2 ** 30;
const start = kernelStarter<ShapleyFunctions>(SHAPLEY_KERNEL);

/** A new instance of the kernel over so many bytes; null where they are too many, or the machine has not got them. */
export const startShapley: typeof start = (bytes) => (bytes > BYTES_LIMIT ? null : start(bytes));
