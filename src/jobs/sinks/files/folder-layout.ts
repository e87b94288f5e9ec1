import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, flush, isThere, writeDurably } from '../../../disk/durable.ts';
import type { ChunkTotals } from '../../chunk.ts';
import type { LayoutContext, PublishLayout } from './layout.ts';
import { FOLDER_MANIFEST, listedParts, type ManifestPart, partsWithRows, publicName } from './manifest.ts';
import { merge } from './merge.ts';
import { stagedPartName } from './staging.ts';

/** Parts stay what they are; a manifest says which of the files in the folder count. */
export function folderLayout(context: LayoutContext): PublishLayout {
  const { run, target, staging } = context;
  const publicPath = (part: string): string => join(target.path, publicName(run.run, part));
  const find = async (part: string): Promise<string> =>
    (await isThere(staging.path(part))) ? staging.path(part) : publicPath(part);
  return {
    find,
    assemble: async (accounts, manifest) => {
      const chosen = partsWithRows(accounts.length > 0 ? accounts : [await emptyPart(context)]);
      for (const { name } of chosen)
        if (await isThere(staging.path(name))) await rename(staging.path(name), publicPath(name));
      await flush(target.path);
      const parts: ManifestPart[] = chosen.map((part) => ({ ...part, name: publicName(run.run, part.name) }));
      const rows = parts.reduce((sum, part) => sum + part.rows, 0);
      const text = `${JSON.stringify({ ...manifest, run: run.run, rows, parts }, null, 2)}\n`;
      await writeDurably(staging.path(FOLDER_MANIFEST), text);
      const replaced = await replacedParts(target.path, parts);
      return {
        candidate: FOLDER_MANIFEST,
        target: join(target.path, FOLDER_MANIFEST),
        rows,
        digest: null,
        replaced,
      };
    },
    withdraw: async () => {
      const own = publicName(run.run, 'part-');
      for (const name of await readdir(target.path))
        if (name.startsWith(own)) await rm(join(target.path, name), { force: true });
    },
  };
}

/** The part of a run without chunks: no rows, but the columns. */
async function emptyPart({
  run,
  target,
  staging,
}: LayoutContext): Promise<Pick<ChunkTotals, 'part' | 'counts'>> {
  const name = stagedPartName(0, run.fence, target.format);
  const path = staging.path(name);
  await merge(path, { parts: [], bytes: 0, columns: run.columns, format: target.format });
  const counts = { read: 0, ok: 0, rejected: 0, failed: 0, skipped: 0 };
  return { counts, part: { name, size: (await stat(path)).size, digest: await digestOf(path) } };
}

/** Files of the manifest that is there now and will no longer be listed. */
async function replacedParts(folder: string, parts: readonly ManifestPart[]): Promise<string[]> {
  const text = await readFile(join(folder, FOLDER_MANIFEST), 'utf8').catch(() => '');
  const kept = new Set(parts.map(({ name }) => name));
  return listedParts(text)
    .filter((name) => !kept.has(name))
    .map((name) => join(folder, name));
}
