import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BUNDLE_MANIFEST, CONVERTER, ORIGINAL } from '../bundle.ts';
import { compareAnswers } from './compared-answers.ts';
import { openInspected } from './open-inspected.ts';
import { replayedRows } from './replayed-rows.ts';

const EXAMPLES = join(import.meta.dirname, '../../../examples');

let bundle: string;
beforeEach(() => {
  bundle = mkdtempSync(join(tmpdir(), 'plimsoll-inspected-'));
  mkdirSync(join(bundle, ORIGINAL));
});
afterEach(() => rmSync(bundle, { recursive: true, force: true }));

/** A bundle that Python runs, as far as it is read here. */
function pythonBundle(model: string | null, file: string): void {
  copyFileSync(join(EXAMPLES, 'churn.joblib'), join(bundle, ORIGINAL, 'churn.joblib'));
  const python = {
    ...{ form: 'object', model, format: null, code: ['code/rules.py'], script: 'inference.py' },
    ...{ lock: 'requirements.lock', environment: 'e', python: '3.11', provedWith: '3.11', layers: [] },
  };
  const columns = [{ name: 'age', named: true, type: 'number', nullable: false }];
  const manifest = {
    ...{ schema: 1, converter: CONVERTER, digest: 'd', file, sideFiles: [], size: 1, maxModel: null },
    ...{ format: 'joblib', compression: null, framework: { name: 'python', version: null } },
    ...{ runtime: 'python', graph: false, rowMicros: 1, example: { age: 1 }, python, golden: 'golden.json' },
    signature: { form: 'table', columns, outputs: [], classes: null },
    verification: { proof: 'golden', rows: 1, seed: 1, cells: 1, differingBits: 0, worst: null },
  };
  writeFileSync(join(bundle, BUNDLE_MANIFEST), JSON.stringify(manifest));
  writeFileSync(
    join(bundle, 'golden.json'),
    JSON.stringify({ input: [{ age: 3 }, { age: 4 }], expected: { predict: [1, 2] } }),
  );
}
const open = () => openInspected({ bundle, model: 'm', version: 1 });

test('of a version that Python runs, what can be read without it is told, and what it would run', async () => {
  pythonBundle('churn.joblib', 'churn.joblib');
  const { contents } = await open();
  expect(contents.outline.steps.map(({ name }) => name)).toContain('onehotencoder');
  expect(contents.runs).toEqual([{ name: 'inference.py', how: 'script', offset: null }]);
  expect(contents.imports.map(({ module }) => module)).toContain('sklearn');
  expect(contents.packages).toEqual([]);
});

test('where nothing can be read of it, nothing is, and it is no error', async () => {
  pythonBundle(null, 'churn.joblib');
  expect((await open()).contents.outline).toMatchObject({ steps: [], ensembles: [], graph: null });
  pythonBundle('notes.txt', 'notes.txt');
  writeFileSync(join(bundle, ORIGINAL, 'notes.txt'), 'no model');
  expect((await open()).contents.outline).toMatchObject({ steps: [] });
});

test('Python is not started to look: golden rows stand there unanswered, and nothing is compared', async () => {
  pythonBundle('churn.joblib', 'churn.joblib');
  const opened = await open();
  const found = await replayedRows(opened, bundle, 0, 10);
  expect(found).toMatchObject({ rows: 2, of: 'given', unanswered: expect.stringContaining('Python') });
  expect(found.items).toEqual([
    { row: 0, input: { age: 3 }, expected: { predict: 1 }, answered: null, deviation: null },
    { row: 1, input: { age: 4 }, expected: { predict: 2 }, answered: null, deviation: null },
  ]);
  const compared = await compareAnswers({ opened, bundle }, { opened, bundle });
  expect(compared).toMatchObject({ answers: null, unanswered: expect.stringContaining('Python') });
});

test('a bundle that is not there is refused', async () => {
  await expect(open()).rejects.toMatchObject({ code: 'BUNDLE_GONE' });
});
