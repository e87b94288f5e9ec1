import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import type { PackagedModel } from '../packaged.ts';
import { appFolder, appMembers, type BundledPackage, bundledPackages } from './app.ts';
import type { ArchiveSettings } from './archives.ts';
import { checkCompressor, digestOfBytes } from './gzip.ts';
import { dockerManifest, imageConfig, imageIndex, imageManifest, referenceOf } from './image-config.ts';
import { type LayerMember, writeLayer } from './layer.ts';
import {
  blobPath,
  type Descriptor,
  type ImageLayer,
  type ImageLayout,
  MEDIA,
  type Platform,
} from './layout.ts';
import { BASE_LOCK, type PinnedLayer, type PlatformLock, platformName, type SharedPart } from './lock.ts';
import { modelMembers } from './model-layer.ts';
import { placeShared } from './shared.ts';

export interface ImageOptions {
  readonly model: PackagedModel;
  readonly platform: Platform;
  /** With DuckDB and the program that scores tables, for batch jobs in containers. */
  readonly batch: boolean;
  readonly archives: ArchiveSettings;
  readonly onProgress: (stage: string) => void;
}

/** A layer of an image that was made here, with its size when it is unpacked. */
export type BuiltLayer = ImageLayer & { readonly unpackedSize: number };
export type BuiltImage = Omit<ImageLayout, 'layers'> & {
  readonly layers: readonly BuiltLayer[];
  /** Packages of npm that are bundled into the program. */
  readonly packages: readonly BundledPackage[];
};

/**
 * Writes the image of a version into an empty folder, as the image layout of OCI has it. The same version gives the same
 * bytes, wherever, whenever and by whomever it is made. Throws IMAGE_PYTHON, IMAGE_PLATFORM, IMAGE_COMPRESSOR before
 * anything is done, then IMAGE_BUNDLE and what fetching throws.
 */
export async function writeOciImage(folder: string, options: ImageOptions): Promise<BuiltImage> {
  const { model, platform, onProgress } = options;
  const lock = checkedLock(model, platform);
  checkCompressor();
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true });
  const layers: BuiltLayer[] = [];
  for (const part of sharedParts(options)) layers.push(await sharedLayer(folder, part, lock, options));
  const app = await appFolder(options.batch);
  let packages: readonly BundledPackage[];
  try {
    packages = bundledPackages(app.folder, options.batch);
    onProgress('writing the layer of the program');
    layers.push(await ownLayer(folder, 'app', appMembers(app.folder, options.batch)));
  } finally {
    await app.release();
  }
  onProgress('writing the layer of the model');
  layers.push(await ownLayer(folder, 'model', await modelMembers(model)));
  return { ...(await finish(folder, options, layers)), packages };
}

function checkedLock(model: PackagedModel, platform: Platform): PlatformLock {
  const subject = `${model.name}@${model.version}`;
  if (model.manifest.python !== undefined) throw new PlimsollError('IMAGE_PYTHON', { model: subject });
  const lock = BASE_LOCK.platforms[platformName(platform)];
  if (lock !== undefined) return lock;
  const known = Object.keys(BASE_LOCK.platforms).join(', ');
  throw new PlimsollError('IMAGE_PLATFORM', { platform: platformName(platform), known });
}

const sharedParts = ({ model, batch }: ImageOptions): SharedPart[] => [
  'base',
  ...(model.manifest.runtime === 'onnx' || model.manifest.graph ? (['onnxruntime'] as const) : []),
  ...(batch ? (['batch'] as const) : []),
];

async function sharedLayer(
  folder: string,
  part: SharedPart,
  lock: PlatformLock,
  options: ImageOptions,
): Promise<BuiltLayer> {
  options.onProgress(`placing the layer ${part}`);
  const beside = join(folder, `${part}.layer`);
  return placed(folder, beside, part, await placeShared(part, beside, lock, options.archives));
}

/** Writes a layer that is made here into the layout. */
export async function ownLayer(
  folder: string,
  part: 'app' | 'model',
  members: LayerMember[],
): Promise<BuiltLayer> {
  const beside = join(folder, `${part}.layer`);
  return placed(folder, beside, part, await writeLayer(beside, members));
}

/** Gives a layer the name that its digest is. */
async function placed(
  folder: string,
  path: string,
  part: ImageLayer['part'],
  { digest, size, diffId, unpackedSize }: PinnedLayer,
): Promise<BuiltLayer> {
  await rename(path, blobPath(folder, digest));
  return { mediaType: MEDIA.layer, digest, size, part, diffId, unpackedSize };
}

/** Writes the documents of an image whose layers are there. */
export async function finish(
  folder: string,
  { model, platform }: Pick<ImageOptions, 'model' | 'platform'>,
  layers: readonly BuiltLayer[],
  made: object = imageConfig(model, platform, layers),
): Promise<Omit<BuiltImage, 'packages'>> {
  const reference = referenceOf(model);
  const config = await document(folder, MEDIA.config, made);
  const written = await document(folder, MEDIA.manifest, imageManifest(model, config, layers));
  const manifest = { ...written, platform };
  const beside = {
    'oci-layout': { imageLayoutVersion: '1.0.0' },
    'manifest.json': dockerManifest(config, layers, reference),
    'index.json': imageIndex(manifest, reference),
  };
  for (const [name, content] of Object.entries(beside))
    await writeFile(join(folder, name), JSON.stringify(content), { flush: true });
  return { folder, reference, platform, manifest, config, layers };
}

/** Writes a document as a blob. */
async function document(folder: string, mediaType: string, content: object): Promise<Descriptor> {
  const text = JSON.stringify(content);
  const digest = digestOfBytes(text);
  await writeFile(blobPath(folder, digest), text, { flush: true });
  return { mediaType, digest, size: Buffer.byteLength(text) };
}
