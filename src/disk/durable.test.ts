import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeFolder } from './durable.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-durable-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a folder', () => {
  it('is made with those it lies in, and once', async () => {
    const path = join(folder, 'a/b/c');
    await makeFolder(path);
    await makeFolder(path);
    expect(statSync(path).isDirectory()).toBe(true);
  });

  it('is not made below a file, nor over one', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'a'), join(file, 'a/b')])
      await expect(makeFolder(path)).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
  });

  it.runIf(process.platform === 'linux')('is not tried for ever where no name is taken', async () => {
    await expect(makeFolder('/proc/plimsoll/a')).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
  });
});
