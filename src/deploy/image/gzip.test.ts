import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { randomIndex, seededRandom } from '../../core/random.ts';
import { checkCompressor, compressTo, digestOfBytes, probe } from './gzip.ts';
import { BASE_LOCK } from './lock.ts';

const home = mkdtempSync(join(tmpdir(), 'plimsoll-gzip-'));
afterAll(() => rmSync(home, { recursive: true }));

const seed = 20261126;
const random = seededRandom(seed);
const BYTES = Uint8Array.from({ length: 3_500_000 }, (_, i) =>
  i % 97 === 0 ? randomIndex(random, 256) : i % 251,
);

async function* inPieces(size: () => number, length = BYTES.length): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < length; ) {
    const end = Math.min(length, offset + size());
    yield BYTES.subarray(offset, end);
    offset = end;
  }
}

test('gzip gives the bytes back, and the digests are those of both sides', async () => {
  const path = join(home, 'a.gz');
  const { digest, diffId, size, unpackedSize } = await compressTo(
    path,
    inPieces(() => 1 << 20),
  );
  const back = execFileSync('gzip', ['-dc', path], { maxBuffer: 1 << 30 });
  expect(back.equals(Buffer.from(BYTES))).toBe(true);
  expect(diffId).toBe(digestOfBytes(back));
  expect(digest).toBe(digestOfBytes(readFileSync(path)));
  expect([size, unpackedSize]).toEqual([readFileSync(path).length, BYTES.length]);
});

test('its header names no time, no file and no system', async () => {
  const path = join(home, 'h.gz');
  await compressTo(
    path,
    inPieces(() => 1 << 16),
  );
  expect([...readFileSync(path).subarray(0, 10)]).toEqual([31, 139, 8, 0, 0, 0, 0, 0, 2, 255]);
});

test('how the bytes arrive does not matter', async () => {
  const digests = new Set<string>();
  for (const [i, size] of [
    () => 1 << 20,
    () => 4096,
    () => 1 + randomIndex(random, 70_000),
    () => BYTES.length,
  ].entries())
    digests.add((await compressTo(join(home, `p${i}`), inPieces(size))).digest);
  expect(digests.size, `seed ${seed}`).toBe(1);
});

test('nothing at all is an archive, too', async () => {
  const path = join(home, 'empty.gz');
  const { unpackedSize } = await compressTo(
    path,
    inPieces(() => 1, 0),
  );
  expect(unpackedSize).toBe(0);
  expect(execFileSync('gzip', ['-dc', path]).length).toBe(0);
});

test('the compressor of this Node is the pinned one', () => {
  expect(probe()).toBe(BASE_LOCK.zlib.probe);
  expect(() => checkCompressor()).not.toThrow();
});

test('another version of it is refused, and the same version that gives other bytes', () => {
  expect(() => checkCompressor(BASE_LOCK.zlib, '1.3.1')).toThrow(
    `Refused to write layers with zlib 1.3.1: zlib ${BASE_LOCK.zlib.version} gives the bytes`,
  );
  expect(() => checkCompressor({ ...BASE_LOCK.zlib, probe: 'sha256:00' })).toThrow('whose bytes differ');
});
