/**
 * Attestations of an image in a folder: blobs beside those of the image, and `referrers.json`, which says of it what
 * `GET /v2/NAME/referrers/DIGEST` says in a registry. `index.json` names the image alone, since programs that read layouts
 * take all that it names for images.
 */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { blobName, type ImageFiles } from '../image/files.ts';
import { digestOfBytes } from '../image/gzip.ts';
import { blobPath, type Descriptor, type Digest, MEDIA } from '../image/layout.ts';
import { isDigest } from '../push/reference.ts';
import { type AttachedArtifact, EMPTY_CONFIG, manifestOf, type Referrer } from '../push/referrers.ts';
import type { ImageSource } from './source.ts';

const REFERRERS = 'referrers.json';
const INDEX = 'index.json';

/** Writes them into the folder of the image. */
export async function keepArtifacts(
  folder: string,
  subject: Descriptor,
  artifacts: readonly AttachedArtifact[],
): Promise<void> {
  const manifests: Referrer[] = [];
  const keep = (bytes: Buffer): Promise<void> =>
    writeFile(blobPath(folder, digestOfBytes(bytes)), bytes, { flush: true });
  await keep(EMPTY_CONFIG);
  for (const artifact of artifacts) {
    const { bytes, referrer } = manifestOf(artifact, subject);
    await keep(artifact.bytes);
    await keep(bytes);
    manifests.push(referrer);
  }
  const index = { schemaVersion: 2, mediaType: MEDIA.index, manifests };
  await writeFile(join(folder, REFERRERS), JSON.stringify(index), { flush: true });
}

/** The one image in a folder or an archive, every byte of which is held to its digest. Throws IMAGE_DAMAGED. */
export function keptSource(files: ImageFiles): ImageSource {
  const named = listIn(files, INDEX);
  const [only] = named;
  if (only === undefined || named.length > 1)
    throw damaged(placeOf(files, INDEX), `${named.length} images`, 'one');
  const blob = async (descriptor: Named): Promise<Buffer> => {
    await checkBlob(files, descriptor);
    const bytes = files.read(blobName(descriptor.digest));
    if (bytes !== null) return bytes;
    throw damaged(placeOf(files, blobName(descriptor.digest)), `${descriptor.size} bytes`, 'a document');
  };
  return {
    name: files.path,
    image: async () => {
      const bytes = await blob(only);
      for (const one of blobsOf(bytes)) await checkBlob(files, one);
      return { digest: only.digest, bytes };
    },
    referrers: async () => (files.sizeOf(REFERRERS) === null ? [] : listIn(files, REFERRERS)),
    blob,
    manifest: blob,
  };
}

type Named = Pick<Descriptor, 'digest' | 'size'>;

/** Configuration and layers that a manifest names. */
function blobsOf(manifest: Buffer): readonly Named[] {
  const { config, layers } = JSON.parse(manifest.toString('utf8')) as Record<string, unknown>;
  return [config, ...(Array.isArray(layers) ? layers : [])].filter(isDescriptor);
}

async function checkBlob(files: ImageFiles, { digest, size }: Named): Promise<void> {
  const [name, found] = [blobName(digest), files.sizeOf(blobName(digest))];
  if (found === null) throw damaged(placeOf(files, name), 'no file', digest);
  if (found !== size) throw damaged(placeOf(files, name), `${found} bytes`, `${size} bytes`);
  const hash = createHash('sha256');
  for await (const chunk of files.open(name)) hash.update(chunk);
  const is: Digest = `sha256:${hash.digest('hex')}`;
  if (is !== digest) throw damaged(placeOf(files, name), is, digest);
}

function listIn(files: ImageFiles, name: string): readonly Descriptor[] {
  let index: unknown = null;
  try {
    index = JSON.parse(files.read(name)?.toString('utf8') ?? '');
  } catch {
    // Said below.
  }
  const list = isRecord(index) ? index['manifests'] : null;
  if (Array.isArray(list) && list.every(isDescriptor)) return list;
  throw damaged(placeOf(files, name), 'no list of manifests', 'one');
}

const placeOf = ({ path }: ImageFiles, name: string): string => join(path, name);

export const isDescriptor = (value: unknown): value is Descriptor =>
  isRecord(value) && isDigest(value['digest']) && Number.isSafeInteger(value['size']);

const damaged = (path: string, found: string, wanted: Digest | string): PlimsollError =>
  new PlimsollError('IMAGE_DAMAGED', { path, found, wanted });
