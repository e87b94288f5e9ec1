/** Kernels compiled ahead to WebAssembly, over memory of their own outside the heap. */

/** The part of WebAssembly that is used here; only the browser's type library declares it. */
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
  readonly CompileError: new () => Error;
};

const PAGE = 2 ** 16;

/** A running kernel and the memory that its functions work in. */
export interface RunningKernel<Functions> {
  readonly memory: ArrayBuffer;
  readonly functions: Functions;
}

/**
 * Starts an instance over `bytes` of memory, which never grow; null where the machine has not got them, and where a page forbids
 * that code is made (Content Security Policy Level 3, `wasm-unsafe-eval`).
 */
export type StartKernel<Functions> = (bytes: number) => RunningKernel<Functions> | null;

/** What starts instances of a kernel that `tools/checks/kernel-module.ts` has compiled, `text` in base64, at its first use. */
export function kernelStarter<Functions>(text: string): StartKernel<Functions> {
  let compiled: object | null = null;
  return (bytes) => {
    const pages = Math.ceil(bytes / PAGE);
    try {
      compiled ??= new WebAssembly.Module(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
      const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
      return { memory: memory.buffer, functions: exports as Functions };
    } catch (error) {
      if (error instanceof RangeError || error instanceof WebAssembly.CompileError) return null;
      throw error;
    }
  };
}
