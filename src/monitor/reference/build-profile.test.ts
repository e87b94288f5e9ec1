import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom, shuffle } from '../../core/random.ts';
import { runs } from '../../core/testing/runs.ts';
import { addTickCounts, BinCounter } from './bin-counter.ts';
import { binNames } from './bin-names.ts';
import { buildProfile, profileFeature } from './build-profile.ts';
import { parseProfile } from './parse-profile.ts';
import { BIN, type FeatureProfile, FIRST_REGULAR_BIN, type ValueColumn } from './reference-profile.ts';

const numbers = (values: readonly (number | null)[]): ValueColumn => ({
  kind: 'number',
  values: Float64Array.from(values, (x) => x ?? Number.NaN),
  nulls: values.includes(null) ? Uint8Array.from(values, (x) => (x === null ? 1 : 0)) : null,
});
const texts = (values: readonly (string | null)[]): ValueColumn => ({ kind: 'category', values });
const uniform = (rows: number, seed = 1): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, () => random.next());
};
const normal = (rows: number, seed = 1): number[] => {
  const random = seededRandom(seed);
  return Array.from(
    { length: rows },
    () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next()),
  );
};
const counts = (feature: FeatureProfile, column: ValueColumn): Float64Array => {
  const profile = {
    schema: 1,
    rows: 1,
    source: 'file',
    features: [feature],
    outputs: [],
    joint: null,
  } as const;
  return new BinCounter(profile).count(column.values.length, [column]).features[0]!;
};

/** By the definition of bins, one comparison after the other. */
function bruteBin({ bins, sentinels }: FeatureProfile, x: number | string | null): number {
  if (x === null) return BIN.null;
  if (typeof x === 'string') {
    if (bins.kind === 'presence') return FIRST_REGULAR_BIN;
    if (bins.kind !== 'categories') throw new Error('no texts here');
    if (bins.values.includes(x)) return FIRST_REGULAR_BIN + bins.values.indexOf(x);
    return bins.rest?.includes(x) ? FIRST_REGULAR_BIN + bins.values.length : BIN.unseen;
  }
  if (Number.isNaN(x)) return BIN.nan;
  if (x === Infinity) return BIN.positiveInfinity;
  if (x === -Infinity) return BIN.negativeInfinity;
  if (sentinels.includes(x)) return BIN.sentinel;
  if (bins.kind === 'presence') return FIRST_REGULAR_BIN;
  if (bins.kind === 'values') {
    if (x < bins.values[0]!) return BIN.below;
    if (x > bins.values.at(-1)!) return BIN.above;
    const k = bins.values.indexOf(x === 0 ? 0 : x);
    return k < 0 ? BIN.unseen : FIRST_REGULAR_BIN + k;
  }
  if (bins.kind !== 'quantiles') throw new Error('no numbers here');
  if (x < bins.low) return BIN.below;
  if (x > bins.high) return BIN.above;
  const all = [-Infinity, ...bins.edges, bins.high];
  return FIRST_REGULAR_BIN + all.findIndex((edge, k) => k > 0 && x > all[k - 1]! && x <= edge) - 1;
}

const anyNumber = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -30, max: 30 }) },
  { weight: 5, arbitrary: fc.double({ noDefaultInfinity: true, noNaN: true, min: -100, max: 100 }) },
  fc.constantFrom(
    Infinity,
    -Infinity,
    Number.NaN,
    -0,
    0,
    -999,
    1e6,
    5e-324,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
  ),
  fc.double(),
);

test('every number finds the one bin that the definition says, in the reference and beyond it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(anyNumber), { minLength: 1, maxLength: 300 }),
      fc.array(fc.option(anyNumber), { minLength: 1, maxLength: 100 }),
      fc.array(fc.constantFrom(-1, 0, 7, -999), { maxLength: 3 }),
      (reference, current, given) => {
        const feature = profileFeature(
          'x',
          numbers(reference),
          given.length === 0 ? null : [...new Set(given)],
        );
        for (const values of [reference, current]) {
          const wanted = new Float64Array(feature.counts.length);
          for (const x of values) wanted[bruteBin(feature, x)]!++;
          expect(counts(feature, numbers(values))).toEqual(wanted);
        }
        expect(feature.counts.reduce((a, b) => a + b)).toBe(reference.length);
        expect(binNames(feature)).toHaveLength(feature.counts.length);
        expect(
          parseProfile(
            JSON.parse(
              JSON.stringify(buildProfile([{ name: 'x', column: numbers(reference) }], { source: 'file' })),
            ),
          ).features[0]!.counts,
        ).toHaveLength(profileFeature('x', numbers(reference)).counts.length);
      },
    ),
    { numRuns: runs(500) },
  );
});

