import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { readModelFile } from '../files/read-model.ts';
import type { Outputs } from '../model/batch.ts';
import { decodeInput } from '../serving/rows/decode.ts';
import { acceptFile } from './accept.ts';
import { createEngines, isEngine } from './engines.ts';
import { loadBundle, readMaterial } from './load.ts';
import { contentOf } from './model-content.ts';
import { readKept } from './step-cache.ts';

/** Boosters to which more than NaN is missing, by tools/fixtures/missing_number.py. */
const FIXTURES = join(import.meta.dirname, '../../fixtures');
const FOLDER = join(FIXTURES, 'missing');
const { missing, rows, answers, pipelines } = JSON.parse(readFileSync(join(FOLDER, 'answers.json'), 'utf8'));
const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-missing-'));
afterAll(() => rmSync(dataDir, { recursive: true }));

const cells = (outputs: Outputs, name: string) => [...([outputs[name]].flat()[0]!.data as Float64Array)];

describe.each(Object.keys(answers))('%s with the number that was missing in training', (name) => {
  const engines: Record<string, Engine> = {};
  const content = contentOf(readModelFile(join(FOLDER, name), { missing }));
  beforeAll(async () => {
    const { native, onnx } = await createEngines(content);
    for (const [id, engine] of Object.entries({ native, onnx })) if (isEngine(engine)) engines[id] = engine;
    return async () => {
      for (const engine of Object.values(engines)) await engine.close();
    };
  });

  it.each(['native', 'onnx'])('has the margins of the library, to the bit, in the engine %s', async (id) => {
    const together = await engines[id]!.infer(decodeInput(rows, content.signature));
    expect(cells(together, 'margin')).toEqual(answers[name].margin.flat());
    const alone: number[] = [];
    for (const row of rows)
      alone.push(...cells(await engines[id]!.infer(decodeInput([row], content.signature)), 'margin'));
    expect(alone).toEqual(answers[name].margin.flat());
    const predicted = cells(together, 'predict');
    expect(predicted).toEqual(answers[name].predict.flat().map((cell: number) => expect.closeTo(cell, 6)));
  });
});

describe.each(Object.keys(pipelines))('XGBoost behind the pipeline %s', (name) => {
  it('takes for missing what a sparse matrix does not store, and only that', async () => {
    const content = contentOf(readModelFile(join(FOLDER, `${name}.pkl`)));
    const engines = await createEngines(content);
    for (const engine of [engines.native, engines.onnx]) {
      if (!isEngine(engine)) throw engine;
      const { rows: given, predict_proba: expected } = pipelines[name];
      const outputs = await engine.infer(decodeInput(given, content.signature));
      await engine.close();
      expect(cells(outputs, 'predict_proba')).toEqual(
        expected.flat().map((cell: number) => expect.closeTo(cell, 6)),
      );
    }
  });
});

describe('a model to which the number cannot be missing is refused, with what it says itself', () => {
  it.each([
    ['models/lightgbm-4.6.0', 'boosting-constant.txt', 'LightGBM stores in the file'],
    ['models/sklearn-1.9.1', 'columns-gb.pkl', 'only XGBoost'],
  ])('%s', (folder, name, reason) => {
    expect(() => readModelFile(join(FIXTURES, folder, name), { missing: 0 })).toThrow(
      expect.objectContaining({
        code: 'MISSING_UNFIT',
        message: expect.stringContaining(reason),
        hint: expect.stringContaining('Leave out --missing'),
      }),
    );
  });
});

test('the same file with another number is a version of its own, whose bundle and cached steps keep it', {
  timeout: 60_000,
}, async () => {
  const found = new Map<string, number[]>();
  const file = join(FOLDER, 'trees.json');
  const place = { folder: join(dataDir, 'steps'), code: 'CODE0001' };
  for (const choice of [missing, undefined]) {
    const { engine, bundle, manifest } = await acceptFile(file, {
      dataDir,
      name: 'm',
      missing: choice,
      runtime: 'native',
    });
    await engine.close();
    expect(manifest.missing).toBe(choice);
    const loaded = await loadBundle(bundle, basename(bundle), 1, (request) =>
      readKept(request, readMaterial, place),
    );
    const outputs = await loaded.engine.infer(decodeInput(rows, manifest.signature));
    await loaded.engine.close();
    found.set(bundle, cells(outputs, 'margin'));
  }
  const [marked, plain] = [...found.values()];
  expect(found.size).toBe(2);
  expect(marked).toEqual(answers['trees.json'].margin);
  expect(plain).not.toEqual(marked);
  await vi.waitFor(() => expect(readdirSync(place.folder)).toHaveLength(2), { timeout: 20_000 });
});
