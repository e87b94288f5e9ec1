import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');
export const BIN = join(ROOT, 'bin/plimsoll.js');
export const example = (name: string): string => join(ROOT, 'examples', name);

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const LIMIT_MILLIS = 60_000;

/** Runs the real binary to its end. */
export function plimsoll(...args: readonly string[]): Finished {
  return runWith(process.execPath, [BIN, ...args]);
}

export function runWith(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Finished {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: LIMIT_MILLIS,
    env: { ...env, NO_COLOR: '1' },
  });
  return { status, stdout, stderr };
}

export const folder = (): string => mkdtempSync(join(tmpdir(), 'plimsoll-e2e-'));

export interface Served {
  readonly child: ChildProcess;
  /** What `serve --json` said once it answered. */
  readonly said: {
    readonly url: string;
    readonly models: readonly { readonly name: string; readonly curl: string }[];
  };
  /** Sends SIGTERM (or what is given) and answers the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts `serve --json` on a free port and waits until it answers; `first` are arguments of `program` before its own. */
export async function served(
  args: readonly string[],
  program = process.execPath,
  first: readonly string[] = [],
): Promise<Served> {
  const child = spawn(
    program,
    [...first, BIN, 'serve', '--json', '--port', '0', '--data', folder(), ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    },
  );
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const line = await Promise.race([firstLine(child), exited.then((code) => `exit ${code}: ${stderr}`)]);
  const said = line.startsWith('exit ') ? null : JSON.parse(line);
  if (said?.url === undefined) throw new Error(`${line}\n${stderr}`);
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    child.kill(signal);
    return exited;
  };
  return { child, said: said as Served['said'], stop };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
  });
}
