/**
 * A version as an image of its own, for what mounts images: one layer, with the bundle in `/models/NAME/VERSION/`. That is where
 * KServe looks (`oci+native://`, from 0.20: an image volume with `subPath: models` at `/mnt/models`), and what volumes of
 * Kubernetes 1.33 and newer can name by the same `subPath`. There is nothing in it to run: KServe's older `oci://`, which
 * starts a shell of the image, needs `ociModelMode: native`.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkCompressor } from '../image/gzip.ts';
import { type BuiltImage, finish, ownLayer } from '../image/image.ts';
import { modelConfig } from '../image/image-config.ts';
import type { Platform } from '../image/layout.ts';
import { modelMembers } from '../image/model-layer.ts';
import { ARTIFACT_MODELS, type PackagedModel } from '../packaged.ts';

/** Writes it into an empty folder; the same version gives the same bytes. Throws IMAGE_COMPRESSOR, IMAGE_BUNDLE. */
export async function writeModelArtifact(
  folder: string,
  model: PackagedModel,
  platform: Platform,
): Promise<BuiltImage> {
  checkCompressor();
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true });
  const place = `${ARTIFACT_MODELS}/${model.name}/${model.version}`;
  const layers = [await ownLayer(folder, 'model', await modelMembers(model, place))];
  const config = modelConfig(model, platform, layers);
  return { ...(await finish(folder, { model, platform }, layers, config)), packages: [] };
}
