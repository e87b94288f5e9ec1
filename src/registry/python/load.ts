import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type PythonSettings, pythonSettings } from '../../config/python-settings.ts';
import type { Engine } from '../../engine/engine.ts';
import { failureToError, PythonFailureError } from '../../engine/python/failure.ts';
import type { LoadMessage } from '../../engine/python/messages.ts';
import type { ScalingRule } from '../../engine/python/scaling.ts';
import { openEnvironment, readyEnvironment } from '../../python/environments.ts';
import { readLock } from '../../python/lock-text.ts';
import { dataDirOf, ORIGINAL } from '../bundle.ts';
import type { PythonVersion } from '../version.ts';
import { outerLog, versionLog } from './log.ts';
import type { PythonManifest } from './manifest.ts';
import { scratchRoot } from './scratch.ts';

/** What a worker has to know of a version, however it is started. */
export type WorkerOrder = Pick<
  PythonManifest,
  'form' | 'model' | 'format' | 'code' | 'script' | 'call' | 'backend'
> & {
  readonly allow: PythonManifest['trust']['allow'];
};

/** Largest file that a worker may write into its scratch folder. */
const FILE_BYTES = 1 << 30;
/** What they may hold together. */
const SCRATCH_BYTES = 4 * 2 ** 30;
const PROCESSES = 512;

/** The message by which a worker loads a version whose files lie below `root`. */
export function loadMessage(
  root: string,
  { form, model, format, code, script, call, allow, backend }: WorkerOrder,
  packages: string,
  settings: PythonSettings,
): Omit<LoadMessage, 'kind' | 'id'> {
  const below = (path: string): string => join(root, path);
  return {
    root,
    model: model === null ? null : below(model),
    format,
    code: code.map(below),
    script: script === null ? null : below(script),
    around: form === 'around',
    call,
    outputs: null,
    packages,
    scratch: scratchRoot(),
    limits: {
      memoryBytes: settings.memoryBytes,
      fileBytes: FILE_BYTES,
      scratchBytes: SCRATCH_BYTES,
      processes: PROCESSES,
    },
    allow,
    backend: backend ?? null,
  };
}

/** What is to be loaded. */
export interface PythonBundle {
  /** Folder of the bundle: DATA/bundles/<digest>, or one of an image. */
  readonly dir: string;
  readonly manifest: PythonVersion;
  /** Name for messages and logs: `churn@2`. */
  readonly name: string;
}

/** Milliseconds of waiting requests that start another worker: longer than any hiccup, shorter than a start. */
const UP_MILLIS = 1000;

const scalingOf = ({ workers, cooldownMillis, idleMillis }: PythonSettings): ScalingRule => ({
  ...{ min: workers.min, upMillis: UP_MILLIS, cooldownMillis, idleMillis },
});

/** The compiled model, where a script goes around it. */
export interface InnerEngine {
  readonly engine: Engine;
  /** Names of its columns in the order that it takes them, or null where they have none. */
  readonly columns: readonly string[] | null;
}

/**
 * The engine of a version that runs with Python, in its environment, which is made again from the lock where it is not there;
 * outside a data folder it must be there. Workers then log to standard error.
 * Errors: PYTHON_NOT_FOUND, PYTHON_TOOL_MISSING, ENVIRONMENT_FAILED, PYTHON_FAILED, PYTHON_WORKER_ENDED,
 * CONFIG_INVALID.
 */
export async function loadPython(
  { dir, manifest, name }: PythonBundle,
  inner: InnerEngine | null,
): Promise<Engine> {
  const { python, signature } = manifest;
  const settings = pythonSettings(process.env);
  const dataDir = dataDirOf(dir);
  const root = join(resolve(dir), ORIGINAL);
  const allowBuild = python.trust.allow.includes('build');
  const lock = readLock(readFileSync(join(root, python.lock), 'utf8'), python.python);
  const { interpreter, packages } = await (dataDir === null
    ? readyEnvironment(lock)
    : openEnvironment(lock, { dataDir, allowBuild }));
  const load = loadMessage(root, { ...python, allow: python.trust.allow }, packages, settings);
  const { createPythonEngine } = await import('../../engine/python/engine.ts');
  try {
    return await createPythonEngine({
      ...{ name, load, signature, batches: python.batches, interpreter: interpreter.path },
      ...{ workers: settings.workers.max, scaling: scalingOf(settings), callMillis: settings.callMillis },
      ...{ startMillis: settings.startMillis, maxRows: settings.maxRows },
      log: dataDir === null ? outerLog(name) : versionLog(dataDir, basename(resolve(dir))),
      ...{ inner: inner?.engine, innerColumns: inner?.columns ?? null },
    });
  } catch (error) {
    if (error instanceof PythonFailureError) throw failureToError(error.failure, name);
    throw error;
  }
}
