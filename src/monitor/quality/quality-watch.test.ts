import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { BinCounter } from '../reference/bin-counter.ts';
import { buildProfile } from '../reference/build-profile.ts';
import type { ValueColumn } from '../reference/reference-profile.ts';
import { DuplicateCounter } from './duplicate-counter.ts';
import type { QualityState } from './quality-state.ts';
import { QualityWatch } from './quality-watch.ts';
import { hashRows } from './row-hash.ts';
import { schemaViolations } from './violations.ts';

const LIMITS = { violations: 0.01, frozenRows: 1000, duplicates: 0.05 };
const random = seededRandom(11);
const normal = (rows: number): number[] =>
  Array.from(
    { length: rows },
    () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next()),
  );
const numbers = (values: readonly (number | null)[]): ValueColumn => ({
  kind: 'number',
  values: Float64Array.from(values, (x) => x ?? Number.NaN),
  nulls: Uint8Array.from(values, (x) => (x === null ? 1 : 0)),
});
const texts = (values: readonly (string | null)[]): ValueColumn => ({ kind: 'category', values });
const words = (rows: number): string[] =>
  Array.from({ length: rows }, () => 'abc'[Math.floor(random.next() * 3)]!);

const profile = {
  ...buildProfile(
    [
      { name: 'x', column: numbers(normal(20_000)) },
      { name: 'c', column: texts(words(20_000)) },
      { name: 'y', column: numbers(normal(20_000)) },
    ],
    { source: 'file' },
  ),
  duplicates: 0,
};
const counter = new BinCounter(profile);
const Y = normal(20_000);

/** Rows in blocks of that size, then what is wrong with them. */
function watched(
  x: ValueColumn,
  c: ValueColumn,
  more: { y?: ValueColumn; size?: number; misfits?: Uint8Array; times?: Float64Array; now?: number } = {},
): QualityWatch {
  const watch = new QualityWatch(profile, LIMITS);
  const rows = x.values.length;
  const { size = 2048, misfits, times, now, y = numbers(Y.slice(0, rows)) } = more;
  for (let from = 0; from < rows; from += size) {
    const part = (column: ValueColumn): ValueColumn =>
      column.kind === 'number'
        ? {
            kind: 'number',
            values: column.values.subarray(from, from + size),
            nulls: column.nulls?.subarray(from, from + size) ?? null,
          }
        : { kind: 'category', values: column.values.slice(from, from + size) };
    const features = [part(x), part(c), part(y)];
    const count = features[0]!.values.length;
    watch.add({
      from,
      rows: count,
      features,
      bins: counter.bin(count, features),
      misfits: [misfits?.subarray(from, from + size) ?? null, null, null],
      times: times?.subarray(from, from + size) ?? null,
      now: now ?? null,
    });
  }
  return watch;
}
const kinds = (watch: QualityWatch) => watch.violations().map(({ kind, feature }) => `${kind} ${feature}`);

test('rows like those of the reference have nothing wrong with them', () => {
  for (let i = 0; i < 20; i++)
    expect(kinds(watched(numbers(normal(20_000)), texts(words(20_000))))).toEqual([]);
});

test('a single value that is as good as impossible is told, with its row', () => {
  const x = normal(5000);
  x[4321] = 1e6;
  expect(watched(numbers(x), texts(words(5000))).violations()).toEqual([
    {
      kind: 'quality.range',
      feature: 'x',
      row: 4321,
      rows: 1,
      share: 1 / 5000,
      sentence: expect.stringMatching(
        /^x: 1 of 5,000 rows \(0\.02 %\) are far out of the reference's range, -\d\.\d+ to \d\.\d+, first at row 4,321$/,
      ),
    },
  ]);
});

test.each<[string, () => QualityWatch, string[]]>([
  [
    'values beyond the range',
    () => watched(numbers(normal(5000).map((x, i) => (i % 20 === 0 ? 6 : x))), texts(words(5000))),
    ['quality.range x'],
  ],
  [
    'infinite values',
    () => watched(numbers(normal(5000).map((x, i) => (i === 7 ? Infinity : x))), texts(words(5000))),
    ['quality.range x'],
  ],
  [
    'missing values',
    () => watched(numbers(normal(5000).map((x, i) => (i % 10 === 0 ? null : x))), texts(words(5000))),
    ['quality.missing x'],
  ],
  [
    'all missing',
    () => watched(numbers(normal(5000).map(() => null)), texts(words(5000))),
    ['quality.missing x'],
  ],
  [
    'unseen categories',
    () => watched(numbers(normal(5000)), texts(words(5000).map((c, i) => (i % 20 === 0 ? 'd' : c)))),
    ['quality.unseen c'],
  ],
  [
    'a frozen number',
    () => watched(numbers(normal(5000).map((x, i) => (i > 3000 ? 0.5 : x))), texts(words(5000))),
    ['quality.frozen x'],
  ],
  [
    'a frozen category',
    () => watched(numbers(normal(5000)), texts(words(5000).map((c, i) => (i > 3000 ? 'a' : c)))),
    ['quality.frozen c'],
  ],
  [
    'cells of another type',
    () =>
      watched(numbers(normal(5000)), texts(words(5000)), {
        misfits: Uint8Array.from({ length: 5000 }, (_, i) => (i === 9 ? 1 : 0)),
      }),
    ['quality.type x'],
  ],
  [
    'repeated rows',
    () =>
      watched(
        numbers(normal(5000).map((_, i) => (i >> 1) / 2500)),
        texts(
          Array(5000)
            .fill('a')
            .map((_, i) => 'abc'[(i >> 1) % 3]!),
        ),
        { y: numbers(Array.from({ length: 5000 }, (_, i) => Y[i >> 1]!)) },
      ),
    ['quality.duplicates null'],
  ],
  [
    'times that go back',
    () =>
      watched(numbers(normal(5000)), texts(words(5000)), {
        times: Float64Array.from({ length: 5000 }, (_, i) => (i === 4000 ? 0 : i * 1000)),
      }),
    ['quality.clock null'],
  ],
  [
    'times that are yet to come',
    () =>
      watched(numbers(normal(5000)), texts(words(5000)), {
        times: new Float64Array(5000).fill(1e12),
        now: 1e11,
      }),
    ['quality.clock null'],
  ],
])('%s are told and nothing else', (_, watch, wanted) => {
  expect(kinds(watch())).toEqual(wanted);
});

