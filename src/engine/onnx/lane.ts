import { fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';

/**
 * Where a graph runs off the calling thread. A `thread` shares the process: cheap, and enough for graphs that this
 * program compiled. A `process` costs more per call, and survives a runtime that aborts or never returns: for graphs
 * that others made.
 */
export type Isolation = 'thread' | 'process';

/** One worker, whatever carries it. `kill` ends it at once, in a process even while native code runs. */
export interface Lane {
  /** Process that runs the graph. */
  readonly pid: number | undefined;
  send(message: unknown): void;
  /** Whether the worker keeps this process alive: while it owes an answer. */
  hold(owes: boolean): void;
  kill(): Promise<void>;
}

export interface LaneEvents {
  message(message: unknown): void;
  /** Exactly once, however it ended. */
  exit(reason: string): void;
}

/** In a checkout the worker is this folder's source; the build writes it beside the bundle. */
const entry = (): URL =>
  new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './onnx-worker.js', import.meta.url);

export const openLane = (isolation: Isolation, events: LaneEvents): Lane =>
  isolation === 'thread' ? openThread(events) : openProcess(events);

function openThread(events: LaneEvents): Lane {
  const worker = new Worker(entry());
  let reason: string | null = null;
  worker.on('message', (message) => events.message(message));
  worker.on('error', (error) => {
    reason = String(error);
  });
  worker.on('exit', (code) => events.exit(reason ?? `exit code ${code}`));
  worker.unref();
  return {
    pid: process.pid,
    send: (message) => worker.postMessage(message),
    hold: (owes) => (owes ? worker.ref() : worker.unref()),
    kill: async () => {
      await worker.terminate();
    },
  };
}

function openProcess(events: LaneEvents): Lane {
  // 'advanced' is the structured clone of workers: typed arrays and bigints cross as they are.
  const child = fork(entry(), { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const exited = new Promise<void>((resolve) => {
    const end = (reason: string): void => {
      events.exit(reason);
      resolve();
    };
    child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
    child.once('error', (error) => {
      if (child.pid === undefined) end(error.message);
    });
  });
  child.on('message', (message) => events.message(message));
  const hold = (owes: boolean): void => {
    if (owes) child.ref();
    else child.unref();
    if (owes) child.channel?.ref();
    else child.channel?.unref();
  };
  hold(false);
  return {
    pid: child.pid,
    hold,
    send: (message) => {
      // A send that loses the race against the child's death is reported by 'exit'.
      if (child.connected) child.send(message as object, () => undefined);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
