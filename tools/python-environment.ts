/** Python environments of the project's own tests: what a lock file with hashes says, and nothing else. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Runs a program to its end; throws with what it said where it fails. */
export function run(command: string, args: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`);
}

/**
 * The Python of an environment made from `lock`, once; it is kept under `name` and the digest of the lock file.
 * `modules` are imported to see that it works.
 */
export function preparePython(name: string, lock: string, modules: string): string {
  const digest = createHash('sha256').update(readFileSync(lock)).digest('hex').slice(0, 16);
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const environment = join(cache, 'plimsoll', `${name}-${digest}`);
  const python = join(environment, 'bin/python');
  const mark = join(environment, 'pyvenv.lock-digest');
  if (existsSync(mark)) return python;
  console.log(`Making a Python environment from ${lock} (once) …`);
  rmSync(environment, { recursive: true, force: true });
  run('uv', ['venv', '--quiet', '--python', '>=3.11', environment]);
  run('uv', ['pip', 'sync', '--quiet', '--require-hashes', '--python', python, lock]);
  run(python, ['-c', `import ${modules}`]);
  writeFileSync(mark, digest);
  return python;
}
