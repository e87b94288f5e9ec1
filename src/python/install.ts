import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PlimsollError } from '../core/errors.ts';
import type { PackageLock, PythonInterpreter } from './environment.ts';
import { runPythonProgram } from './program.ts';
import { findUv } from './uv.ts';
import { explainUv } from './uv-errors.ts';

/** Milliseconds for downloads and hard links; builds compile. */
const INSTALL_MILLIS = 1_800_000;
const BUILD_MILLIS = 3_600_000;
const COMPILE_MILLIS = 1_800_000;

/**
 * Installs exactly what a lock says into a folder, then makes bytecode: workers may not write there, and would compile
 * every module at each start. Hard links to uv's cache where both are on one file system. Throws PYTHON_TOOL_MISSING and
 * ENVIRONMENT_FAILED.
 */
export async function installPackages(
  lock: PackageLock,
  interpreter: PythonInterpreter,
  folder: string,
  allowBuild: boolean,
): Promise<void> {
  if (lock.pins.size === 0) return;
  const uv = await findUv();
  const result = await uv.run(
    [
      ...['pip', 'sync', '--quiet', '--require-hashes', '--target', folder],
      ...['--python', interpreter.path, ...(allowBuild ? [] : ['--no-build'])],
      '-',
    ],
    { input: lock.text, limitMillis: allowBuild ? BUILD_MILLIS : INSTALL_MILLIS },
  );
  if (result.status !== 0) throw failed(lock, result.stopped ?? result.stderr, allowBuild);
  await rm(join(folder, '.lock'), { force: true });
  await compileBytecode(interpreter, folder);
}

/**
 * Tests of packages are left out: they are most of the files, and nobody imports them. Bytecode is valid by itself
 * (`unchecked-hash`, PEP 552): a copied data folder has other times. What does not compile (templates, code for another
 * version) is nothing that could be imported.
 */
async function compileBytecode(interpreter: PythonInterpreter, folder: string): Promise<void> {
  await runPythonProgram(
    interpreter.path,
    [
      ...['-I', '-S', '-m', 'compileall', '-qq', '-j', '0', '-x', '[/\\\\]tests?[/\\\\]'],
      ...['--invalidation-mode', 'unchecked-hash', folder],
    ],
    { limitMillis: COMPILE_MILLIS },
  );
}

function failed(lock: PackageLock, said: string, allowBuild: boolean): PlimsollError {
  const { reason, wheelless } = explainUv(said, lock.python);
  return new PlimsollError('ENVIRONMENT_FAILED', {
    digest: lock.digest.slice(0, 12),
    python: lock.python,
    reason,
    way:
      wheelless !== null && !allowBuild
        ? 'Lock a version of it that has a wheel, or let it be built, which runs its own code on this machine: --allow build'
        : 'Once the index of packages answers, try again; a package that was withdrawn or changed needs a new lock',
  });
}
