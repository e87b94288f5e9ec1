/** Publication by one rename, and how it is told afterwards that it happened. */
import { readFile, rm } from 'node:fs/promises';
import { isThere, move, writeDurably } from '../../../disk/durable.ts';
import type { StagingFolder } from './staging.ts';

const NOTE = 'release.json';

/** What is about to be published: written down before the rename. */
export interface ReleaseNote {
  /** Name of the finished file in the staging folder. */
  readonly candidate: string;
  readonly target: string;
  readonly rows: number;
  readonly digest: string | null;
  /** Absolute paths of files that nobody reads once it is published. */
  readonly replaced: readonly string[];
}

/** The release that was written down, or null. */
export async function noted(staging: StagingFolder): Promise<ReleaseNote | null> {
  const text = await readFile(staging.path(NOTE), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as ReleaseNote);
}

/** Writes a release down, durably. Throws DISK_FULL, FILE_UNWRITABLE. */
export const note = (staging: StagingFolder, release: ReleaseNote): Promise<void> =>
  writeDurably(staging.path(NOTE), JSON.stringify(release));

/** The candidate is gone exactly when it was renamed: nobody else moves it. */
export const isCarriedOut = async (staging: StagingFolder, { candidate }: ReleaseNote): Promise<boolean> =>
  !(await isThere(staging.path(candidate)));

/**
 * Renames the candidate to the target, once. The note stays until the run is discarded, so that a publication nobody
 * heard of is recognised.
 */
export async function carryOut(staging: StagingFolder, release: ReleaseNote): Promise<void> {
  if (!(await isCarriedOut(staging, release))) {
    await staging.check();
    await move(staging.path(release.candidate), release.target);
  }
  for (const path of release.replaced) await rm(path, { force: true });
  await staging.keepOnly(new Set([NOTE]));
}

/** Names that a release needs in the staging folder. */
export const releaseNamesOf = ({ candidate }: ReleaseNote): readonly string[] => [NOTE, candidate];