test('every text finds the one bin that the definition says', () => {
  const word = fc.oneof(
    fc.string({ maxLength: 2 }),
    fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'),
  );
  fc.assert(
    fc.property(
      fc.array(fc.option(word), { minLength: 1, maxLength: 400 }),
      fc.array(fc.option(word), { minLength: 1, maxLength: 50 }),
      (reference, current) => {
        const feature = profileFeature('x', texts(reference));
        const wanted = new Float64Array(feature.counts.length);
        for (const x of current) wanted[bruteBin(feature, x)]!++;
        expect(counts(feature, texts(current))).toEqual(wanted);
      },
    ),
  );
});

test('counts of parts add up to the counts of the whole', () => {
  const reference = [
    { name: 'x', column: numbers(uniform(500)) },
    { name: 'c', column: texts(uniform(500).map((x) => 'abcdefg'[Math.floor(x * 7)]!)) },
  ];
  const profile = buildProfile(reference, { source: 'file' });
  const counter = new BinCounter(profile);
  const rows = counter.bin(
    500,
    reference.map(({ column }) => column),
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 500 }), (a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const parts = [rows.counts(0, from), rows.counts(from, to), rows.counts(to, 500)];
      expect(parts.reduce(addTickCounts)).toEqual(rows.counts(0, 500));
    }),
  );
  expect(rows.counts(0, 500).features.map((one) => [...one])).toEqual(
    profile.features.map((one) => one.counts),
  );
});

test.each([
  [100, 5],
  [1000, 10],
  [49_999, 10],
  [50_000, 20],
  [400_000, 20],
])('%i continuous rows make %i bins of about the same size', (rows, bins) => {
  const feature = profileFeature('x', numbers(uniform(rows)));
  const regular = feature.counts.slice(FIRST_REGULAR_BIN);
  expect(regular).toHaveLength(bins);
  for (const count of regular) expect(Math.abs(count / (rows / bins) - 1)).toBeLessThan(0.1);
});

test('a value that is there often has a bin of its own, and what is left is shared evenly', () => {
  const values = normal(10_000).map((x, i) => (i % 3 === 0 ? 0 : x));
  const { bins, counts } = profileFeature('x', numbers(values));
  if (bins.kind !== 'quantiles') throw new Error(bins.kind);
  const own = bins.edges.indexOf(0);
  expect(counts[FIRST_REGULAR_BIN + own]!).toBe(3334);
  expect(counts.slice(FIRST_REGULAR_BIN).filter((count) => count > 2000)).toHaveLength(1);
  expect(Math.min(...counts.slice(FIRST_REGULAR_BIN))).toBeGreaterThan(300);
  expect(counts.slice(FIRST_REGULAR_BIN)).toHaveLength(10);
});

test('edges are numbers that people can read, and part the rows as quantiles do', () => {
  const { bins } = profileFeature('income', numbers(uniform(10_000).map((x) => 20_000 + x * 80_000)));
  if (bins.kind !== 'quantiles') throw new Error(bins.kind);
  for (const edge of bins.edges) expect(String(edge).length).toBeLessThan(9);
});

test.each([
  ['-999 in ages', normal(5000).map((x, i) => (i % 50 === 0 ? -999 : Math.round(40 + 10 * x))), [-999]],
  [
    '9999 and -1 of years',
    normal(5000).map((x, i) => (i % 50 === 0 ? 9999 : Math.round(1980 + 10 * x))),
    [9999],
  ],
  ['1e6', normal(5000).map((x, i) => (i % 500 === 0 ? 1e6 : x)), [1e6]],
  ['both ends', normal(5000).map((x, i) => (i % 50 === 0 ? -999 : i % 50 === 1 ? 9999 : x)), [-999, 9999]],
  ['none: a heavy tail', uniform(5000).map((x) => (1 - x) ** -1.5), []],
  ['none: zeros and ones', uniform(5000).map((x) => (x < 0.01 ? 1 : 0)), []],
  ['none: a ladder', uniform(5000).map((x) => 10 ** Math.floor(x * 5)), []],
  ['none: a single outlier', [...normal(5000), 1e6], []],
])('sentinels are found: %s', (_, values, sentinels) => {
  const feature = profileFeature('x', numbers(values));
  expect(feature.sentinels).toEqual(sentinels);
  expect(feature.counts[BIN.sentinel]).toBe(values.filter((x) => sentinels.includes(x)).length);
});

