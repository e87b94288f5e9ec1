/** What a person said of the packages of a version that Python runs, beside what its lock holds. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isPlimsollError } from '../../core/errors.ts';
import { formatRequirement, parseRequirements } from '../../python/requirements.ts';
import { lockOfBundle, ORIGINAL } from '../bundle.ts';
import type { PythonManifest } from './manifest.ts';

/** As it was given, in the bundle (`assemble.ts`). */
const GIVEN = 'requirements.txt';

export interface GivenPackages {
  /** Whether any requirements came with the file. */
  readonly isGiven: boolean;
  /** Those that say no exact version, and what they became; null where the lock has none. */
  readonly unpinned: readonly { readonly line: string; readonly version: string | null }[];
  /** Packages of the lock. */
  readonly packages: number;
  /** Path of the lock. */
  readonly lock: string;
}

/** Null where the bundle lacks its lock, or what was given is not there as it was. */
export async function givenPackages(bundle: string, python: PythonManifest): Promise<GivenPackages | null> {
  const lock = await lockOfBundle(bundle, python);
  if (lock === null) return null;
  const path = join(bundle, ORIGINAL, GIVEN);
  const rest = { packages: lock.pins.size, lock: join(bundle, ORIGINAL, basename(python.lock)) };
  if (!existsSync(path)) return { isGiven: false, unpinned: [], ...rest };
  try {
    const unpinned = parseRequirements(readFileSync(path, 'utf8'), path)
      .filter(({ pin }) => pin !== 'exact')
      .map((one) => ({ line: formatRequirement(one), version: lock.pins.get(one.name) ?? null }));
    return { isGiven: true, unpinned, ...rest };
  } catch (error) {
    if (isPlimsollError(error)) return null;
    throw error;
  }
}
