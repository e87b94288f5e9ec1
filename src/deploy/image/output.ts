import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { treeMembers } from './app.ts';
import { checkOutput } from './existing-image.ts';
import { tarOf } from './layer.ts';
import { realPath, withWork } from './working-folder.ts';

/** Where images are written to: a folder, or one file for programs that load images. */

const isArchive = (path: string): boolean => path.endsWith('.tar');
const BLOBS = 'blobs/sha256';
/** What is there only once everything that it names is. */
const INDEX = 'index.json';

/**
 * Has `write` make a layout in a folder beside `output`, and puts it there when it is complete: as it is, or as an archive
 * where `output` ends in `.tar`. An image that was there is replaced; anything else is FILE_UNWRITABLE, before any work.
 * Answers what `write` answered, with `output` as its folder.
 */
export async function writeOutput<T extends { readonly folder: string }>(
  output: string,
  write: (folder: string) => Promise<T>,
): Promise<T> {
  const path = realPath(output);
  const check = (): void => checkOutput(path, isArchive(path));
  return withWork(path, check, async (work) => {
    const made = join(work, 'image');
    const image = await write(made);
    if (isArchive(path)) await writeArchive(made, join(work, 'archive'));
    check(); // minutes may have passed
    if (isArchive(path)) await rename(join(work, 'archive'), path);
    else if (existsSync(path)) await placeInto(made, path);
    else await rename(made, path);
    return { ...image, folder: path };
  });
}

/**
 * Into a folder that is there: what others may read of the image before stays until the new index names the new one, and goes
 * afterwards. Whoever stops in between leaves one of the two, whole.
 */
async function placeInto(made: string, path: string): Promise<void> {
  const before = await readdir(join(path, BLOBS)).catch(() => []);
  const blobs = await readdir(join(made, BLOBS));
  await mkdir(join(path, BLOBS), { recursive: true });
  for (const name of blobs) await rename(join(made, BLOBS, name), join(path, BLOBS, name));
  const names = (await readdir(made)).filter((name) => name !== 'blobs' && name !== INDEX);
  for (const name of [...names, INDEX]) await rename(join(made, name), join(path, name));
  const stale = before.filter((name) => !blobs.includes(name));
  for (const name of stale) await rm(join(path, BLOBS, name), { recursive: true, force: true });
}

/** The layout as one file, in the one order there is. */
async function writeArchive(folder: string, path: string): Promise<void> {
  const members = treeMembers(folder, '').map((member) => ({ ...member, path: member.path.slice(1) }));
  await pipeline(Readable.from(tarOf(members)), createWriteStream(path, { flags: 'wx', flush: true }));
}
