import { expect, test } from 'vitest';
import { elementAt } from '../../core/element-at.ts';
import { seededRandom } from '../../core/random.ts';
import { buildProfile } from '../reference/build-profile.ts';
import { columnBinner } from '../reference/column-binner.ts';
import type { ReferenceProfile } from '../reference/reference-profile.ts';
import { ATTRIBUTIONS, drawnColumns } from './drawn-attributions.ts';
import { DriftWatch } from './drift-watch.ts';

const features = ['a', 'b', 'c'];
const explainer = { features, baseValues: Float64Array.of(0) };
const ids = (rows: number, name = 'r'): string[] => Array.from({ length: rows }, (_, k) => `${name} ${k}`);

test('a column is drawn by its mean share of the sizes, of all scores, and always the same of the same row', () => {
  const rows = 20_000;
  const values = new Float64Array(6 * rows).map((_, k) => elementAt([1, -2, 0, 1, 4, 2], k % 6));
  const drawn = drawnColumns({ features, baseValues: new Float64Array(2) }, { values }, ids(rows));
  const share = (name: string): number => drawn.filter((one) => one === name).length / rows;
  expect(share('a')).toBeCloseTo(0.2, 2);
  expect(share('b')).toBeCloseTo(0.6, 2);
  expect(share('c')).toBeCloseTo(0.2, 2);
  expect(drawnColumns({ features, baseValues: new Float64Array(2) }, { values }, ids(rows))).toEqual(drawn);
  expect(drawnColumns(explainer, { values: new Float64Array(3) }, ['r'])).toEqual([null]);
});

/** What rows draw whose columns have these mean sizes, each row its own. */
function rowsWith(
  sizes: readonly number[],
  rows: number,
  name: string,
  random: () => number,
): (string | null)[] {
  const values = Float64Array.from(
    { length: 3 * rows },
    (_, k) => elementAt(sizes, k % 3) * (random() - 0.5),
  );
  return drawnColumns(explainer, { values }, ids(rows, name));
}

function profileOf(values: readonly (string | null)[]): ReferenceProfile {
  const built = buildProfile([{ name: ATTRIBUTIONS, column: { kind: 'category', values } }], {
    source: 'bundle',
  });
  return {
    ...built,
    features: [],
    outputs: built.features.map((one) => ({ ...one, sampled: true })),
    joint: null,
  };
}

test('rows of which only a sample is known raise no more alarms than are accepted, and a change is found', () => {
  let alarms = 0;
  let found = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const source = seededRandom(seed);
    const random = (): number => source.next();
    const profile = profileOf(rowsWith([1, 2, 3], 4000, `reference ${seed}`, random));
    const feature = elementAt(profile.outputs, 0);
    const watch = new DriftWatch(profile, { falseAlarms: 1e-5, minimumPsi: 0.05, minimumShare: 0.02 });
    const tick = (sizes: readonly number[], k: number): number => {
      const drawn = k % 3 === 0 ? [] : rowsWith(sizes, 64, `${seed} ${k}`, random);
      const bins = new Uint8Array(drawn.length);
      columnBinner(feature)({ kind: 'category', values: drawn }, 0, drawn.length, bins);
      const counts = new Float64Array(feature.counts.length);
      for (const bin of bins) counts[bin]! += 1;
      const events = watch.add({ rows: 1000, features: [], outputs: [counts], joint: [] });
      return events.filter(({ what }) => what === 'began').length;
    };
    for (let k = 0; k < 60; k++) alarms += tick([1, 2, 3], k);
    let more = 0;
    for (let k = 60; k < 120; k++) more += tick([3, 2, 1], k);
    found += Math.min(1, more);
  }
  // 40 × 40 × 64 rows at 1e-5 each: one alarm in expectation at most.
  expect(alarms).toBeLessThanOrEqual(3);
  expect(found).toBe(40);
});
