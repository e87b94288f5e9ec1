/** Brings an image into a registry: what it is made of first, its name last, so that a name never names half an image. */

import { readFileSync } from 'node:fs';
import { systemCodeOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { bytesText } from '../../text/bytes.ts';
import { digestOfBytes } from '../image/gzip.ts';
import { blobPath, type Descriptor, type Digest, type ImageLayout } from '../image/layout.ts';
import { type BlobOutcome, blobOfFolder, pushBlob } from './blobs.ts';
import { putManifest } from './manifests.ts';
import { type ImageReference, parseReference, pinned, written } from './reference.ts';
import { type AttachedArtifact, attach, type Referrer } from './referrers.ts';
import { RegistryClient, type RegistryOptions } from './registry.ts';

export interface PushOptions extends RegistryOptions {
  /** Repositories of the same registry that may have some of the layers: `team/base`. */
  readonly mountFrom?: readonly string[];
  /** What to attach to it. */
  readonly artifacts?: readonly AttachedArtifact[];
  /** Told before each step. */
  readonly onProgress?: (stage: string) => void;
}

export interface PushResult {
  /** The name it has now, as it was given. */
  readonly reference: string;
  /** The same by its digest: what deployments name. */
  readonly pinned: string;
  readonly digest: Digest;
  readonly blobs: readonly {
    readonly digest: Digest;
    readonly size: number;
    readonly outcome: BlobOutcome;
  }[];
  readonly referrers: readonly Referrer[];
}

/** What of an image in a folder is pushed. */
export type PushedImage = Pick<ImageLayout, 'folder' | 'manifest' | 'config' | 'layers'>;

/**
 * Pushes an image and what is attached to it, and gives it its name. Stopped anywhere and done again it ends the same, and
 * sends no blob that has arrived. Throws IMAGE_NAME_INVALID, REGISTRY_UNREACHABLE, REGISTRY_DENIED, REGISTRY_REFUSED,
 * REGISTRY_INVALID, REGISTRY_INSECURE, CREDENTIALS_UNREADABLE, IMAGE_DAMAGED.
 */
export async function pushImage(image: PushedImage, to: string, options: PushOptions): Promise<PushResult> {
  const reference = parseReference(to);
  const manifest = manifestBytes(image);
  checkPin(reference, image.manifest.digest, to);
  const registry = await RegistryClient.open(reference, options);
  const { repository, tag } = reference;
  const blobs = await pushBlobs(registry, repository, image, options);
  const where = `${registry.name}/${repository}`;
  const put = (under: string): Promise<unknown> =>
    registry.retry(`put the manifest ${under} into`, where, () =>
      putManifest(registry, repository, { bytes: manifest, mediaType: image.manifest.mediaType, under }),
    );
  await put(image.manifest.digest);
  options.onProgress?.('attaching attestations');
  const { mediaType, digest, size } = image.manifest;
  const subject: Descriptor = { mediaType, digest, size };
  const referrers = await attach(registry, repository, subject, options.artifacts ?? []);
  if (tag !== null) await put(tag);
  return { reference: written(reference), pinned: pinned(reference, digest), digest, blobs, referrers };
}

async function pushBlobs(
  registry: RegistryClient,
  repository: string,
  { folder, config, layers }: PushedImage,
  { mountFrom = [], onProgress }: PushOptions,
): Promise<PushResult['blobs']> {
  const wanted = [...new Map([...layers, config].map((one) => [one.digest, one])).values()];
  const done = [];
  for (const [index, descriptor] of wanted.entries()) {
    onProgress?.(`pushing ${index + 1} of ${wanted.length}: ${bytesText(descriptor.size)}`);
    const outcome = await pushBlob(registry, repository, blobOfFolder(folder, descriptor), mountFrom);
    done.push({ digest: descriptor.digest, size: descriptor.size, outcome });
  }
  return done;
}

function manifestBytes({ folder, manifest }: PushedImage): Buffer {
  const path = blobPath(folder, manifest.digest);
  const damaged = (found: string) =>
    new PlimsollError('IMAGE_DAMAGED', { path, found, wanted: manifest.digest });
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw damaged(systemCodeOf(error) ?? String(error));
  }
  if (digestOfBytes(bytes) !== manifest.digest) throw damaged(digestOfBytes(bytes));
  return bytes;
}

function checkPin({ digest }: ImageReference, found: Digest, reference: string): void {
  if (digest === null || digest === found) return;
  throw new PlimsollError('IMAGE_NAME_INVALID', {
    reference,
    reason: `the image has the digest ${found}, not that one`,
  });
}
