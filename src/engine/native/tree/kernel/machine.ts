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

/** The part of WebAssembly that is used here; only the browser's type library declares it. */
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: KernelFunctions };
};

const PAGE = 2 ** 16;
let compiled: object | null = null;

/** A new instance of the kernel over `bytes` of memory, which never grow; null where the machine has not got them. */
export function startKernel(bytes: number): { memory: ArrayBuffer; functions: KernelFunctions } | null {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(KERNEL), (char) => char.charCodeAt(0)));
  const pages = Math.ceil(bytes / PAGE);
  try {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
    return { memory: memory.buffer, functions: exports };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
