import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { damageOf, SUMS, sumsOf } from './sums.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function summed(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'plimsoll-sums-'));
  folders.push(dir);
  mkdirSync(join(dir, 'original'));
  writeFileSync(join(dir, 'original/a b.joblib'), 'model');
  writeFileSync(join(dir, 'plimsoll.json'), '{}');
  writeFileSync(join(dir, SUMS), await sumsOf(dir));
  return dir;
}

test('the list is one that sha256sum reads', async () => {
  const dir = await summed();
  expect(await damageOf(dir)).toBeNull();
  expect(spawnSync('sha256sum', ['--check', '--strict', SUMS], { cwd: dir }).status).toBe(0);
});

test('a file that was changed, removed or added is named', async () => {
  const changed = await summed();
  appendFileSync(join(changed, 'original/a b.joblib'), 'x');
  expect(await damageOf(changed)).toMatchObject({ file: 'original/a b.joblib' });
  const removed = await summed();
  rmSync(join(removed, 'plimsoll.json'));
  expect(await damageOf(removed)).toMatchObject({ file: 'plimsoll.json', found: 'not there' });
  const added = await summed();
  writeFileSync(join(added, 'model.onnx'), '');
  expect(await damageOf(added)).toMatchObject({ file: 'model.onnx', found: 'there' });
});

test('a list that leads out of its folder, or is none, is damage', async () => {
  const dir = await summed();
  appendFileSync(join(dir, SUMS), `${'0'.repeat(64)}  ../../etc/passwd\n`);
  expect(await damageOf(dir)).toMatchObject({ file: SUMS });
  writeFileSync(join(dir, SUMS), 'nothing');
  expect(await damageOf(dir)).toMatchObject({ file: SUMS });
});
