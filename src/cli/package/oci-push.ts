import { resolve } from 'node:path';
import type { BuiltImage } from '../../deploy/image/image.ts';
import type { PackagedModel } from '../../deploy/packaged.ts';
import type { PushResult } from '../../deploy/push/push.ts';
import type { AttachedArtifact } from '../../deploy/push/referrers.ts';
import { bytesText } from '../../text/bytes.ts';
import { type RegistryFlags, registryOptions } from './registry-options.ts';

export interface ImagePushFlags extends RegistryFlags {
  readonly push?: string;
  readonly mountFrom?: readonly string[];
}

type OnProgress = (stage: string) => void;

/** Signs for an image with the key of this installation, and keeps what it says beside the image. */
export async function attestImageBuild(
  image: BuiltImage,
  model: PackagedModel,
  data: string,
): Promise<readonly AttachedArtifact[]> {
  const { openSigner } = await import('../../signing/signer.ts');
  const { attestImage } = await import('../../deploy/attest/attest.ts');
  const { keepArtifacts } = await import('../../deploy/attest/kept.ts');
  const signer = openSigner(resolve(data), process.env['PLIMSOLL_SIGNING_KEY']);
  const artifacts = await attestImage(image, model, signer);
  await keepArtifacts(image.folder, image.manifest, artifacts);
  return artifacts;
}

/** Where to push is looked at before anything is made. Throws IMAGE_NAME_INVALID. */
export async function checkPushTarget({ push }: ImagePushFlags): Promise<void> {
  if (push === undefined) return;
  const { parseReference } = await import('../../deploy/push/reference.ts');
  parseReference(push);
}

/** Null where nothing is to be pushed. */
export async function pushIfRequested(
  image: BuiltImage,
  artifacts: readonly AttachedArtifact[],
  flags: ImagePushFlags,
  onProgress: OnProgress,
): Promise<PushResult | null> {
  if (flags.push === undefined) return null;
  const { pushImage } = await import('../../deploy/push/push.ts');
  const options = { ...(await registryOptions(flags)), mountFrom: flags.mountFrom ?? [] };
  return pushImage(image, flags.push, { ...options, artifacts, onProgress });
}

export function pushSummary({ reference, pinned, blobs, referrers }: PushResult): string {
  const sent = blobs.filter(({ outcome }) => outcome === 'sent');
  const size = sent.reduce((sum, blob) => sum + blob.size, 0);
  return [
    `Pushed ${reference}: ${sent.length} of ${blobs.length} blobs sent (${bytesText(size)}), ${referrers.length} attestations`,
    `  ${pinned} names it for good`,
    `Next: plimsoll package attestations ${pinned}`,
  ].join('\n');
}
