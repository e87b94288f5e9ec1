/** Small images that other tools take for images, and what a test gives for pushing them. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { seededRandom } from '../../../core/random.ts';
import { digestOfBytes } from '../../image/gzip.ts';
import { blobPath, type Descriptor, type ImageLayer, MEDIA } from '../../image/layout.ts';

import type { PushedImage, PushOptions } from '../push.ts';

/** An image with layers of these sizes, of random bytes; `shared` layers are those of another image. */
export function makeImage(sizes: readonly number[], shared?: PushedImage): PushedImage {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-image-'));
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true });
  const keep = (bytes: Buffer, mediaType: string): Descriptor => {
    const digest = digestOfBytes(bytes);
    writeFileSync(blobPath(folder, digest), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const kept = (shared?.layers ?? []).map((layer) => {
    copyFileSync(blobPath(shared!.folder, layer.digest), blobPath(folder, layer.digest));
    return layer;
  });
  const made = sizes.map((size): ImageLayer => {
    const tar = Buffer.concat([tarOf(randomBytes(size)), Buffer.alloc(1024)]);
    const diffId = digestOfBytes(tar);
    return { ...keep(gzipSync(tar, { level: 1 }), MEDIA.layer), part: 'model', diffId };
  });
  const layers = [...kept, ...made];
  const config = keep(
    Buffer.from(
      JSON.stringify({
        architecture: 'amd64',
        os: 'linux',
        rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
      }),
    ),
    MEDIA.config,
  );
  const plain = layers.map(({ mediaType, digest, size }) => ({
    mediaType,
    digest,
    size,
  }));
  const manifest = keep(
    Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.manifest, config, layers: plain })),
    MEDIA.manifest,
  );
  return { folder, manifest, config, layers };
}

/** A ustar archive of one file `data`, without its end. */
function tarOf(bytes: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write('data', 0);
  header.write('0000644\x000000000\x000000000\0', 100);
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\x0000000000000\x00        0`, 124);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** Pushes without credentials and, unless they are given, almost without pauses. */
export const pushOptions = (more: Partial<PushOptions> = {}): PushOptions => ({
  credentials: async () => null,
  clock: { now: () => Date.now(), monotonic: () => performance.now() },
  random: seededRandom(1),
  retries: { attempts: 4, backoff: { firstMillis: 1, maxMillis: 1 } },
  ...more,
});
