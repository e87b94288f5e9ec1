import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { columnNames } from '../model/column-names.ts';
import { decodeInput } from '../serving/rows/decode.ts';
import { acceptFile } from './accept.ts';

/** A model that keeps no names of its three columns. */
const MODEL = join(import.meta.dirname, '../../fixtures/parts/nested.pkl');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-columns-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder of MLflow whose signature names the columns. */
function mlflowFolder(name: string, columns: readonly string[]): string {
  const path = join(folder, name);
  mkdirSync(path);
  copyFileSync(MODEL, join(path, 'model.pkl'));
  const inputs = columns.map((column) => ({ type: 'double', name: column, required: true }));
  const document = {
    flavors: { sklearn: { pickled_model: 'model.pkl' } },
    signature: { inputs: JSON.stringify(inputs) },
  };
  writeFileSync(join(path, 'MLmodel'), JSON.stringify(document));
  return path;
}

const accepted = (path: string) => acceptFile(path, { dataDir: join(folder, 'data'), name: 'churn' });

test('a model without names is served under the names that the folder of MLflow states', async () => {
  const version = await accepted(mlflowFolder('a', ['age', 'income', 'tenure']));
  const { signature } = version.manifest;
  expect(columnNames(signature)).toEqual(['age', 'income', 'tenure']);
  const body = { dataframe_split: { columns: ['tenure', 'age', 'income'], data: [[3, 1, 2]] } };
  const named = await version.engine.infer(decodeInput(body, signature));
  const listed = await version.engine.infer(decodeInput({ instances: [[1, 2, 3]] }, signature));
  expect(named).toEqual(listed);
  await version.engine.close();
});

test('other names are another version, and names that do not fit are none', async () => {
  const [age, other, two] = [
    await accepted(mlflowFolder('b', ['age', 'income', 'tenure'])),
    await accepted(mlflowFolder('c', ['a', 'b', 'c'])),
    await accepted(mlflowFolder('d', ['a', 'b'])),
  ];
  expect(other.bundle).not.toBe(age.bundle);
  expect(columnNames(other.manifest.signature)).toEqual(['a', 'b', 'c']);
  expect(columnNames(two.manifest.signature)).toBeNull();
  for (const version of [age, other, two]) await version.engine.close();
});
