import { createHash, randomBytes } from 'node:crypto';
import {
  mkdtempSync,
  openSync,
  renameSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { memoryPieces } from '../contract.ts';
import { digestInput, PIECE_BYTES } from './digest.ts';
import { stateOf } from './input-file.ts';

const path = (): string => join(mkdtempSync(join(tmpdir(), 'plimsoll-')), 'x.bin');
const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
/** A file of two whole pieces and a bit, nearly all of it holes. */
function large(): { file: string; digest: string } {
  const file = path();
  writeFileSync(file, '');
  truncateSync(file, 2 * PIECE_BYTES + 10);
  const words = Buffer.from('in the second piece');
  writeSync(openSync(file, 'r+'), words, 0, words.length, PIECE_BYTES + 5);
  const zeros = Buffer.alloc(PIECE_BYTES);
  const second = Buffer.from(zeros);
  second.set(words, 5);
  return { file, digest: sha256([zeros, second, Buffer.alloc(10)].map(sha256).join('\n')) };
}
const options = (
  more: Partial<Parameters<typeof digestInput>[2]> = {},
): Parameters<typeof digestInput>[2] => ({
  pieces: memoryPieces(),
  scanner: null,
  onBytes: () => undefined,
  signal: new AbortController().signal,
  ...more,
});

test('the digest is that of the digests of pieces of 64 MiB', async () => {
  const file = path();
  const bytes = randomBytes(100_000);
  writeFileSync(file, bytes);
  expect(await digestInput(file, await stateOf(file), options())).toBe(sha256(sha256(bytes)));
  const { file: other, digest } = large();
  const pieces = memoryPieces();
  let read = 0;
  const onBytes = (more: number): void => {
    read += more;
  };
  expect(await digestInput(other, await stateOf(other), options({ pieces, onBytes }))).toBe(digest);
  expect(read).toBe(2 * PIECE_BYTES + 10);
  expect(pieces.kept.size).toBe(3);
});

test('hashing that was stopped goes on after the last whole piece', async () => {
  const { file, digest } = large();
  const state = await stateOf(file);
  const pieces = memoryPieces();
  const stop = new AbortController();
  let read = 0;
  const first = digestInput(
    file,
    state,
    options({
      pieces,
      signal: stop.signal,
      onBytes: (more) => {
        read += more;
        if (read > 1.5 * PIECE_BYTES) stop.abort(new Error('stopped'));
      },
    }),
  );
  await expect(first).rejects.toThrow('stopped');
  expect(pieces.kept.size).toBe(1);
  const parts: number[] = [];
  expect(await digestInput(file, state, options({ pieces, onBytes: (more) => parts.push(more) }))).toBe(
    digest,
  );
  // The known piece is told at once.
  expect(parts[0]).toBe(PIECE_BYTES);
  expect(pieces.kept.size).toBe(3);
});

test('pieces of another state of the file are not taken for it', async () => {
  const file = path();
  const pieces = memoryPieces();
  writeFileSync(file, 'one');
  const before = await digestInput(file, await stateOf(file), options({ pieces }));
  writeFileSync(`${file}.new`, 'two');
  renameSync(`${file}.new`, file);
  const after = await digestInput(file, await stateOf(file), options({ pieces }));
  expect([before, after]).toEqual([sha256(sha256('one')), sha256(sha256('two'))]);
});

test('a file that changes under the hand is refused', async () => {
  for (const change of [
    (file: string) => truncateSync(file, 10),
    (file: string) => utimesSync(file, 1, 1),
    (file: string) => {
      writeFileSync(`${file}.new`, randomBytes(100_000));
      renameSync(`${file}.new`, file);
    },
  ]) {
    const file = path();
    writeFileSync(file, randomBytes(100_000));
    const state = await stateOf(file);
    const changed = digestInput(file, state, options({ onBytes: () => change(file) }));
    await expect(changed).rejects.toMatchObject({ code: 'INPUT_CHANGED', details: { path: file } });
  }
});

test('timers and signals are served while a large file is hashed', async () => {
  const { file } = large();
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  await digestInput(file, await stateOf(file), options());
  clearInterval(timer);
  // 4 MiB take 2 ms here; a busy machine may take long, but not as long as a piece.
  expect(longest).toBeLessThan(1000);
});
