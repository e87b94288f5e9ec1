import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openStore } from '../store/open.ts';
import type { Check, Store } from '../store/store.ts';
import { ModelCatalog } from './catalog/catalog.ts';

/** Models of real releases, each beside what that very library answered: a golden file as it is. */
const FIXTURES = join(import.meta.dirname, '../../fixtures/models');
const LOGISTIC = join(FIXTURES, 'sklearn-1.9.1/columns-logistic.joblib');
const FOREST = join(FIXTURES, 'sklearn-1.0.2/columns-forest.joblib');

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const clock = { now: () => Date.now(), monotonic: () => performance.now() };

// Each proof is two processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000 });

let dataDir: string;
let store: Store;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-golden-'));
  store = await openStore('sqlite::memory:');
});
afterEach(async () => {
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const answersOf = (path: string) => JSON.parse(readFileSync(path.replace(/joblib$/, 'json'), 'utf8'));

/** The line of the golden check, or the last one, of a file that is added with these golden rows. */
async function goldenCheck(path: string, golden: unknown): Promise<Check> {
  const file = join(dataDir, 'golden.json');
  writeFileSync(file, JSON.stringify(golden));
  const catalog = new ModelCatalog({ store, dataDir, clock, logger });
  const source = { path, golden: file };
  const { checks } = await catalog.add('m', source, { by: 'ada' }, { current: () => Promise.resolve(null) });
  return checks.find(({ name }) => name === 'golden') ?? checks.at(-1)!;
}

test('what the original library answered passes, across releases of it', async () => {
  for (const path of [LOGISTIC, FOREST])
    expect(await goldenCheck(path, answersOf(path))).toMatchObject({ name: 'golden', ok: true });
});

test('one score that is off in the sixth digit refuses the version, and is named with both values', async () => {
  const golden = answersOf(LOGISTIC);
  const right: number = golden.expected.predict_proba[3][1];
  golden.expected.predict_proba[3][1] = right * (1 + 1e-6);
  const { ok, detail } = await goldenCheck(LOGISTIC, golden);
  expect(ok).toBe(false);
  expect(detail).toContain('golden cells differ, worst in predict_proba row 3 column 1: answered ');
  const [, answered, expected] = /answered ([\d.e-]+), expected ([\d.e-]*\d)[. ]/.exec(detail)!;
  expect(Number(answered)).toBeCloseTo(right, 12);
  expect(Number(expected)).toBe(right * (1 + 1e-6));
  expect(detail).toMatch(/\(GOLDEN_DIFFERS\)$/);
});

test('golden rows that the model does not take refuse the version, and the cell is named', async () => {
  const golden = answersOf(LOGISTIC);
  golden.input.dataframe_split.data[0] = ['not', 'a', 'row'];
  expect(await goldenCheck(LOGISTIC, golden)).toMatchObject({
    name: 'golden',
    ok: false,
    detail: expect.stringMatching(
      /^row 0: expected a list of \d+ values, got a list of 3 .*\(INPUT_INVALID\)$/,
    ),
  });
});
