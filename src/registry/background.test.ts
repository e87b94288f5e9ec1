import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ColumnSpec, Signature } from '../model/signature.ts';
import { makeBackground, readBackground } from './background.ts';
import { BACKGROUND } from './bundle.ts';
import type { BackgroundSample, BundleManifest } from './version.ts';

const column = (name: string, type: ColumnSpec['type'] = 'number'): ColumnSpec => ({
  ...{ name, type, named: true, nullable: true },
});
const NUMBERS: Signature = { form: 'table', columns: [column('a'), column('b')], outputs: [], classes: null };
const MIXED: Signature = { ...NUMBERS, columns: [column('a'), column('c', 'string')] };

const folder = (): string => mkdtempSync(join(tmpdir(), 'background-'));
function file(text: string, name = 'rows.csv'): string {
  const path = join(folder(), name);
  writeFileSync(path, text);
  return path;
}
const manifestWith = (background: BackgroundSample | null): BundleManifest =>
  ({ file: 'm.joblib', ...(background === null ? {} : { background }) }) as BundleManifest;

test('rows are read back as they were, missing and infinite ones too', async () => {
  const staging = folder();
  const background = file('[{"a": 1.5, "b": null}, {"a": "-Infinity", "b": 2}]', 'rows.json');
  const made = await makeBackground(staging, { background, reference: null }, NUMBERS, null);
  expect(made).toMatchObject({ background: { rows: 2, of: 'background' }, notes: [] });
  expect(readBackground(staging, manifestWith(made.background))).toEqual({
    ...{
      kind: 'matrix',
      rows: 2,
      width: 2,
      data: Float64Array.of(1.5, Number.NaN, Number.NEGATIVE_INFINITY, 2),
    },
  });
});

test('columns of text stay text, and columns that the model does not take are left out', async () => {
  const staging = folder();
  const background = file('c,label,a\nred,1,2\n,0,3\n');
  const made = await makeBackground(staging, { background, reference: null }, MIXED, null);
  expect(readBackground(staging, manifestWith(made.background))).toEqual({
    ...{ kind: 'table', rows: 2, columns: [Float64Array.of(2, 3), ['red', null]] },
  });
});

test('of many rows every n-th is kept, the same ones each time', async () => {
  const background = file(`a,b\n${Array.from({ length: 5000 }, (_, k) => `${k},${-k}\n`).join('')}`);
  const [one, other] = [folder(), folder()];
  const given = { background, reference: null };
  const made = await makeBackground(one, given, NUMBERS, null);
  expect(made.background?.rows).toBe(1000);
  expect((await makeBackground(other, given, NUMBERS, null)).background).toEqual(made.background);
  const batch = readBackground(one, manifestWith(made.background));
  expect(batch).toMatchObject({ data: { 0: 0, 2: 5, 1998: 4995 } });
});

test('reference data is used where it fits, and a note says where it does not', async () => {
  const reference = file('a,b\n1,2\n');
  const made = await makeBackground(folder(), { background: null, reference }, NUMBERS, null);
  expect(made.background).toMatchObject({ rows: 1, of: 'reference' });
  const unfit = file('a\nred\n');
  const { background, notes } = await makeBackground(
    folder(),
    { background: null, reference: unfit },
    NUMBERS,
    null,
  );
  expect(background).toBeNull();
  expect(notes).toEqual([expect.stringMatching(/no background of explanations: .*rows\.csv/)]);
  await expect(makeBackground(folder(), { background: unfit, reference }, NUMBERS, null)).rejects.toThrow(
    /rows\.csv/,
  );
});

test('rows that were given for explanations stay where only reference data comes after them', async () => {
  const before = manifestWith({ digest: 'd', rows: 3, of: 'background' });
  const reference = file('a,b\n1,2\n');
  const made = await makeBackground(folder(), { background: null, reference }, NUMBERS, before);
  expect(made.background).toEqual(before.background);
});

test('rows that are not those that were kept are refused', async () => {
  const staging = folder();
  const background = file('a,b\n1,2\n');
  const made = await makeBackground(staging, { background, reference: null }, NUMBERS, null);
  writeFileSync(join(staging, BACKGROUND), readFileSync(join(staging, BACKGROUND), 'utf8').replace('1', '9'));
  expect(() => readBackground(staging, manifestWith(made.background))).toThrow(/is not what was kept/);
});

test('tensors are kept by their types, and thinned by rows', async () => {
  const staging = folder();
  const signature: Signature = {
    ...{ form: 'tensors', outputs: [], classes: null },
    tensors: [
      { name: 'x', dtype: 'float32', shape: [-1, 2] },
      { name: 'n', dtype: 'int64', shape: [-1, 1] },
    ],
  };
  const row = (k: number) => ({ x: [k, k === 0 ? null : 0.5], n: [k] });
  const background = file(JSON.stringify(Array.from({ length: 2000 }, (_, k) => row(k))), 'rows.json');
  const made = await makeBackground(staging, { background, reference: null }, signature, null);
  const batch = readBackground(staging, manifestWith(made.background));
  expect(batch).toMatchObject({ kind: 'tensors', rows: 1000 });
  const { x, n } = (batch as Extract<typeof batch, { kind: 'tensors' }>).tensors;
  expect(x).toMatchObject({ dtype: 'float32', shape: [1000, 2] });
  expect([...(x!.data as Float32Array).slice(0, 4)]).toEqual([0, Number.NaN, 2, 0.5]);
  expect((n!.data as BigInt64Array)[999]).toBe(1998n);
});
