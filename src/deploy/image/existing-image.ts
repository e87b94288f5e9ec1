import { readdirSync, statSync } from 'node:fs';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { blobName, type ImageFiles, imageFiles } from './files.ts';
import { WORK } from './working-folder.ts';

/** What lies where an image is to be written: only an image that was made here is ever replaced. */

/** Everything that a folder of ours has in it. */
const NAMES: ReadonlySet<string> = new Set([
  'oci-layout',
  'index.json',
  'manifest.json',
  'referrers.json',
  'blobs',
]);
/** What says, in the configuration of an image, that it was made here. */
const LABEL = 'plimsoll.model.name';

/** Throws FILE_UNWRITABLE where something else is there. */
export function checkOutput(path: string, isArchive: boolean): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  const reason = isArchive ? besideArchive(path, found) : besideFolder(path, found);
  if (reason !== null) throw new PlimsollError('FILE_UNWRITABLE', { path, reason });
}

type Found = NonNullable<ReturnType<typeof statSync>>;

function besideArchive(path: string, found: Found): string | null {
  if (found.isDirectory()) return 'it is a folder, an archive was to be written';
  if (!found.isFile()) return 'it is no file, an archive was to be written';
  if (found.size === 0 || isOurs(imageFiles(path))) return null;
  return 'it is a file of something else, and only an image that was made here is replaced';
}

function besideFolder(path: string, found: Found): string | null {
  if (!found.isDirectory()) return 'it is a file; one that ends in .tar makes an archive';
  const names = readdirSync(path).filter((name) => !name.startsWith(WORK));
  if (names.length === 0) return null;
  const other = names.find((name) => !NAMES.has(name));
  if (other !== undefined) return `it holds other files ("${other}"), an empty folder or an image was wanted`;
  if (isOurs(imageFiles(path))) return null;
  return 'it holds images that were not made here, an empty folder or an image of ours was wanted';
}

/** Whether it is one image, and its configuration says that it was made here. */
function isOurs(files: ImageFiles | null): boolean {
  if (files === null) return false;
  const { manifests } = documentIn(files, 'index.json');
  if (!Array.isArray(manifests) || manifests.length !== 1) return false;
  const { config } = documentOf(files, manifests[0]);
  const { config: said } = documentOf(files, config);
  const labels = isRecord(said) ? said['Labels'] : null;
  return isRecord(labels) && typeof labels[LABEL] === 'string';
}

/** The document that a descriptor names. */
function documentOf(files: ImageFiles, descriptor: unknown): Readonly<Record<string, unknown>> {
  const digest = isRecord(descriptor) ? descriptor['digest'] : null;
  return typeof digest === 'string' ? documentIn(files, blobName(digest)) : {};
}

function documentIn(files: ImageFiles, name: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(files.read(name)?.toString('utf8') ?? '');
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {}; // no JSON: not ours
  }
}
