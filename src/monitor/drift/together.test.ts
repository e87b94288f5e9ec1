import { expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { BinCounter } from '../reference/bin-counter.ts';
import { buildProfile } from '../reference/build-profile.ts';
import { DriftWatch } from './drift-watch.ts';
import { gaussian } from './testing/features.ts';

/** Rows of two numbers and a category, each with its distribution whatever the relation. */
type Relation = (x: number, y: number, u: number) => readonly [number, string];

const KINDS = ['a', 'b', 'c'] as const;
const any = (u: number): string => KINDS[Math.floor(u * 3)]!;
const independent: Relation = (_, y, u) => [y, any(u)];

const RELATIONS: Readonly<Record<string, Relation>> = {
  'a correlation of 0.5': (x, y, u) => [0.5 * x + Math.sqrt(0.75) * y, any(u)],
  'a correlation of 0.8': (x, y, u) => [0.8 * x + 0.6 * y, any(u)],
  'the same sign': (x, y, u) => [Math.sign(x) * Math.abs(y), any(u)],
  'a category that follows a number': (x, y) => [y, x > 0.4307 ? 'a' : x < -0.4307 ? 'b' : 'c'],
};

function rowsOf(relation: Relation, rows: number, seed: number) {
  const random = seededRandom(seed);
  const xs = new Float64Array(rows);
  const ys = new Float64Array(rows);
  const cs: string[] = [];
  for (let i = 0; i < rows; i++) {
    const x = gaussian(random);
    const [y, c] = relation(x, gaussian(random), random.next());
    xs[i] = x;
    ys[i] = y;
    cs.push(c);
  }
  return [
    { name: 'x', column: { kind: 'number', values: xs, nulls: null } },
    { name: 'y', column: { kind: 'number', values: ys, nulls: null } },
    { name: 'c', column: { kind: 'category', values: cs } },
  ] as const;
}

function watchOf(reference: ReturnType<typeof rowsOf>) {
  const profile = buildProfile(reference, { source: 'file' });
  const counter = new BinCounter(profile);
  const watch = new DriftWatch(profile);
  const follow = (rows: ReturnType<typeof rowsOf>) =>
    watch.follow(
      counter.bin(
        rows[0].column.values.length,
        rows.map(({ column }) => column),
      ),
    );
  return Object.assign(follow, { view: () => watch.view() });
}

test.each(Object.keys(RELATIONS))('of features that were independent, %s is told soon, and once', (name) => {
  const watch = watchOf(rowsOf(independent, 10_000, 1));
  expect(watch(rowsOf(independent, 10_048, 2))).toEqual([]);
  const told = watch(rowsOf(RELATIONS[name]!, 20_000, 3));
  expect(told.map(({ what, finding }) => [what, finding.feature, finding.kind])).toEqual([
    ['began', null, 'drift.multivariate'],
  ]);
  expect(told[0]!.row).toBeLessThan(3000);
});

test('where one feature explains it, several together do not drift', () => {
  const watch = watchOf(rowsOf(independent, 10_000, 1));
  const moved = rowsOf(independent, 8192, 2);
  moved[0].column.values.forEach((x, i, values) => {
    values[i] = 2 * x + 1;
  });
  expect(watch(moved).map(({ finding }) => finding.feature)).toEqual(['x']);
  expect(watch.view().flatMap(({ feature, drifting }) => (drifting ? [feature] : []))).toEqual(['x']);
});

test('it is over when all of it is', () => {
  const watch = watchOf(rowsOf(independent, 10_000, 1));
  watch(rowsOf(independent, 1024, 2));
  expect(watch(rowsOf(RELATIONS['a correlation of 0.8']!, 5056, 3)).map(({ what }) => what)).toEqual([
    'began',
  ]);
  expect(watch(rowsOf(independent, 40_000, 4)).map(({ what }) => what)).toEqual(['ended']);
});

test.each([1000, 10_000])(
  'features that stay independent of each other tell nothing, with %i rows of reference',
  (rows) => {
    const told = [11, 12, 13, 14, 15].map((seed) => {
      const watch = watchOf(rowsOf(independent, rows, seed));
      return watch(rowsOf(independent, 60_000, seed + 100)).length;
    });
    expect(told).toEqual([0, 0, 0, 0, 0]);
  },
);
