import { utimesSync } from 'node:fs';
import { basename } from 'node:path';
import type { Actor } from '../../core/actor.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Store, VersionRow } from '../../store/store.ts';
import { bundleDir, readManifest } from '../bundle.ts';
import { runsWith } from '../identify.ts';
import type { NewVersion } from '../new-version.ts';
import { existing, givenOf, named } from './catalog-curation.ts';

interface Place {
  readonly store: Store;
  readonly dataDir: string;
  readonly clock: Clock;
}

/** The number under which a file is proved. */
export interface VersionClaim {
  readonly row: VersionRow;
  /** It is a version of this model already, ready or kept in the archive, and stays what it is. */
  readonly settled: boolean;
}

/** Whether a version that these bytes are already is left as it is. */
export const isSettled = ({ state }: VersionRow, { keepArchived = false }: NewVersion): boolean =>
  state === 'ready' || (state === 'archived' && keepArchived);

/** Whether it was loaded in a process of its own: earlier releases made versions ready without. */
export const wasWarmedUp = ({ checks }: VersionRow): boolean =>
  checks.some(({ name, ok }) => name === 'warm-up' && ok);

/** Takes the number that a file has: its own where it was a version before, else a new one. Throws RUNTIME_FIXED. */
export async function claimVersion(
  place: Place,
  { model, digest }: { readonly model: string; readonly digest: string },
  source: NewVersion,
  actor: Actor,
): Promise<VersionClaim> {
  const { store, dataDir, clock } = place;
  const at = clock.now();
  const bundle = bundleDir(dataDir, digest);
  const manifest = readManifest(bundle);
  if (manifest && source.runtime && !runsWith(manifest, source.runtime) && (await isNamed(store, digest)))
    throw new PlimsollError('RUNTIME_FIXED', { model, wanted: source.runtime, found: manifest.runtime });
  // A collection in another process sees that somebody has just asked for it.
  if (manifest) utimesSync(bundle, at / 1000, at / 1000);
  return store.transaction(async ({ versions, audit }) => {
    const known = await versions.byDigest(model, digest);
    if (known && isSettled(known, source)) return { row: known, settled: true };
    const fresh = { state: 'validating', checks: [], ...givenOf(source) } as const;
    const file = basename(source.path);
    const created = { model, digest, file, createdAt: at, createdBy: actor.by };
    if (known) await versions.update(model, known.version, fresh);
    const row = known
      ? await existing(versions, known)
      : await versions.insert({ labels: {}, note: '', ...created, ...fresh });
    const { python } = source;
    const trust = python?.trust === true ? { python: { allow: python.allow } } : {};
    const body = { digest, file, reason: actor.reason ?? null, ...trust };
    await audit.append({ at, by: actor.by, what: 'version.validating', subject: named(row), body });
    return { row, settled: false };
  });
}

const isNamed = async (store: Store, digest: string): Promise<boolean> =>
  (await store.tables.versions.digests()).includes(digest);
