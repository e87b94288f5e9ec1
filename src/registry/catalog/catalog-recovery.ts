import { existsSync } from 'node:fs';
import { RowDamageLog } from '../../store/row-damage-log.ts';
import type { Check, VersionRow } from '../../store/store.ts';
import { bundleDir, bundlesDir, readManifest } from '../bundle.ts';
import { sweepStaging } from '../bundle-write.ts';
import { sweepUploads } from '../uploads.ts';
import { settleVersion } from './catalog-curation.ts';
import { allVersions, type GarbagePlace } from './catalog-garbage.ts';

/** No proof takes as long; what began before belongs to a process that has ended. */
const STALE_MILLIS = 3_600_000;

const UNFINISHED: Check = {
  name: 'format',
  ok: false,
  detail: 'the program ended while the file was being checked: push it again',
};

/**
 * Proves again, one after the other, what an older program accepted and this one cannot load. A version that fails now
 * stays ready in name, is said, and cannot be loaded: nobody but a person can tell what is to take its place.
 */
export async function renewBundles(
  { store, dataDir, logger }: GarbagePlace,
  renew: (row: VersionRow) => Promise<unknown>,
): Promise<void> {
  const passOver = (): void => undefined;
  for await (const row of allVersions(store.tables.versions, passOver)) {
    const bundle = bundleDir(dataDir, row.digest);
    // One that is not there is missed by whoever needs it.
    if (row.state !== 'ready' || !existsSync(bundle) || readManifest(bundle) !== null) continue;
    const { model, version } = row;
    try {
      await renew(row);
      logger.info({ model, version }, 'proved again by this release');
    } catch (error) {
      logger.error(
        { model, version, err: error },
        'a version of an older release cannot be loaded by this one',
      );
    }
  }
}

/**
 * Ends what a process that was killed had begun: its versions are refused, its folders removed. With a store of its own,
 * nobody else works in the data folder; where several share both, only what is old is taken for dead.
 */
export async function recoverCatalog(place: GarbagePlace): Promise<number> {
  const { store, dataDir, clock, logger } = place;
  const alone = store.kind === 'sqlite';
  const before = alone ? Infinity : clock.now() - STALE_MILLIS;
  sweepStaging(bundlesDir(dataDir), before);
  sweepUploads(dataDir, before);
  let count = 0;
  const { note } = new RowDamageLog(logger);
  for await (const row of allVersions(store.tables.versions, note)) {
    if (row.state !== 'validating' || !(alone || row.createdAt < before)) continue;
    await settleVersion(place, row, { state: 'refused', checks: [UNFINISHED] }, { by: 'plimsoll' });
    logger.warn({ model: row.model, version: row.version }, UNFINISHED.detail);
    count++;
  }
  return count;
}
