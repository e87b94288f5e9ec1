import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../tools/free-port.ts';
import type { Finished } from '../cli.ts';

/** Unpacks images and runs them with tools of others: umoci and runc. */

export interface Container {
  readonly url: string;
  /** Milliseconds from starting runc to the first answer that it is ready. */
  readonly startMillis: number;
  /** Sends SIGTERM and answers the exit code. */
  stop(): Promise<number | null>;
}

const LIMIT_MILLIS = 30_000;
let started = 0;

/** Unpacks `FOLDER:TAG` into a bundle of runc. */
export function unpack(layout: string, tag: string, bundle: string): void {
  if (existsSync(bundle)) return;
  execFileSync('umoci', ['unpack', '--image', `${layout}:${tag}`, bundle], { stdio: 'pipe' });
}

/** Runs an unpacked image as it says, on a file system that nobody can write to, and waits until it is ready. */
export async function run(bundle: string, env: Readonly<Record<string, string>> = {}): Promise<Container> {
  const port = await freePort();
  configure(bundle, { PLIMSOLL_HOST: '127.0.0.1', PLIMSOLL_PORT: String(port), ...env });
  const id = `plimsoll-e2e-${process.pid}-${++started}`;
  const begun = performance.now();
  const child = spawn('runc', ['run', '--bundle', bundle, id], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += chunk));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const url = `http://127.0.0.1:${port}`;
  await ready(url, child, () => log);
  const startMillis = Math.round(performance.now() - begun);
  const stop = (): Promise<number | null> => {
    execFileSync('runc', ['kill', id, 'TERM']);
    return exited;
  };
  return { url, startMillis, stop };
}

/**
 * Runs an unpacked image with other arguments to its end, as a user that nobody has named; folders of this machine lie where
 * they are said to.
 */
export function runToEnd(
  bundle: string,
  args: readonly string[],
  folders: Readonly<Record<string, string>> = {},
): Finished {
  configure(bundle, {}, args, folders, NAMELESS);
  const id = `plimsoll-e2e-${process.pid}-${++started}`;
  const { status, stdout, stderr } = spawnSync('runc', ['run', '--bundle', bundle, id], {
    encoding: 'utf8',
    timeout: LIMIT_MILLIS,
  });
  return { status, stdout, stderr };
}

/** Of the range that OpenShift gives: there is no name for it in the image. */
const NAMELESS = { uid: 1_000_650_000, gid: 0 };

/** Node and what it starts: what an image is asked for comes after them. */
const ENTRY_WORDS = 2;

/** Root read-only, no terminal, the ports of this machine, variables, arguments, and folders that may be written to. */
function configure(
  bundle: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = ['serve'],
  folders: Readonly<Record<string, string>> = {},
  user?: object,
): void {
  const path = join(bundle, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  config.process.terminal = false;
  config.root.readonly = true;
  if (user !== undefined) config.process.user = user;
  config.process.args = [...config.process.args.slice(0, ENTRY_WORDS), ...args];
  config.mounts = [
    ...config.mounts.filter(({ destination }: { destination: string }) => !(destination in folders)),
    ...Object.entries(folders).map(([destination, source]) => ({
      ...{ destination, source, type: 'bind' },
      options: ['bind', 'rw'],
    })),
  ];
  config.linux.namespaces = config.linux.namespaces.filter(
    ({ type }: { type: string }) => type !== 'network',
  );
  const own = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const isOther = (variable: string): boolean => !(variable.split('=')[0]! in env);
  config.process.env = [...config.process.env.filter(isOther), ...own];
  writeFileSync(path, JSON.stringify(config));
}

async function ready(url: string, child: ChildProcess, log: () => string): Promise<void> {
  const end = performance.now() + LIMIT_MILLIS;
  while (performance.now() < end && child.exitCode === null) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await sleep(10);
  }
  child.kill();
  throw new Error(`the container is not ready:\n${log()}`);
}
