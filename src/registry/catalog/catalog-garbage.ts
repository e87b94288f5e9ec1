import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Actor } from '../../core/actor.ts';
import { systemCodeOf } from '../../core/error-text.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { sweepEnvironments } from '../../python/environments.ts';
import { eachRow } from '../../store/pages.ts';
import type { DamagedRow } from '../../store/row-schema.ts';
import type { Store, VersionRow, Versions } from '../../store/store.ts';
import { bundleDir, bundlesDir, readManifest, stagingDir } from '../bundle.ts';
import { logsDir } from '../python/log.ts';

/** What needs a version, in words (`endpoint churn answers with it`), or null. */
export type InUse = (model: string, version: number) => Promise<string | null>;

export interface GarbagePlace {
  readonly store: Store;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface GarbageSize {
  readonly bundles: number;
  readonly bytes: number;
}

/** A younger bundle may be of a version whose row is just being written, in this process or in another. */
const YOUNG_MILLIS = 3_600_000;
const TOLD_MAX = 100;
const DIGEST = /^[0-9a-f]{64}$/;

/**
 * Removes bundles of versions that are refused or archived, or of none, and what only they needed. Each is first renamed as staging folders are:
 * whenever the process ends, it is either whole or swept away later. What is in use stays, whatever its state. Throws
 * STORE_ROW_INVALID: what a damaged row needs is not known.
 */
export async function collectBundles(place: GarbagePlace, actor: Actor, inUse: InUse): Promise<GarbageSize> {
  const { store, dataDir, clock, logger } = place;
  const removed: string[] = [];
  let bytes = 0;
  for await (const { digest, size } of unneededBundles(place, inUse)) {
    bytes += size;
    const grave = stagingDir(dataDir, digest, randomUUID());
    await rename(bundleDir(dataDir, digest), grave);
    await rm(grave, { recursive: true, force: true });
    removed.push(digest);
  }
  await collectPython(dataDir, clock, logger);
  if (removed.length > 0) {
    const { by, reason = null } = actor;
    const body = { bundles: removed.length, bytes, digests: removed.slice(0, TOLD_MAX), reason };
    const what = 'bundles.collected';
    await store.transaction(({ audit }) =>
      audit.append({ at: clock.now(), by, what, subject: 'bundles', body }),
    );
    logger.info({ bundles: removed.length, bytes }, 'removed bundles that no version needs');
  }
  return { bundles: removed.length, bytes };
}

/** What `collectBundles` would remove now. Throws STORE_ROW_INVALID as it does. */
export async function sizeOfGarbage(place: GarbagePlace, inUse: InUse): Promise<GarbageSize> {
  let [bundles, bytes] = [0, 0];
  for await (const { size } of unneededBundles(place, inUse)) {
    bundles += 1;
    bytes += size;
  }
  return { bundles, bytes };
}

async function* unneededBundles(
  { store, dataDir, clock }: GarbagePlace,
  inUse: InUse,
): AsyncGenerator<{ readonly digest: string; readonly size: number }> {
  const needed = await neededDigests(store.tables.versions, inUse);
  for (const digest of await digestsIn(bundlesDir(dataDir))) {
    if (needed.has(digest)) continue;
    const size = await sizeOfOld(bundleDir(dataDir, digest), clock.now());
    if (size !== null) yield { digest, size };
  }
}

/** Null of what is young, and of what somebody else has removed meanwhile. */
async function sizeOfOld(bundle: string, now: number): Promise<number | null> {
  try {
    return (await isYoung(bundle, now)) ? null : await bytesOf(bundle);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

const LOG = /^([0-9a-f]{64})\.log(?:\.1)?$/;

/** Environments that no bundle names any more, and what the workers of bundles that are gone have written. */
async function collectPython(dataDir: string, clock: Clock, logger: Logger): Promise<void> {
  const bundles = await digestsIn(bundlesDir(dataDir));
  const used = new Set(
    bundles.flatMap((digest) => readManifest(bundleDir(dataDir, digest))?.python?.environment ?? []),
  );
  const environments = await sweepEnvironments(dataDir, used);
  const logs = logsDir(dataDir);
  for (const name of existsSync(logs) ? await readdir(logs) : []) {
    const digest = LOG.exec(name)?.[1];
    // Of a version that was refused there is no bundle, and somebody may want to know why.
    if (digest === undefined || bundles.includes(digest) || (await isYoung(join(logs, name), clock.now())))
      continue;
    await rm(join(logs, name), { force: true });
  }
  if (environments.length > 0)
    logger.info({ environments: environments.length }, 'removed environments that no version needs');
}

async function neededDigests(versions: Versions, inUse: InUse): Promise<ReadonlySet<string>> {
  const needed = new Set<string>();
  for await (const { digest, state, model, version } of allVersions(versions)) {
    const lives = state === 'ready' || state === 'validating';
    if (lives || (!needed.has(digest) && (await inUse(model, version)) !== null)) needed.add(digest);
  }
  return needed;
}

/** Every version of every model, a page at a time. Throws STORE_ROW_INVALID, unless somebody is told of damaged rows. */
export async function* allVersions(
  versions: Versions,
  onDamaged?: (row: DamagedRow) => void,
): AsyncGenerator<VersionRow> {
  for await (const model of eachRow((page) => versions.models(page)))
    yield* eachRow((page) => versions.list(model, page), onDamaged);
}

const digestsIn = async (folder: string): Promise<readonly string[]> =>
  existsSync(folder) ? (await readdir(folder)).filter((name) => DIGEST.test(name)) : [];

const isYoung = async (path: string, now: number): Promise<boolean> =>
  now - (await stat(path)).mtimeMs < YOUNG_MILLIS;

async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
