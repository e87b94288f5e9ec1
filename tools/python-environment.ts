/** Python environments of the project's own tests: what a lock file with hashes says, and nothing else. */
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

const cacheFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'plimsoll');

/** One thread a process: what is compared must not depend on how many there are. The checkout stays free of bytecode. */
export const pythonEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  OMP_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1',
  PYTHONDONTWRITEBYTECODE: '1',
});

/**
 * To compile scikit-learn takes twice as long as to import it, and isolated processes (`-I`) write no bytecode anywhere but
 * beside the sources: it is put there once.
 */
const SYNC = ['pip', 'sync', '--quiet', '--require-hashes', '--compile-bytecode'];

/** A program whose output is read while it runs; `ended` throws where it fails. Its errors are shown. */
export function startPython(
  python: string,
  args: readonly string[],
): { readonly stdout: Readable; readonly ended: Promise<void> } {
  const child: ChildProcessByStdio<null, Readable, null> = spawn(python, args, {
    env: pythonEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) =>
      status === 0 ? resolve() : reject(new Error(`${args.join(' ')} ended with ${status ?? signal}`)),
    );
  });
  // It is awaited once the output is read.
  ended.catch(() => undefined);
  return { stdout: child.stdout, ended };
}

/** Runs a program to its end; throws with what it said where it fails. */
export function run(command: string, args: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    env: pythonEnvironment(),
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`);
}

/**
 * The Python of an environment made from `lock`, once; it is kept under `name` and a digest of the lock file and of how it
 * is installed.
 * `modules` are imported to see that it works; `interpreter`: a version, or a path.
 */
export function preparePython(name: string, lock: string, modules: string, interpreter = '>=3.11'): string {
  const digest = createHash('sha256')
    .update(readFileSync(lock))
    .update(SYNC.join(' '))
    .digest('hex')
    .slice(0, 16);
  const environment = join(cacheFolder(), `${name}-${digest}`);
  const python = join(environment, 'bin/python');
  const mark = join(environment, 'pyvenv.lock-digest');
  if (existsSync(mark)) return python;
  console.log(`Making a Python environment from ${lock} (once) …`);
  rmSync(environment, { recursive: true, force: true });
  run('uv', ['venv', '--quiet', '--python', interpreter, environment]);
  run('uv', [...SYNC, '--python', python, lock]);
  run(python, ['-c', `import ${modules}`]);
  writeFileSync(mark, digest);
  return python;
}
