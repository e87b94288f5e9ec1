import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BlockSpool } from './block-spool.ts';

const folder = (): string => join(mkdtempSync(join(tmpdir(), 'plimsoll-spool-')), 'spool');
const bytes = (size: number): Uint8Array => new Uint8Array(size).fill(7);

test('a file is there under its name, with its bytes, and nothing beside it', async () => {
  const path = folder();
  await new BlockSpool({ path }).write('a-1-0.blk', bytes(5));
  expect(readdirSync(path)).toEqual(['a-1-0.blk']);
  expect(new Uint8Array(readFileSync(join(path, 'a-1-0.blk')))).toEqual(bytes(5));
});

test('what waits is bounded over all processes, and there is room again once it has been read', async () => {
  const path = folder();
  const [one, other] = [new BlockSpool({ path, maxBytes: 1000 }), new BlockSpool({ path, maxBytes: 1000 })];
  await one.write('a-1-0.blk', bytes(400));
  await other.write('b-1-0.blk', bytes(400));
  await expect(one.write('a-1-1.blk', bytes(400))).rejects.toThrow('800 bytes wait to be read, 1000 may');
  await expect(other.write('b-1-1.blk', bytes(400))).rejects.toThrow('800 bytes wait');
  await other.write('b-1-2.blk', bytes(200));
  expect(readdirSync(path).toSorted()).toEqual(['a-1-0.blk', 'b-1-0.blk', 'b-1-2.blk']);
  rmSync(join(path, 'b-1-0.blk'));
  await one.write('a-1-2.blk', bytes(400));
  expect(readdirSync(path).toSorted()).toEqual(['a-1-0.blk', 'a-1-2.blk', 'b-1-2.blk']);
});

test('a folder that was taken away is made again', async () => {
  const path = folder();
  const spool = new BlockSpool({ path });
  await spool.write('a-1-0.blk', bytes(1));
  rmSync(path, { recursive: true });
  await expect(spool.write('a-1-1.blk', bytes(1))).rejects.toMatchObject({ code: 'ENOENT' });
  await spool.write('a-1-2.blk', bytes(1));
  expect(readdirSync(path)).toEqual(['a-1-2.blk']);
});

test('what a killed process had begun long ago is cleared away, what another is writing is not', async () => {
  const path = folder();
  mkdirSync(path, { recursive: true });
  for (const name of ['old-1-0.blk.tmp', 'new-1-0.blk.tmp', 'whole-1-0.blk'])
    writeFileSync(join(path, name), 'x');
  const before = (Date.now() - 120_000) / 1000;
  utimesSync(join(path, 'old-1-0.blk.tmp'), before, before);
  utimesSync(join(path, 'whole-1-0.blk'), before, before);
  await new BlockSpool({ path }).write('a-1-0.blk', bytes(1));
  expect(readdirSync(path).toSorted()).toEqual(['a-1-0.blk', 'new-1-0.blk.tmp', 'whole-1-0.blk']);
});

test('where the folder is no folder nothing is written, and that is said', async () => {
  const path = folder();
  writeFileSync(path, 'in the way');
  await expect(new BlockSpool({ path }).write('a-1-0.blk', bytes(1))).rejects.toMatchObject({
    code: 'EEXIST',
  });
  expect(existsSync(`${path}/a-1-0.blk`)).toBe(false);
});
