import { createWriteStream, existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PlimsollError } from '../../core/errors.ts';
import { treeMembers } from './app.ts';
import { archive } from './layer.ts';

/** Where images are written to: a folder, or one file for programs that load images. */

const isArchive = (path: string): boolean => path.endsWith('.tar');
/** What says that a folder is a layout of OCI. */
const LAYOUT = 'oci-layout';

/**
 * Has `write` make a layout in a folder beside `output`, and puts it there when it is complete: as it is, or as an archive
 * where `output` ends in `.tar`. An image that was there is replaced; anything else is FILE_UNWRITABLE, before any work.
 * Answers what `write` answered, with `output` as its folder.
 */
export async function writeOutput<T extends { readonly folder: string }>(
  output: string,
  write: (folder: string) => Promise<T>,
): Promise<T> {
  const path = resolve(output);
  checkOutput(path);
  const beside = await folderBeside(path);
  try {
    const image = await write(join(beside, 'image'));
    if (isArchive(path)) {
      await writeArchive(join(beside, 'image'), join(beside, 'archive'));
      await rename(join(beside, 'archive'), path);
    } else await replace(join(beside, 'image'), path, join(beside, 'previous'));
    return { ...image, folder: path };
  } catch (error) {
    throw unwritable(path, error);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

function checkOutput(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (isArchive(path) && found.isDirectory())
    throw new PlimsollError('FILE_UNWRITABLE', {
      path,
      reason: 'it is a folder, an archive was to be written',
    });
  if (isArchive(path)) return;
  if (!found.isDirectory())
    throw new PlimsollError('FILE_UNWRITABLE', {
      path,
      reason: 'it is a file; one that ends in .tar makes an archive',
    });
  if (readdirSync(path).length > 0 && !existsSync(join(path, LAYOUT)))
    throw new PlimsollError('FILE_UNWRITABLE', {
      path,
      reason: 'it holds other files, an empty folder or an image was wanted',
    });
}

async function folderBeside(path: string): Promise<string> {
  try {
    await mkdir(dirname(path), { recursive: true });
    return await mkdtemp(join(dirname(path), `.${basename(path)}-`));
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** A folder is put there by two renames; between them there is nothing, never half of an image. */
async function replace(from: string, to: string, previous: string): Promise<void> {
  if (existsSync(to)) await rename(to, previous);
  await rename(from, to);
}

/** The layout as one file, in the one order there is. */
async function writeArchive(folder: string, path: string): Promise<void> {
  const members = treeMembers(folder, '').map((member) => ({ ...member, path: member.path.slice(1) }));
  await pipeline(Readable.from(archive(members)), createWriteStream(path, { flags: 'wx', flush: true }));
}

const SPACE = new Set(['ENOSPC', 'EACCES', 'EROFS', 'EPERM', 'EDQUOT', 'ENOTDIR']);

function unwritable(path: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof PlimsollError || code === undefined || !SPACE.has(code)) return error;
  return new PlimsollError('FILE_UNWRITABLE', { path, reason: message }, { cause: error });
}
