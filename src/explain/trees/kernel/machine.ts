import { kernelStarter } from '../../../engine/native/web-assembly.ts';
import { SHAPLEY_KERNEL } from './generated/bytes.ts';

/** The functions of `kernel.as.ts`: addresses and sizes in bytes of its memory. */
interface ShapleyFunctions {
  explain(first: number, last: number, x: number, values: number, stride: number): void;
}

/** A new instance of the kernel. */
export const startShapley = kernelStarter<ShapleyFunctions>(SHAPLEY_KERNEL);
