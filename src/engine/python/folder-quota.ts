/** How much a folder may hold, where no file system keeps a quota: limits of the kernel are about one file each. */
import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** How often a folder is looked at: a disk can take a gigabyte in between. */
const WATCH_MILLIS = 1000;
/** Entries after which a folder is too full, whatever they hold: a walk over more takes longer than the pause. */
const ENTRIES_MAX = 20_000;

/** Calls `over` once with what was found, in words, as soon as a folder holds more; the function returned ends the watch. */
export function watchFolder(folder: string, bytes: number, over: (found: string) => void): () => void {
  let timer: NodeJS.Timeout;
  let isOver = false;
  const look = async (): Promise<void> => {
    const held = await heldIn(folder);
    if (isOver) return;
    if (held.entries > ENTRIES_MAX) over(`${held.entries} files`);
    else if (held.bytes > bytes) over(`${held.bytes} bytes`);
    else again();
  };
  const again = (): void => {
    timer = setTimeout(look, WATCH_MILLIS).unref();
  };
  again();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

/** Blocks on the disk count, not lengths: a file may have holes. What goes away meanwhile holds nothing. */
async function heldIn(folder: string): Promise<{ readonly bytes: number; readonly entries: number }> {
  let bytes = 0;
  let entries = 0;
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const found: Dirent[] = await readdir(next, { withFileTypes: true }).catch(() => []);
    entries += found.length;
    if (entries > ENTRIES_MAX) break;
    for (const entry of found) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else bytes += 512 * (await lstat(path).catch(() => ({ blocks: 0 }))).blocks;
    }
  }
  return { bytes, entries };
}
