/** Where an image and what is attached to it are read from. */
import { required } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { type Descriptor, type Digest, MEDIA, type Platform } from '../image/layout.ts';
import { pullBlob } from '../push/blobs.ts';
import { getManifest, parseManifest, type RegistryManifest } from '../push/manifests.ts';
import { parseReference, written } from '../push/reference.ts';
import { referrersOf } from '../push/referrers.ts';
import { RegistryClient, type RegistryOptions } from '../push/registry.ts';

/** What it gives is what its digest says; nothing else is known of it. */
export interface ImageSource {
  /** As people write it. */
  readonly name: string;
  image(): Promise<{ readonly digest: Digest; readonly bytes: Buffer }>;
  /** Descriptors of the manifests that are attached to the image. */
  referrers(image: Digest): Promise<readonly Descriptor[]>;
  manifest(descriptor: Descriptor): Promise<Buffer>;
  blob(descriptor: Descriptor): Promise<Buffer>;
}

const INDEXES: readonly string[] = [MEDIA.index, 'application/vnd.docker.distribution.manifest.list.v2+json'];

/**
 * An image in a registry; of an index, the one for `platform`. Throws IMAGE_NAME_INVALID and what opening a registry throws;
 * its parts throw IMAGE_NOT_FOUND, too.
 */
export async function registrySource(
  text: string,
  platform: Platform,
  options: RegistryOptions,
): Promise<ImageSource> {
  const reference = parseReference(text);
  const registry = await RegistryClient.open(reference, options);
  const { repository } = reference;
  const read = (under: string): Promise<RegistryManifest> =>
    registry.retry(`read ${under} of`, `${registry.name}/${repository}`, async () => {
      const found = await getManifest(registry, repository, under);
      if (found !== null) return found;
      throw notFound(written(reference), `no ${under}`);
    });
  return {
    name: written(reference),
    image: async () => {
      const found = await read(reference.digest ?? required(reference.tag, 'the tag of an image'));
      if (!INDEXES.includes(found.mediaType)) return found;
      return read(chosen(found, platform, written(reference)));
    },
    referrers: (image) => referrersOf(registry, repository, image),
    manifest: async ({ digest }) => (await read(digest)).bytes,
    blob: (descriptor) => pullBlob(registry, repository, descriptor),
  };
}

/** Throws IMAGE_NOT_FOUND with the platforms that there are. */
function chosen({ bytes }: RegistryManifest, { os, architecture }: Platform, image: string): Digest {
  const { manifests } = parseManifest(bytes, image);
  const entries = (Array.isArray(manifests) ? manifests : []).filter(isRecord).map((entry) => {
    const platform = isRecord(entry['platform']) ? entry['platform'] : {};
    return { digest: entry['digest'], name: `${platform['os']}/${platform['architecture']}` };
  });
  const found = entries.find(({ name }) => name === `${os}/${architecture}`);
  if (found !== undefined) return found.digest as Digest;
  const known = entries.map(({ name }) => name).join(', ');
  throw notFound(image, `images for ${known === '' ? 'nothing' : known} and none for ${os}/${architecture}`);
}

const notFound = (image: string, found: string): PlimsollError =>
  new PlimsollError('IMAGE_NOT_FOUND', { image, found });
