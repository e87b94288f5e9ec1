/** What a person said when a version that Python runs was pushed, as its bundle has kept it; beside it what its lock holds. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isPlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { formatRequirement, parseRequirements } from '../../python/requirements.ts';
import { lockOfBundle, ORIGINAL } from '../bundle.ts';
import type { PythonManifest } from './manifest.ts';

export interface GivenDemands {
  /** Path of the requirements as they were given; null where none were. */
  readonly requirements: string | null;
  /** Those that say no exact version, and what they became; null where the lock has none. */
  readonly unpinned: readonly { readonly line: string; readonly version: string | null }[];
  /** Packages of the lock. */
  readonly packages: number;
  /** Path of the lock. */
  readonly lock: string;
  /** Paths of modules and of the script. */
  readonly code: readonly string[];
  readonly script: string | null;
  /** Version of Python that was asked for. */
  readonly python: string | null;
  readonly allow: readonly string[];
  /** Whether it came as a folder that a library wrote, with its own code and requirements. */
  readonly isFolder: boolean;
}

/** Null where the bundle lacks its lock, or what was given is not there as it was. */
export async function givenDemands(bundle: string, python: PythonManifest): Promise<GivenDemands | null> {
  const lock = await lockOfBundle(bundle, python);
  if (lock === null) return null;
  const at = (...names: readonly string[]): string => join(bundle, ORIGINAL, ...names);
  const requirements = existsSync(at('requirements.txt')) ? at('requirements.txt') : null;
  try {
    const unpinned = requirements === null ? [] : unpinnedIn(requirements, lock.pins);
    return {
      ...{ requirements, unpinned, packages: lock.pins.size, lock: at(basename(python.lock)) },
      ...optionsIn(at('python.json')),
      code: codeIn(at('code'), python.script),
      script: python.script === null ? null : at(python.script),
      allow: python.trust.allow,
    };
  } catch (error) {
    if (isPlimsollError(error) || error instanceof SyntaxError) return null;
    throw error;
  }
}

const unpinnedIn = (path: string, pins: ReadonlyMap<string, string>): GivenDemands['unpinned'] =>
  parseRequirements(readFileSync(path, 'utf8'), path)
    .filter(({ pin }) => pin !== 'exact')
    .map((one) => ({ line: formatRequirement(one), version: pins.get(one.name) ?? null }));

/** As `assemble.ts` writes them down. */
function optionsIn(path: string): Pick<GivenDemands, 'python' | 'isFolder'> {
  const read: unknown = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
  if (!isRecord(read)) return { python: null, isFolder: false };
  const { python, call, format } = read;
  return {
    python: typeof python === 'string' ? python : null,
    isFolder: (call ?? null) !== null || (format ?? null) !== null,
  };
}

const codeIn = (folder: string, script: string | null): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => script === null || name !== basename(script))
        .toSorted()
        .map((name) => join(folder, name))
    : [];
