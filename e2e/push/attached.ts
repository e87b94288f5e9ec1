/** What is attached to an image in a folder, and how somebody might change it. */
import { createHash, createPublicKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
export const blob = (at: string, digest: string): Buffer =>
  readFileSync(join(at, 'blobs/sha256', digest.slice(7)));

interface Attached {
  readonly artifactType: string;
  readonly digest: string;
  readonly bytes: Buffer;
}
/** What is attached to the image of a folder, by the field that tells it apart. */
export function attachedIn(at: string): Map<string, Attached> {
  const { manifests } = JSON.parse(readFileSync(join(at, 'referrers.json'), 'utf8'));
  const entries = manifests.map((one: { digest: string; artifactType: string; annotations: object }) => {
    const manifest = JSON.parse(blob(at, one.digest).toString());
    const [layer] = manifest.layers;
    return [
      (one.annotations as Record<string, string>)['dev.sigstore.bundle.predicateType'] ?? 'sbom',
      { artifactType: one.artifactType, digest: layer.digest, bytes: blob(at, layer.digest) },
    ];
  });
  return new Map(entries);
}

export function createPublicKeyOfStranger(): { publicKey: string } {
  const stranger = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.alloc(32, 7).toString('base64url') },
    format: 'jwk',
  });
  return { publicKey: String(stranger.export({ type: 'spki', format: 'pem' })) };
}

/** Changes one byte of a blob. */
export function replaceIn(at: string, digest: string): void {
  const path = join(at, 'blobs/sha256', digest.slice(7));
  const bytes = readFileSync(path);
  bytes[bytes.length - 3]! ^= 1;
  writeFileSync(path, bytes);
}

export function leaveOut(at: string, index: number): void {
  const path = join(at, 'referrers.json');
  const list = JSON.parse(readFileSync(path, 'utf8'));
  list.manifests.splice(index, 1);
  writeFileSync(path, JSON.stringify(list));
}

/** The same attestations, said to be about an image that has one more label. */
export function otherImage(at: string): void {
  const path = join(at, 'index.json');
  const index = JSON.parse(readFileSync(path, 'utf8'));
  const manifest = JSON.parse(blob(at, index.manifests[0].digest).toString());
  manifest.annotations['evil'] = 'yes';
  const bytes = Buffer.from(JSON.stringify(manifest));
  const digest = `sha256:${sha256(bytes)}`;
  writeFileSync(join(at, 'blobs/sha256', digest.slice(7)), bytes);
  Object.assign(index.manifests[0], { digest, size: bytes.length });
  writeFileSync(path, JSON.stringify(index));
}