test('columns that are missing, or that the reference has not, are told', () => {
  expect(
    schemaViolations(['x'], ['y'], 10).map(({ kind, feature, sentence }) => [kind, feature, sentence]),
  ).toEqual([
    ['quality.schema', 'x', 'x is missing: the reference has a column of that name'],
    ['quality.schema', 'y', 'y is a column that the reference has not'],
  ]);
});

test('what was counted does not depend on how rows come in blocks, and outlives JSON', () => {
  const x = numbers(normal(6000).map((value, i) => (i % 97 === 0 ? null : i > 4000 && i < 5200 ? 1 : value)));
  const c = texts(words(6000));
  const whole = watched(x, c, { size: 6000 }).state();
  for (const size of [1, 64, 1000, 2048]) expect(watched(x, c, { size }).state()).toEqual(whole);
  const back = new QualityWatch(profile, LIMITS, JSON.parse(JSON.stringify(whole)) as QualityState);
  expect(back.violations()).toEqual(watched(x, c).violations());
});

test('what two replicas counted adds up to what one would have', () => {
  const parts = [0, 1].map(() =>
    watched(numbers(normal(3000).map((x, i) => (i % 20 === 0 ? 6 : x))), texts(words(3000))),
  );
  const merged = new QualityWatch(profile, LIMITS, parts[0]!.state());
  merged.merge(parts[1]!.state());
  const beyond = parts.map((part) => part.state().features[0]!.beyond);
  expect(merged.state()).toMatchObject({
    rows: 6000,
    features: [{ beyond: beyond[0]! + beyond[1]! }, {}, {}],
  });
  expect(kinds(merged)).toEqual(['quality.range x']);
});

test('the share of repetitions is exact while there is room, near beyond, and the same for merged halves', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 3000 }), (rows, values) => {
      const x = Float64Array.from({ length: rows }, (_, i) => (i * 7919) % values);
      const repeats = new DuplicateCounter();
      repeats.add(hashRows(rows, [{ kind: 'number', values: x, nulls: null }]));
      expect(repeats.share).toBeCloseTo((rows - new Set(x).size) / rows, 12);
    }),
  );
  const x = Float64Array.from({ length: 200_000 }, (_, i) => Math.floor(i * 0.7));
  const column = { kind: 'number', values: x, nulls: null } as const;
  const [whole, first, second] = [new DuplicateCounter(), new DuplicateCounter(), new DuplicateCounter()];
  const hashes = hashRows(x.length, [column]);
  whole.add(hashes);
  first.add(hashes, 0, 100_000);
  second.add(hashes, 100_000);
  first.merge(second.state());
  expect(whole.state().seen.length).toBeLessThanOrEqual(4096);
  expect(whole.share).toBeGreaterThan(0.27);
  expect(whole.share).toBeLessThan(0.33);
  expect(first.share).toBeCloseTo(whole.share, 12);
});

test('hashes of different rows differ, those of equal rows are equal', () => {
  const rows = 200_000;
  const column = {
    kind: 'number',
    values: Float64Array.from({ length: rows }, (_, i) => i / 8),
    nulls: null,
  } as const;
  const { high, low } = hashRows(rows, [column]);
  expect(new Set(Array.from(high, (word, i) => `${word}-${low[i]}`)).size).toBe(rows);
  expect(hashRows(rows, [column])).toEqual({ high, low });
  const [a, b] = [texts(['a', null, '']), texts([null, 'a', ''])].map((one) => hashRows(3, [one, null]));
  expect([...a!.low]).toEqual([b!.low[1], b!.low[0], b!.low[2]]);
});

test('what a small reference knows only roughly is no violation: shares of nulls, a rare value, a column without any', () => {
  const draw = (rows: number) => ({
    some: numbers(normal(rows).map((x) => (random.next() < 0.05 ? null : x))),
    rare: texts(Array.from({ length: rows }, () => (random.next() < 0.001 ? 'b' : 'a'))),
    none: numbers(new Array<null>(rows).fill(null)),
    hardly: numbers(Array.from({ length: rows }, () => (random.next() < 0.999 ? null : 1))),
  });
  const found = Array.from({ length: 20 }, () => {
    const small = buildProfile(
      Object.entries(draw(1000)).map(([name, column]) => ({ name, column })),
      { source: 'file' },
    );
    const watch = new QualityWatch(small, LIMITS);
    const features = Object.values(draw(40_000));
    const bins = new BinCounter(small).bin(40_000, features);
    watch.add({ from: 0, rows: 40_000, features, bins, misfits: features.map(() => null), times: null });
    return watch.violations().filter(({ kind }) => kind !== 'quality.range');
  });
  expect(found.flat()).toEqual([]);
});
