/** Has a process of its own work on a run. */
import type { Logger } from '../../core/ports.ts';
import { startNode } from '../../process/child-process.ts';

/** What the process is told; plain data. */
export interface RunRequest {
  readonly run: string;
  readonly dataDir: string;
  /** URL of the ledger. */
  readonly ledger: string;
}

/** What the process says once it has reached its input, and what it is answered when it has a place. */
export const PLACE = 'place';

/** Longer than workers and sinks are given to end by themselves. */
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
  const child = startNode(new URL('./run.child.ts', import.meta.url), { execArgv: process.execArgv });
  const stop = (): unknown => child.stop(GRACE_MILLIS);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  child.onMessage((message) => {
    if (message === PLACE) void takePlace().then(() => child.send(PLACE));
  });
  child.send(request);
  const { code, reason } = await child.ended;
  signal.removeEventListener('abort', stop);
  if (code !== 0) logger.warn({ run: request.run, reason }, 'the process of a run ended before it');
}
