/**
 * Attestations of an image in a folder: blobs beside those of the image, and `referrers.json`, which says of it what
 * `GET /v2/NAME/referrers/DIGEST` says in a registry. `index.json` names the image alone, since programs that read layouts
 * take all that it names for images.
 */
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { digestOfBytes } from '../image/gzip.ts';
import { blobPath, type Descriptor, type Digest, MEDIA } from '../image/layout.ts';
import { isDigest } from '../push/reference.ts';
import { type Artifact, EMPTY_CONFIG, manifestOf, type Referrer } from '../push/referrers.ts';
import type { ImageSource } from './source.ts';

const REFERRERS = 'referrers.json';
const INDEX = 'index.json';
const DOCUMENT_BYTES_MAX = 4 * 2 ** 20;

/** Writes them into the folder of the image. */
export async function keepArtifacts(
  folder: string,
  subject: Descriptor,
  artifacts: readonly Artifact[],
): Promise<void> {
  const manifests: Referrer[] = [];
  const keep = (bytes: Buffer): Promise<void> => writeFile(blobPath(folder, digestOfBytes(bytes)), bytes);
  await keep(EMPTY_CONFIG);
  for (const artifact of artifacts) {
    const { bytes, referrer } = manifestOf(artifact, subject);
    await keep(artifact.bytes);
    await keep(bytes);
    manifests.push(referrer);
  }
  const index = { schemaVersion: 2, mediaType: MEDIA.index, manifests };
  await writeFile(join(folder, REFERRERS), JSON.stringify(index));
}

export const isLayout = (path: string): boolean => existsSync(join(path, 'oci-layout'));

/** The one image of a folder. Throws IMAGE_DAMAGED. */
export function folderSource(folder: string): ImageSource {
  const named = listIn(folder, INDEX);
  const [only] = named;
  if (only === undefined || named.length > 1)
    throw damaged(join(folder, INDEX), `${named.length} images`, 'one');
  const blob = async ({ digest, size }: Pick<Descriptor, 'digest' | 'size'>): Promise<Buffer> => {
    const path = blobPath(folder, digest);
    if (!existsSync(path)) throw damaged(path, 'no file', digest);
    const bytes = readFileSync(path);
    if (bytes.length !== size || digestOfBytes(bytes) !== digest)
      throw damaged(path, digestOfBytes(bytes), digest);
    return bytes;
  };
  return {
    name: folder,
    image: async () => ({ digest: only.digest, bytes: await blob(only) }),
    referrers: async () => (existsSync(join(folder, REFERRERS)) ? listIn(folder, REFERRERS) : []),
    blob,
    manifest: blob,
  };
}

function listIn(folder: string, name: string): readonly Descriptor[] {
  const path = join(folder, name);
  let index: unknown = null;
  try {
    const text = readFileSync(path, 'utf8');
    index = text.length > DOCUMENT_BYTES_MAX ? null : JSON.parse(text);
  } catch {
    // Said below.
  }
  const list = isRecord(index) ? index['manifests'] : null;
  if (!Array.isArray(list) || !list.every(isDescriptor)) throw damaged(path, 'no list of manifests', 'one');
  return list;
}

export const isDescriptor = (value: unknown): value is Descriptor =>
  isRecord(value) && isDigest(value['digest']) && Number.isSafeInteger(value['size']);

const damaged = (path: string, found: string, wanted: Digest | string): PlimsollError =>
  new PlimsollError('IMAGE_DAMAGED', { path, found, wanted });