test('an outlier of the reference moves no edge but the end', () => {
  const edges = [normal(5000), [...normal(4999), 1e6]].map((values) => {
    const { bins } = profileFeature('x', numbers(values));
    return bins.kind === 'quantiles' ? bins.edges : [];
  });
  expect(edges[0]).toHaveLength(9);
  edges[0]!.forEach((edge, k) => {
    expect(Math.abs(edge - edges[1]![k]!)).toBeLessThan(0.05);
  });
});

test('a constant, an empty column, numbers of rows, keys and texts have the bins that they can have', () => {
  const of = (column: ValueColumn) => profileFeature('x', column);
  expect(of(numbers([7, 7, 7])).bins).toEqual({ kind: 'values', values: [7] });
  expect(of(numbers([null, null])).bins).toEqual({ kind: 'presence' });
  expect(of(numbers([Number.NaN, Infinity])).counts.slice(0, 4)).toEqual([0, 1, 0, 1]);
  expect(of(texts([null, null])).counts).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(of(numbers(Array.from({ length: 500 }, (_, i) => 3 * i)))).toMatchObject({ type: 'identifier' });
  expect(of(texts(uniform(500).map(String)))).toMatchObject({
    type: 'identifier',
    bins: { kind: 'presence' },
  });
  expect(of(texts(uniform(500).map((x) => `a text of ${x}`)))).toMatchObject({ type: 'text' });
  expect(of(texts(uniform(500).map((x) => String(x < 0.5))))).toMatchObject({ type: 'category' });
});

test('the most frequent categories have bins, the others share one, those that are too many count as unseen', () => {
  const values = uniform(60_000).map((x) => `c${Math.floor(25_000 * x ** 3)}`);
  const feature = profileFeature('x', texts(values));
  if (feature.bins.kind !== 'categories') throw new Error(feature.bins.kind);
  expect(feature.bins.values).toHaveLength(40);
  expect(feature.bins.rest).toHaveLength(10_000);
  expect(feature.counts[BIN.unseen]).toBeGreaterThan(0);
  expect(feature.counts).toEqual([...counts(feature, texts(values))]);
  expect(profileFeature('x', texts(['a', 'a', 'b', 'c', null])).singletons).toBe(2);
});

test('rows that do not depend on each other have a dependence of 1, and those that do have theirs', () => {
  const chain = (rows: number, phi: number): number[] => {
    let x = 0;
    return normal(rows).map((e) => (x = phi * x + Math.sqrt(1 - phi * phi) * e));
  };
  const dependence = (values: number[]): number => profileFeature('x', numbers(values)).dependence;
  for (let seed = 1; seed < 60; seed++) expect(dependence(normal(3000, seed))).toBe(1);
  // (1 + φ) / (1 − φ)
  expect(dependence(chain(60_000, 0.8)) / 9).toBeGreaterThan(0.6);
  expect(dependence(chain(60_000, 0.8)) / 9).toBeLessThan(1.8);
  expect(dependence(shuffle(chain(60_000, 0.8), seededRandom(1)))).toBe(1);
  const states = chain(20_000, 0.9).map((x) => (x > 1 ? 'high' : x < -1 ? 'low' : 'middle'));
  expect(profileFeature('x', texts(states)).dependence).toBeGreaterThan(4);
  expect(profileFeature('x', texts(shuffle(states, seededRandom(1)))).dependence).toBe(1);
  expect(dependence(uniform(5000).sort((a, b) => a - b))).toBe(100);
});

test('a reference without rows or columns is refused', () => {
  expect(() => buildProfile([], { source: 'r.csv' })).toThrow(
    expect.objectContaining({ code: 'REFERENCE_INVALID' }),
  );
  expect(() => buildProfile([{ name: 'x', column: numbers([]) }], { source: 'r.csv' })).toThrow(
    'it has no rows',
  );
});

test('a number finds its bin in a few nanoseconds', () => {
  const feature = profileFeature('x', numbers(normal(100_000)));
  const column = numbers(normal(2048, 7));
  const counter = new BinCounter({
    schema: 1,
    rows: 1,
    source: 'file',
    features: [feature],
    outputs: [],
    joint: null,
  });
  for (let i = 0; i < 200; i++) counter.bin(2048, [column]);
  let best = Infinity;
  for (let round = 0; round < 20; round++) {
    // Of the processor: what others do meanwhile takes none of it.
    const before = process.cpuUsage();
    for (let i = 0; i < 500; i++) counter.bin(2048, [column]);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, ((user + system) * 1000) / (500 * 2048));
  }
  // About 6 where nothing else runs.
  expect(best).toBeLessThan(40);
});
