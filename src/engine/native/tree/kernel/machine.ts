import { kernelStarter } from '../../web-assembly.ts';
import { KERNEL } from './generated/bytes.ts';

/** The functions of `kernel.as.ts`: addresses and sizes in bytes of its memory. */
export interface KernelFunctions {
  packFloat32(rows: number, stride: number, groups: number, columns: number, last: number, x: number): number;
  packRanks(rows: number, stride: number, groups: number, columns: number, last: number, x: number): number;
  score(
    first: number,
    last: number,
    groups: number,
    x: number,
    groupBytes: number,
    scores: number,
    rowBytes: number,
    width: number,
    cellBytes: number,
  ): void;
}

/** A new instance of the kernel. */
export const startKernel = kernelStarter<KernelFunctions>(KERNEL);
