import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { StartContainer, StartedContainer } from './started-container.ts';

const MOST_OUTPUT = 65_536;

type Place = Pick<StartedContainer, 'port' | 'seenAt'>;

/** Follows a child as a container. Rejects where it cannot be started at all. */
export async function followed(
  child: ChildProcess,
  { port, seenAt, pid = () => child.pid! }: Place & { readonly pid?: () => number },
): Promise<StartedContainer> {
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-MOST_OUTPUT);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  await once(child, 'spawn');
  return {
    port,
    seenAt,
    get pid() {
      return pid();
    },
    kill: (signal) => void child.kill(signal),
    ended,
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
    const child = spawn(process.execPath, [entry, ...moved], {
      env: { PATH: process.env['PATH'], PLIMSOLL_BUNDLES: bundles, PLIMSOLL_MODELS_ROOT: '/', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return followed(child, { port, seenAt });
  };
