import { type ChildOptions, ChildProcess } from '../../process/child-process.ts';
import type { StartContainer, StartedContainer } from './started-container.ts';

const MAX_OUTPUT_CHARACTERS = 65_536;
/** Its own children may keep its pipes open. */
const DRAIN_MILLIS = 250;

/** Starts a process as a container. Rejects where it cannot be started at all. */
export async function startedAs(
  { port, seenAt }: Pick<StartedContainer, 'port' | 'seenAt'>,
  options: ChildOptions,
): Promise<StartedContainer> {
  const child = new ChildProcess({
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    drainMillis: DRAIN_MILLIS,
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-MAX_OUTPUT_CHARACTERS);
  };
  for (const stream of child.outputs) stream?.on('data', keep);
  if (child.pid === undefined) throw new Error((await child.ended).reason);
  return {
    port,
    seenAt,
    pid: child.pid,
    kill: (signal) => child.signal(signal),
    ended: child.ended.then(({ code }) => code),
    output: () => output,
  };
}

/**
 * Starts the container's entry as a plain process of this machine: what a platform mounts is said by arguments and
 * variables instead, and there is neither a root of its own nor another user.
 */
export const asProcess =
  (entry: string, bundles: string): StartContainer =>
  ({ env, args, mounts, port }) => {
    const seenAt = (place: string): string => mounts[place] ?? place;
    const moved = args.map((word) => word.replace(/(?<==)\/.*$/, seenAt));
    return startedAs(
      { port, seenAt },
      {
        ...{ command: process.execPath, args: [entry, ...moved] },
        env: { PATH: process.env['PATH'], PLIMSOLL_BUNDLES: bundles, PLIMSOLL_MODELS_ROOT: '/', ...env },
      },
    );
  };
