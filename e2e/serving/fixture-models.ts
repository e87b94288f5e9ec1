import { join } from 'node:path';
import { isPlimsollError } from '../../src/core/errors.ts';
import type { LoadedVersion } from '../../src/registry/version.ts';
import { ROOT } from '../cli.ts';
import { type FixtureFile, listFixtures } from '../exactness/fixture.ts';
import { loadBundle } from './file-models.ts';

/** Model files of the newest release of scikit-learn among the fixtures. */
export const NEWEST = listFixtures(join(ROOT, 'fixtures/models')).filter(
  ({ release }) => release === 'sklearn-1.9.1',
);

/** Those that can be loaded, each as version 1 of its name: the test of exactness lists the known gaps. */
export async function loadedNewest(): Promise<ReadonlyMap<FixtureFile, LoadedVersion>> {
  const versions = new Map<FixtureFile, LoadedVersion>();
  for (const file of NEWEST) {
    const version = await loadBundle(file.model, file.name, 1).catch((error: unknown) => {
      if (isPlimsollError(error) || /is not supported/.test((error as Error).message)) return null;
      throw error;
    });
    if (version) versions.set(file, version);
  }
  return versions;
}
