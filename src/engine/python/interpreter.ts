/** What is started for a worker that runs Python. */
import { workerScript } from './where.ts';
import type { WorkerProgram } from './worker.ts';

export interface InterpreterOptions {
  /** Path of the interpreter. */
  readonly interpreter: string;
  /** Threads that its numeric libraries may use. @default {1} */
  readonly threads?: number | undefined;
  /** What it is started with. @default {the worker of `python/plimsoll`} */
  readonly script?: string | undefined;
}

/** The worker limits its own memory, before it loads anything (`python/plimsoll/worker/sandbox`). */
export const pythonProgram =
  ({ interpreter, threads = 1, script = workerScript() }: InterpreterOptions) =>
  (scratch: string): WorkerProgram => ({
    command: interpreter,
    args: ['-I', '-S', '-u', script],
    environment: environmentOf(scratch, threads),
    watchedBytes: null,
  });

/** What numeric libraries read; TensorFlow has pools of its own, and XLA one of as many threads as NPROC says. */
const THREADS = [
  ...['OMP', 'OPENBLAS', 'MKL', 'NUMEXPR', 'BLIS'].map((library) => `${library}_NUM_THREADS`),
  ...['VECLIB_MAXIMUM_THREADS', 'TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS', 'NPROC'],
];

/** Nothing of this process's environment, which holds its secrets. */
function environmentOf(scratch: string, threads: number): Record<string, string> {
  const limits = THREADS.map((variable) => [variable, String(threads)]);
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: scratch,
    TMPDIR: scratch,
    ...Object.fromEntries(limits),
  };
}
