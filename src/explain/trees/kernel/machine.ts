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

/** A new instance of the kernel. */
export const startShapley = kernelStarter<ShapleyFunctions>(SHAPLEY_KERNEL);
