import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BUCKETS } from '../src/rollout/canary-split.ts';
import { canaryRanges, singleVersionRoute } from '../src/rollout/route.ts';
import { FAILED_BIT, type WindowPart } from '../src/rollout/window-part.ts';
import { DataPlane } from '../src/serving/data-plane.ts';
import { RolloutRecorder } from '../src/serving/recorder/rollout-recorder.ts';
import { call } from './serving/client.ts';
import { loadBundle } from './serving/file-models.ts';
import { serve } from './serving/serve.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures');
const sklearn = (name: string): string => join(FIXTURES, `models/sklearn-1.9.1/${name}.joblib`);

const RECORDING = {
  ...{ rollout: 'r1', arms: ['candidate', 'stable'], stage: 0, window: 3_600_000, first: 0 },
  ...{ wantsSamples: false, slow: [], shifted: [], segment: null, wantsAnswers: false },
};

/** A candidate that answers everybody; how often it has been noted as failed, and as seen. */
async function candidate(path: string) {
  const version = await loadBundle(path, 'm', 2);
  const plane = new DataPlane();
  const ranges = canaryRanges(2, 2, BUCKETS);
  const recording = { ...RECORDING, origin: Date.now() };
  plane.follow([{ ...singleVersionRoute('m', 'm', 2, 1), ranges, recording }], [version]);
  const parts: WindowPart[] = [];
  const clock = { now: Date.now, monotonic: () => performance.now() };
  const recorder = new RolloutRecorder({ worker: 'w', epoch: 1, send: (part) => parts.push(part), clock });
  const loader = new URL('./serving/file-models.ts', import.meta.url).href;
  const url = await serve({ plane, recorder, loader });
  const noted = () => {
    recorder.flush();
    const all = parts.flatMap(({ nameless }) => nameless);
    const count = (isCounted: (flags: number) => boolean): number =>
      all.filter(({ flags }) => isCounted(flags)).reduce((sum, one) => sum + one.count, 0);
    return { seen: count(() => true), failed: count((flags) => (flags & FAILED_BIT) !== 0) };
  };
  const post = async (rows: unknown): Promise<number> =>
    (await call(`${url}/models/m/predict`, { body: { rows } })).status;
  return { version, noted, post };
}

const CASES: readonly { readonly of: string; readonly path: string; readonly refused: unknown }[] = [
  { of: 'an unknown category', path: sklearn('one-hot-strings'), refused: 'of no such city' },
  { of: 'a missing value', path: sklearn('logistic-binary-ints'), refused: null },
  { of: 'a number too large for float32', path: sklearn('forest-classifier-strings'), refused: 1e39 },
  { of: 'an infinity', path: sklearn('linear-regression'), refused: 'Infinity' },
];

/** Any row that fits the columns. */
const rowOf = (version: Awaited<ReturnType<typeof loadBundle>>): readonly unknown[] => {
  const { signature } = version.manifest;
  if (signature.form === 'tensors') throw new Error('these models take columns');
  return signature.columns.map(
    ({ type, categories }) => categories?.[0] ?? (type === 'string' ? 'a' : type === 'bool' ? true : 1),
  );
};

test.each(CASES)('of a row that is refused for $of the version is to blame', async ({ path, refused }) => {
  const { version, noted, post } = await candidate(path);
  const row = rowOf(version);
  const bad = [refused, ...row.slice(1)];
  expect(await post([row])).toBe(200);
  expect(noted()).toEqual({ seen: 1, failed: 0 });
  expect(await post([row, bad])).toBe(422);
  expect(noted()).toEqual({ seen: 2, failed: 1 });
  // The same in a body that a thread reads.
  const many = Array.from({ length: 20_000 }, () => row);
  expect(await post(many)).toBe(200);
  expect(await post([...many, bad])).toBe(422);
  expect(noted()).toEqual({ seen: 4, failed: 2 });
});

test.each(CASES)('malformed rows count for nobody, whatever else is in them ($of)', async (one) => {
  const { version, noted, post } = await candidate(one.path);
  const row = rowOf(version);
  const bad = [one.refused, ...row.slice(1)];
  for (const rows of [[[...row, 1]], [row.slice(1)], [[{}, ...row.slice(1)]], [bad, [...row, 1]], [], 7])
    expect(await post(rows)).toBe(422);
  expect(noted()).toEqual({ seen: 0, failed: 0 });
});
