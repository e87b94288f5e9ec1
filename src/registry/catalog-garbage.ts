import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Actor } from '../core/actor.ts';
import type { Clock, Logger } from '../core/ports.ts';
import { eachRow } from '../store/pages.ts';
import type { Store, VersionRow, Versions } from '../store/store.ts';
import { bundleDir, bundlesDir, stagingDir } from './bundle.ts';

/** What needs a version, in words (`endpoint churn answers with it`), or null. */
export type InUse = (model: string, version: number) => Promise<string | null>;

export interface GarbagePlace {
  readonly store: Store;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A younger bundle may be of a version whose row is just being written, in this process or in another. */
const YOUNG_MILLIS = 3_600_000;
const TOLD_MAX = 100;
const DIGEST = /^[0-9a-f]{64}$/;

/**
 * Removes bundles of versions that are refused or archived, or of none. Each is first renamed as staging folders are:
 * whenever the process ends, it is either whole or swept away later. What is in use stays, whatever its state.
 */
export async function collectGarbage(
  { store, dataDir, clock, logger }: GarbagePlace,
  actor: Actor,
  inUse: InUse,
): Promise<{ readonly bundles: number; readonly bytes: number }> {
  const needed = await neededDigests(store.tables.versions, inUse);
  const removed: string[] = [];
  let bytes = 0;
  for (const digest of await digestsIn(bundlesDir(dataDir))) {
    const bundle = bundleDir(dataDir, digest);
    if (needed.has(digest) || (await isYoung(bundle, clock.now()))) continue;
    bytes += await bytesOf(bundle);
    const grave = stagingDir(dataDir, digest, randomUUID());
    await rename(bundle, grave);
    await rm(grave, { recursive: true, force: true });
    removed.push(digest);
  }
  if (removed.length > 0) {
    const body = { bundles: removed.length, bytes, digests: removed.slice(0, TOLD_MAX) };
    const what = 'bundles.collected';
    await store.transaction(({ audit }) =>
      audit.append({ at: clock.now(), by: actor.by, what, subject: 'bundles', body }),
    );
    logger.info({ bundles: removed.length, bytes }, 'removed bundles that no version needs');
  }
  return { bundles: removed.length, bytes };
}

async function neededDigests(versions: Versions, inUse: InUse): Promise<ReadonlySet<string>> {
  const needed = new Set<string>();
  for await (const { digest, state, model, version } of allVersions(versions)) {
    const lives = state === 'ready' || state === 'validating';
    if (lives || (!needed.has(digest) && (await inUse(model, version)) !== null)) needed.add(digest);
  }
  return needed;
}

/** Every version of every model, a page at a time. */
export async function* allVersions(versions: Versions): AsyncGenerator<VersionRow> {
  for await (const model of eachRow((page) => versions.models(page)))
    yield* eachRow((page) => versions.list(model, page));
}

const digestsIn = async (folder: string): Promise<readonly string[]> =>
  existsSync(folder) ? (await readdir(folder)).filter((name) => DIGEST.test(name)) : [];

const isYoung = async (bundle: string, now: number): Promise<boolean> =>
  now - (await stat(bundle)).mtimeMs < YOUNG_MILLIS;

async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
