import { existsSync } from 'node:fs';
import { copyFile, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import type { ArchiveSettings } from './archives.ts';
import { baseMembers } from './base.ts';
import { digestOfFile } from './gzip.ts';
import { type LayerMember, writeLayer } from './layer.ts';
import type { PinnedLayer, PlatformArchives, PlatformLock, SharedPart } from './lock.ts';
import { batchMembers, onnxruntimeMembers } from './npm.ts';
import { withWork } from './working-folder.ts';

/** Layers that all images share: made once on a machine, and the same on every machine. */

const MEMBERS = { base: baseMembers, onnxruntime: onnxruntimeMembers, batch: batchMembers } as const;

/** What such a layer holds. Throws what fetching and reading archives throws. */
export const membersOf = (
  part: SharedPart,
  lock: PlatformArchives,
  settings: ArchiveSettings,
): Promise<LayerMember[]> => MEMBERS[part](lock, settings);

/**
 * Puts a shared layer at `path`: the one in the cache, where its bytes are still those, else one that is made. Throws
 * IMAGE_LAYER where what was made is not what the lock names, and what fetching throws.
 */
export async function placeShared(
  part: SharedPart,
  path: string,
  lock: PlatformLock,
  settings: ArchiveSettings,
): Promise<PinnedLayer> {
  const pinned = lock.layers[part];
  const kept = join(settings.cache, 'layers', pinned.digest.replace(':', '-'));
  if (!existsSync(kept) || (await digestOfFile(kept)) !== pinned.digest)
    await make(part, kept, lock, settings);
  await copyFile(kept, path);
  const copied = await open(path, 'r+');
  await copied.sync().finally(() => copied.close());
  return pinned;
}

async function make(
  part: SharedPart,
  kept: string,
  lock: PlatformLock,
  settings: ArchiveSettings,
): Promise<void> {
  const members = await membersOf(part, lock, settings);
  settings.onProgress(`compressing the layer ${part}`);
  await withWork(
    kept,
    () => undefined,
    async (work) => {
      const { digest, diffId } = await writeLayer(join(work, part), members);
      const wanted = lock.layers[part];
      if (digest !== wanted.digest) {
        const found = diffId === wanted.diffId ? `${digest} of the same archive` : digest;
        throw new PlimsollError('IMAGE_LAYER', { part, found, wanted: wanted.digest });
      }
      await rename(join(work, part), kept);
    },
  );
}
