import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isModelName, MODEL_FILE, stem } from '../config/models.ts';
import type { DroppedFile } from './watch-settling.ts';

/** Entries of a watched folder that are looked at, those of its subfolders included. */
const ENTRIES_MAX = 10_000;

export interface FolderListing {
  /** In the order of their names. */
  readonly files: readonly DroppedFile[];
  /** What was left out, in words, or null. */
  readonly trouble: string | null;
}

/** Model files in `folder`, and in its subfolders whose names are names of models; hidden ones are none. */
export async function listDropped(folder: string, limit = ENTRIES_MAX): Promise<FolderListing> {
  const budget = { left: limit };
  const files: DroppedFile[] = [];
  for (const name of await namesIn(folder, budget)) {
    const path = join(folder, name);
    const entry = await stat(path).catch(() => null);
    if (entry?.isDirectory() && isModelName(name)) {
      for (const inner of await namesIn(path, budget).catch(() => [])) {
        const innerPath = join(path, inner);
        files.push(...dropped(name, innerPath, await stat(innerPath).catch(() => null), inner));
      }
    } else files.push(...dropped(stem(name), path, entry, name));
  }
  const trouble = budget.left > 0 ? null : `it holds more than ${limit} entries: the rest is not looked at`;
  return { files, trouble };
}

function dropped(
  model: string,
  path: string,
  entry: Awaited<ReturnType<typeof stat>> | null,
  name: string,
): readonly DroppedFile[] {
  if (!entry?.isFile() || !MODEL_FILE.test(name)) return [];
  return [
    { model, path, size: Number(entry.size), modified: Number(entry.mtimeMs), inode: Number(entry.ino) },
  ];
}

async function namesIn(folder: string, budget: { left: number }): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of await opendir(folder)) {
    if (budget.left <= 0) break;
    budget.left--;
    if (!name.startsWith('.')) names.push(name);
  }
  return names.sort();
}
