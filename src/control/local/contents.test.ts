import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { bundleDir } from '../../registry/bundle.ts';
import { ModelCatalog } from '../../registry/catalog/catalog.ts';
import { LazyInspector } from '../../registry/inspection/lazy-inspector.ts';
import { openStore } from '../../store/open.ts';
import { cursorOf } from '../../store/page.ts';
import type { Store } from '../../store/store.ts';
import { LocalContents } from './contents.ts';

/** Real versions, looked into by a real process. */
const ROOT = join(import.meta.dirname, '../../..');
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const clock = { now: () => Date.now(), monotonic: () => performance.now() };

// Each proof is two processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let dataDir: string;
let store: Store;
let contents: LocalContents;
const inspector = new LazyInspector();

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-contents-'));
  store = await openStore('sqlite::memory:');
  contents = new LocalContents({ store, dataDir, inspector });
  const catalog = new ModelCatalog({ store, dataDir, clock, logger });
  const add = (model: string, path: string, golden?: string) =>
    catalog.add(
      model,
      { path: join(ROOT, path), ...(golden === undefined ? {} : { golden: join(ROOT, golden) }) },
      { by: 'ada' },
      { current: () => Promise.resolve(null) },
    );
  await add('churn', 'examples/churn.joblib', 'examples/golden/churn.json');
  await add('churn', 'examples/next/churn.joblib', 'examples/golden/next/churn.json');
  await add('iris', 'examples/iris.joblib');
  await add('graph', 'fixtures/onnx/zipmap-off.onnx');
});
afterAll(async () => {
  await inspector.close();
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

test('a certificate says what was proved, of which bytes, and what is kept beside them', async () => {
  const found = await contents.certificate('churn', 1);
  expect(found).toMatchObject({
    ...{ file: 'churn.joblib', format: 'joblib', framework: 'scikit-learn 1.9.1', hasGolden: true },
    ...{ background: null, environment: null, choices: [] },
    verification: { proof: 'golden', worst: expect.anything() },
  });
  expect(found.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(found.signature.inputs.map(({ name }) => name)).toContain('monthly_fee');
});

test('contents are read from the file, with the modules that Python would import', async () => {
  const { outline, imports, runs } = await contents.contents('churn', 1);
  expect(outline.steps.map(({ name }) => name)).toContain('onehotencoder');
  expect(imports.find(({ module }) => module === 'sklearn')).toMatchObject({ distribution: 'scikit-learn' });
  expect(runs).toEqual([]);
});

test('trees come one at a time, and graphs are counted', async () => {
  const part = await contents.tree('iris', 1, 0, { tree: 3, node: null, depth: 2 });
  expect(part).toMatchObject({ tree: 3, trees: 50 });
  expect(part.nodes.length).toBeLessThanOrEqual(7);
  await expect(contents.tree('iris', 1, 0, { tree: 99, node: null, depth: 2 })).rejects.toMatchObject({
    code: 'TREE_UNKNOWN',
  });
  const { outline } = await contents.contents('graph', 1);
  expect(outline.graph?.operators.length).toBeGreaterThan(0);
});

test('golden rows are answered again, part by part', async () => {
  const first = await contents.goldenRows('churn', 1, { limit: 3 });
  expect(first).toMatchObject({ of: 'given', unanswered: null, next: cursorOf('golden', [3]) });
  expect(first.items).toHaveLength(3);
  for (const { answered, expected, deviation, input } of first.items) {
    expect(Object.keys(answered ?? {})).toEqual(Object.keys(expected));
    expect(deviation).toBeLessThan(1e-9);
    expect(input).toHaveProperty('monthly_fee');
  }
  const rest = await contents.goldenRows('churn', 1, { limit: 100, cursor: cursorOf('golden', [3]) });
  expect(rest.items).toHaveLength(Math.min(100, first.rows - 3));
  expect(rest.items[0]?.row).toBe(3);
  const strange = contents.goldenRows('churn', 1, { cursor: '3' });
  await expect(strange).rejects.toMatchObject({ code: 'PAGE_INVALID' });
  expect(await contents.goldenRows('iris', 1, {})).toMatchObject({ rows: 0, of: null, next: null });
});

describe('the difference of two versions', () => {
  test('says what changed in steps, facts, checks and answers', async () => {
    const found = await contents.difference('churn', 1, 2);
    expect(found.signature).toMatchObject({ breaking: [] });
    expect(found.facts.map(({ name }) => name)).toContain('bundle');
    expect(found.steps.length).toBeGreaterThan(0);
    expect(found.checks.map(({ name }) => name)).toContain('golden');
    expect(found.answers).toMatchObject({ of: 'golden' });
    const [output] = found.answers?.outputs.filter(({ differing }) => differing > 0) ?? [];
    expect(output?.largest).toBeGreaterThan(0);
    const [worst] = found.answers?.worst ?? [];
    expect(worst?.input).toHaveProperty('plan');
    expect(worst?.answers.map(({ distance }) => distance)).toContain(output?.largest);
  });

  test('to itself is none', async () => {
    const found = await contents.difference('iris', 1, 1);
    expect(found).toMatchObject({ facts: [], steps: [], packages: [] });
    expect(found.answers).toMatchObject({ of: 'made', refusedBefore: 0, refusedAfter: 0, worst: [] });
    expect(found.answers?.rows).toBeGreaterThan(50);
    expect(found.answers?.outputs.every(({ differing }) => differing === 0)).toBe(true);
  });
});

test('what is not there is told with its code', async () => {
  await expect(contents.contents('churn', 9)).rejects.toMatchObject({ code: 'VERSION_UNKNOWN' });
  await expect(contents.difference('nobody', 1, 2)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  const { digest } = (await store.tables.versions.get('graph', 1)) ?? { digest: '' };
  rmSync(bundleDir(dataDir, digest), { recursive: true });
  expect(existsSync(bundleDir(dataDir, digest))).toBe(false);
  await expect(contents.contents('graph', 1)).rejects.toMatchObject({ code: 'BUNDLE_GONE' });
  await expect(contents.certificate('graph', 1)).rejects.toMatchObject({ code: 'BUNDLE_GONE' });
  expect(await contents.difference('graph', 1, 1)).toMatchObject({ answers: null, signature: null });
});
