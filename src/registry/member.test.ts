import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { decodeInput } from '../serving/rows/decode.ts';
import { acceptFile } from './accept.ts';
import { loadBundle } from './load.ts';

/** A file of a scaler and a model, by tools/fixtures/parts.py. */
const FOLDER = join(import.meta.dirname, '../../fixtures/parts');
const FILE = join(FOLDER, 'model-and-scaler.joblib');
const answers = JSON.parse(readFileSync(join(FOLDER, 'answers.json'), 'utf8'));
const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-member-'));
afterAll(() => rmSync(dataDir, { recursive: true }));

test('each choice of members is a version of its own, and its bundle answers as that', {
  timeout: 60_000,
}, async () => {
  const bundles = new Set<string>();
  for (const [member, expected] of [
    ['scaler,model', answers.scaled],
    ['model', null],
  ] as const) {
    const { engine, bundle, manifest } = await acceptFile(FILE, { dataDir, name: 'parts', member });
    await engine.close();
    bundles.add(bundle);
    expect(manifest.member).toBe(member);
    const loaded = await loadBundle(bundle, basename(bundle));
    const { predict_proba: output } = await loaded.engine.infer(
      decodeInput(answers.rows, manifest.signature),
    );
    await loaded.engine.close();
    const cells = [...([output].flat()[0]!.data as Float64Array)];
    if (expected !== null)
      expect(cells).toEqual(expected.flat().map((cell: number) => expect.closeTo(cell, 12)));
    else expect(cells).not.toEqual(answers.scaled.flat());
  }
  expect(bundles.size).toBe(2);
});

test('a file of several models is refused until one is named', { timeout: 60_000 }, async () => {
  await expect(acceptFile(FILE, { dataDir, name: 'parts' })).rejects.toMatchObject({
    code: 'MODEL_UNCLEAR',
    hint: expect.stringContaining('--member scaler or --member model'),
  });
});
