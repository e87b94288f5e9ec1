import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Terminal } from '../output/terminal.ts';
import { packagedModel } from './model.ts';

const home = mkdtempSync(join(tmpdir(), 'plimsoll-named-'));
afterAll(() => rmSync(home, { recursive: true }));
const terminal = new Terminal({ json: true, quiet: true });

test('a name that could not be a folder or a part of an address is refused before the file is read', async () => {
  const file = join(home, 'model.joblib');
  writeFileSync(file, 'not read');
  const data = join(home, 'data');
  for (const name of ['../../etc', 'a b', '', '-x', '.x', 'a/b', 'ä', 'x'.repeat(101)]) {
    for (const [word, given] of [
      [file, { name }],
      [`${name}=${file}`, {}],
    ] as const) {
      const asked = packagedModel(word, { data, ...given }, terminal);
      await expect(asked, name).rejects.toMatchObject({ code: 'USAGE' });
    }
  }
  expect(readdirSync(home)).toEqual(['model.joblib']);
});
