import type { Check } from '../store/store.ts';
import { bundlesDir, sweepStaging } from './bundle.ts';
import { settle } from './catalog-curation.ts';
import { allVersions, type GarbagePlace } from './catalog-garbage.ts';
import { sweepUploads } from './uploads.ts';

/** No proof takes as long; what began before belongs to a process that has ended. */
const STALE_MILLIS = 3_600_000;

const UNFINISHED: Check = {
  name: 'format',
  ok: false,
  detail: 'the program ended while the file was being checked: push it again',
};

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
  for await (const row of allVersions(store.tables.versions)) {
    if (row.state !== 'validating' || !(alone || row.createdAt < before)) continue;
    await settle(place, row, { state: 'refused', checks: [UNFINISHED] }, { by: 'plimsoll' });
    logger.warn({ model: row.model, version: row.version }, UNFINISHED.detail);
    count++;
  }
  return count;
}
