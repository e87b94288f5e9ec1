import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../core/error-text.ts';
import { PlimsollError } from '../core/errors.ts';
import { countText } from '../text/count.ts';
import type { PackageLock, PythonEnvironment, PythonInterpreter } from './environment.ts';
import { installPackages } from './install.ts';
import { chooseInterpreter, findInterpreters } from './interpreters.ts';

/** Where and how an environment is made. */
export interface EnvironmentOptions {
  readonly dataDir: string;
  /** Whether packages without a wheel may be built, which runs their code outside any sandbox. */
  readonly allowBuild: boolean;
  readonly onProgress?: (message: string) => void;
}

/** Written last: an environment without it is not complete. */
export const MARKER = 'environment.json';
export const PACKAGES = 'site-packages';
const STAGING = '.staging-';

/** Older than any installation takes: whoever made it has died. */
const STALE_MILLIS = 2 * 3_600_000;

/** An environment opened this recently belongs to a version that is being registered, or to a prediction of one file. */
const GRACE_MILLIS = 3_600_000;

/** Where several data folders share their environments, which are the same wherever the lock is. */
const sharedFolder = (): string | null => process.env['PLIMSOLL_ENVIRONMENTS'] || null;

const environmentsDir = (dataDir: string): string => sharedFolder() ?? join(dataDir, 'environments');

/** Those that this process is opening, by path. */
const opening = new Map<string, Promise<PythonEnvironment>>();

/**
 * The environment of a lock: `DATA/environments/<digest>`, or below PLIMSOLL_ENVIRONMENTS where that is set, made beside and moved into place where it is not there yet.
 * Several processes may ask at once: each makes one, the first is kept. It holds packages alone, no paths of its own, so
 * that any interpreter of the same minor version serves it. Throws PYTHON_NOT_FOUND, PYTHON_TOOL_MISSING and
 * ENVIRONMENT_FAILED.
 */
export function openEnvironment(lock: PackageLock, options: EnvironmentOptions): Promise<PythonEnvironment> {
  const folder = join(environmentsDir(options.dataDir), lock.digest);
  const running = opening.get(folder);
  if (running !== undefined) return running;
  const opened = openOnce(lock, folder, options).finally(() => opening.delete(folder));
  opening.set(folder, opened);
  return opened;
}

/**
 * The environment of a lock where none may be made: as it lies below PLIMSOLL_ENVIRONMENTS, which an image brings. Throws
 * PYTHON_NOT_FOUND, and ENVIRONMENT_FAILED where it is not there.
 */
export async function readyEnvironment(lock: PackageLock): Promise<PythonEnvironment> {
  const interpreter = chooseInterpreter(lock.python, await findInterpreters());
  const environments = sharedFolder();
  const folder = join(environments ?? '', lock.digest);
  if (environments !== null && (await isComplete(folder, lock)))
    return { interpreter, packages: join(folder, PACKAGES), lock };
  const place = environments === null ? 'PLIMSOLL_ENVIRONMENTS (not set)' : environments;
  throw new PlimsollError('ENVIRONMENT_FAILED', {
    digest: lock.digest.slice(0, 12),
    python: lock.python,
    reason: `bundles are served as they are, and ${place} holds none for it`,
    way: 'Let the image bring it: `plimsoll package dockerfile M --output DIR`; or name a folder that holds it with PLIMSOLL_ENVIRONMENTS',
  });
}

/** What lies beside the packages of an environment and says that they are complete. Pure. */
export function markerOf({ digest, python, pins }: PackageLock): string {
  return `${JSON.stringify({ digest, python, packages: Object.fromEntries(pins) }, null, 2)}\n`;
}

async function openOnce(
  lock: PackageLock,
  folder: string,
  options: EnvironmentOptions,
): Promise<PythonEnvironment> {
  const interpreter = chooseInterpreter(lock.python, await findInterpreters());
  if (!(await isComplete(folder, lock))) await build(lock, interpreter, folder, options);
  return { interpreter, packages: join(folder, PACKAGES), lock };
}

/** Whether all of it is there; notes that it was opened. */
async function isComplete(folder: string, lock: PackageLock): Promise<boolean> {
  const path = join(folder, MARKER);
  try {
    const marker = JSON.parse(await readFile(path, 'utf8')) as { digest?: unknown };
    if (marker.digest !== lock.digest || !(await stat(join(folder, PACKAGES))).isDirectory()) return false;
  } catch {
    return false;
  }
  const now = new Date();
  // The data folder may be read-only for who only serves from it.
  await utimes(path, now, now).catch(() => undefined);
  return true;
}

async function build(
  lock: PackageLock,
  interpreter: PythonInterpreter,
  folder: string,
  { dataDir, allowBuild, onProgress }: EnvironmentOptions,
): Promise<void> {
  const environments = environmentsDir(dataDir);
  const staging = join(environments, `${STAGING}${randomBytes(8).toString('hex')}`);
  try {
    await mkdir(join(staging, PACKAGES), { recursive: true });
    await removeStale(environments);
    onProgress?.(`installing ${countText(lock.pins.size, 'package')}`);
    await installPackages(lock, interpreter, join(staging, PACKAGES), allowBuild);
    await writeFile(join(staging, MARKER), markerOf(lock));
    await moveIntoPlace(staging, folder, lock);
  } catch (error) {
    throw asUnwritable(error, environments);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** A folder that is there already is kept where it is complete, else it makes way: it was damaged. */
async function moveIntoPlace(staging: string, folder: string, lock: PackageLock): Promise<void> {
  try {
    await rename(staging, folder);
  } catch (error) {
    if (await isComplete(folder, lock)) return;
    const code = systemCodeOf(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    const aside = `${staging}-damaged`;
    await rename(folder, aside);
    await rename(staging, folder);
    await rm(aside, { recursive: true, force: true });
  }
}

function asUnwritable(error: unknown, path: string): unknown {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  return code !== undefined && syscall !== undefined
    ? new PlimsollError('DATA_UNWRITABLE', { path, reason: message }, { cause: error })
    : error;
}

/** What processes that were killed have left half made. */
async function removeStale(environments: string): Promise<void> {
  for (const name of await names(environments)) {
    const path = join(environments, name);
    if (name.startsWith(STAGING) && (await age(path)) > STALE_MILLIS) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

/**
 * Removes environments whose digest no version uses any more and that were not opened for an hour, and what killed
 * processes left half made. Answers the digests removed.
 */
export async function sweepEnvironments(
  dataDir: string,
  used: ReadonlySet<string>,
): Promise<readonly string[]> {
  // What others may share is not this data folder's to clear away.
  if (sharedFolder() !== null) return [];
  const environments = environmentsDir(dataDir);
  const removed: string[] = [];
  await removeStale(environments);
  for (const name of await names(environments)) {
    if (!/^[0-9a-f]{64}$/.test(name) || used.has(name)) continue;
    const folder = join(environments, name);
    if ((await age(join(folder, MARKER))) < GRACE_MILLIS) continue;
    // Out of the way first: nobody opens one that is half removed.
    const aside = join(environments, `${STAGING}${randomBytes(8).toString('hex')}-removed`);
    await rename(folder, aside);
    await rm(aside, { recursive: true, force: true });
    removed.push(name);
  }
  return removed;
}

const names = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

/** Milliseconds since something changed; what is not there is very old. */
const age = async (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );
