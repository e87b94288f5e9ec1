import { expect, test } from 'vitest';
import type { Random } from '../../core/ports.ts';
import { seededRandom } from '../../core/random.ts';
import { BinCounter } from '../reference/bin-counter.ts';
import { profileFeature } from '../reference/build-profile.ts';
import type { ReferenceProfile } from '../reference/reference-profile.ts';
import { DriftWatch } from './drift-watch.ts';

const KINDS = 5000;

/** Shares of categories: as 1/k, or equal. */
const LAWS: Readonly<Record<string, (k: number) => number>> = {
  zipf: (k) => 1 / (k + 1),
  flat: () => 1,
  'a few and many': (k) => (k < 5 ? 400 : 1),
};

function drawer(weight: (k: number) => number): (random: Random, rows: number) => string[] {
  const sums: number[] = [];
  for (let k = 0; k < KINDS; k++) sums.push((sums[k - 1] ?? 0) + weight(k));
  return (random, rows) =>
    Array.from({ length: rows }, () => {
      const at = random.next() * sums.at(-1)!;
      let [low, high] = [0, KINDS - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sums[middle]! > at) high = middle;
        else low = middle + 1;
      }
      return `c${low}`;
    });
}

function watchOf(values: readonly string[]): { watch: DriftWatch; counter: BinCounter } {
  const feature = profileFeature('code', { kind: 'category', values });
  const profile: ReferenceProfile = {
    schema: 1,
    rows: values.length,
    source: 'file',
    features: [feature],
    outputs: [],
    joint: null,
  };
  return { watch: new DriftWatch(profile), counter: new BinCounter(profile) };
}

const events = ({ watch, counter }: ReturnType<typeof watchOf>, values: readonly string[]) =>
  watch.follow(counter.bin(values.length, [{ kind: 'category', values }]));

test.each(
  Object.keys(LAWS).flatMap((multinomial) =>
    [500, 1000, 5000, 20_000].map((rows) => [multinomial, rows] as const),
  ),
)(
  'of five thousand categories, %s, a reference of %i rows knows a part, and that is no drift',
  (multinomial, rows) => {
    const draw = drawer(LAWS[multinomial]!);
    const told = Array.from({ length: 8 }, (_, seed) => {
      const random = seededRandom(seed);
      return events(watchOf(draw(random, rows)), draw(random, 30_000)).length;
    });
    expect(told).toEqual(told.map(() => 0));
  },
);

test('a frequent one of thousands of categories that takes over rows is told', () => {
  const random = seededRandom(3);
  const draw = drawer(LAWS['zipf']!);
  const watched = watchOf(draw(random, 5000));
  expect(events(watched, draw(random, 2048))).toEqual([]);
  const moved = draw(random, 4096).map((value) => (random.next() < 0.15 ? 'c3' : value));
  const [first] = events(watched, moved);
  expect(first?.finding.kind).toBe('drift.categorical');
  expect(first!.row).toBeLessThan(600);
});
