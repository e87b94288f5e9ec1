/** Has a process of its own work on a run. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Logger } from '../../core/ports.ts';

/** What the process is told; plain data. */
export interface RunRequest {
  readonly run: string;
  readonly dataDir: string;
  /** URL of the ledger. */
  readonly ledger: string;
}

/** What the process says once it has reached its input, and what it is answered when it has a place. */
export const PLACE = 'place';

/** Longer than lanes and sinks are given to end by themselves. */
const GRACE_MILLIS = 20_000;

/**
 * Waits until the process has ended, whatever came of it: the ledger says. A signal has it keep the state of the run and
 * end; when this process goes, it does so, too, since its channel closes.
 */
export async function executeRun(
  request: RunRequest,
  signal: AbortSignal,
  takePlace: () => Promise<void>,
  logger: Logger,
): Promise<void> {
  const child = fork(new URL('./run.child.ts', import.meta.url), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'close');
  let late: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.kill('SIGTERM');
    late = setTimeout(() => child.kill('SIGKILL'), GRACE_MILLIS);
  };
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  child.on('message', (message) => {
    if (message === PLACE) void takePlace().then(() => child.send(PLACE, () => undefined));
  });
  child.send(request, () => undefined);
  try {
    const [code, by] = await ended;
    if (code !== 0)
      logger.warn({ run: request.run, code, signal: by }, 'the process of a run ended before it');
  } finally {
    signal.removeEventListener('abort', end);
    clearTimeout(late);
  }
}
