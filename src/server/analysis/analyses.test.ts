import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { admitFile } from '../../registry/admit.ts';
import type { ExplainedVersion } from '../../registry/explained-bundle.ts';
import { Analyses } from './analyses.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/explanations');
const FOREST = join(FOLDER, 'forest-classes.joblib');
const { rows, background } = JSON.parse(readFileSync(join(FOLDER, 'answers.json'), 'utf8'))[
  'forest-classes'
] as {
  readonly rows: readonly (readonly number[])[];
  readonly background: readonly (readonly number[])[];
};

const dataDir = mkdtempSync(join(tmpdir(), 'analyses-'));
const analyses = new Analyses({
  ...{ dataDir, monitoringUrl: 'sqlite::memory:' },
  clock: { now: () => 0, monotonic: () => 0 },
});
let kept: ExplainedVersion;
let bare: ExplainedVersion;

beforeAll(async () => {
  const path = join(dataDir, 'background.json');
  writeFileSync(path, JSON.stringify(background));
  const { bundle } = await admitFile(FOREST, { dataDir, name: 'forest', background: path });
  kept = { bundle, model: 'forest', version: 1 };
  const other = mkdtempSync(join(tmpdir(), 'analyses-'));
  bare = { ...kept, bundle: (await admitFile(FOREST, { dataDir: other, name: 'forest' })).bundle };
}, 60_000);

test('columns lie between the values of the rows that came with a version', { timeout: 60_000 }, async () => {
  const { of, rows: count, columns } = await analyses.columns(kept);
  expect([of, count, columns.length]).toEqual(['background', background.length, 5]);
  const first = background.map(([cell = 0]) => cell);
  expect(columns[0]).toMatchObject({ name: 'x0', low: Math.min(...first), high: Math.max(...first) });
});

test('without such rows they lie between the thresholds of the model', { timeout: 60_000 }, async () => {
  const { of, rows: count, columns } = await analyses.columns(bare);
  expect([of, count]).toEqual(['file', 0]);
  for (const { low, high } of columns) expect(low ?? 0).toBeLessThan(high ?? 0);
});

test('importance is the mean size of attributions, with what chance there is in it', {
  timeout: 60_000,
}, async () => {
  const { of, method, classes, columns, permutation } = await analyses.importance(kept, 'forest');
  expect([of, method, classes, permutation]).toEqual(['background', 'tree-interventional', ['0', '1'], null]);
  const sizes = columns.map(({ meanAbsolute: [, second = 0] }) => second);
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  for (const { meanAbsolute, standardErrors } of columns) {
    expect(standardErrors).toHaveLength(2);
    expect(standardErrors[1] ?? 0).toBeLessThanOrEqual(meanAbsolute[1] ?? 0);
  }
  // Of the same state of a bundle it is found once: nothing is started for it.
  const began = performance.now();
  await analyses.importance(kept, 'forest');
  expect(performance.now() - began).toBeLessThan(50);
});

test('without any rows there is no importance, and it says what to do', { timeout: 60_000 }, async () => {
  await expect(analyses.importance(bare, 'forest')).rejects.toMatchObject({ code: 'EXPLANATION_UNFIT' });
});

test('a curve is the mean answer along a column', { timeout: 60_000 }, async () => {
  const { grid, average, classes, output } = await analyses.dependence(kept, 'x2');
  expect([output, classes]).toEqual(['predict_proba', ['1']]);
  expect(average[0]).toHaveLength(grid.length);
  await expect(analyses.dependence(kept, 'x9')).rejects.toMatchObject({ code: 'USAGE' });
});

test('the nearest row that is answered otherwise keeps the columns that are to stay', {
  timeout: 60_000,
}, async () => {
  const [row = []] = rows;
  const cells = Object.fromEntries(row.map((cell, k) => [`x${k}`, cell]));
  const found = await analyses.counterfactual(kept, { cells, want: null, held: ['x2'] });
  expect(found.status).toBe('found');
  expect(found.to).not.toBe(found.from);
  expect(found.changes.map(({ column }) => column)).not.toContain('x2');
  expect(found.counterfactual?.['x2']).toBe(cells['x2']);
});
