import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutputValues } from '../../scorer/scorer.ts';
import type { OutputDistribution } from './column-distribution.ts';
import { distanceOf, furthestColumn, merged, mergedColumns } from './distribution.ts';
import { observerOf } from './observer.ts';

type Type = Parameters<typeof observerOf>[0]['type'];

function observed(
  type: Type,
  values: OutputValues,
  outcomes = new Uint8Array(values.length),
): OutputDistribution {
  const observer = observerOf({ type });
  observer.add(values, outcomes, values.length);
  return observer.distribution();
}
const numbers = (...values: number[]) => observed('number', Float64Array.from(values));
const texts = (...values: string[]) => observed('string', values);

/** Kolmogorov–Smirnov of the values themselves, from its definition. */
function exactGap(a: readonly number[], b: readonly number[]): number {
  const share = (values: readonly number[], bound: number) =>
    values.filter((value) => value <= bound).length / values.length;
  return Math.max(...[...a, ...b].map((bound) => Math.abs(share(a, bound) - share(b, bound))));
}

/** Total variation of labels, from its definition. */
function variation(a: readonly unknown[], b: readonly unknown[]): number {
  const share = (values: readonly unknown[], label: unknown) =>
    values.filter((value) => value === label).length / values.length;
  const labels = [...new Set([...a, ...b])];
  return labels.reduce<number>((sum, label) => sum + Math.abs(share(a, label) - share(b, label)), 0) / 2;
}

const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { minLength: 1, maxLength: 60 });

describe('the distribution of an output column', () => {
  it('counts numbers in bins that are an eighth wide at most', () => {
    const bin = (value: number) =>
      (numbers(value) as Extract<OutputDistribution, { kind: 'numbers' }>).bins[0]![0];
    fc.assert(
      fc.property(
        fc.double({ min: 1e-300, max: 1e300, noNaN: true }),
        fc.double({ min: 1, max: 2, noNaN: true }),
        (x, factor) => {
          if (factor >= 1.126) expect(bin(x)).not.toBe(bin(x * factor));
          expect(bin(-x)).toBe(bin(x) + 2 ** 14);
          expect(bin(x * factor)).toBeGreaterThanOrEqual(bin(x));
        },
      ),
    );
  });

  it('takes both zeros for one, every NaN for NaN, and infinity for a number', () => {
    expect(numbers(0, -0, Number.NaN, -Number.NaN, Infinity, -Infinity)).toEqual({
      kind: 'numbers',
      nan: 2,
      bins: [
        [(0x7ff00000 >>> 17) + 2 ** 14, 1],
        [0, 2],
        [0x7ff00000 >>> 17, 1],
      ],
    });
  });

  it('counts integers, texts and truth as labels, and only rows that are ok', () => {
    const integers = BigInt64Array.from([
      0n,
      1n,
      -1n,
      511n,
      512n,
      -512n,
      -513n,
      2n ** 40n,
      1n,
      -(2n ** 63n),
      7n,
    ]);
    const outcomes = new Uint8Array(11).fill(0);
    outcomes[10] = 2;
    const expected = ['-1', '-512', '-513', '-9223372036854775808', '0', '1', '1099511627776', '511', '512'];
    expect(observed('integer', integers, outcomes)).toEqual({
      kind: 'labels',
      counts: expected.map((label) => [label, label === '1' ? 2 : 1]),
    });
    expect(observed('bool', Uint8Array.of(1, 0, 1))).toEqual({
      kind: 'labels',
      counts: [
        ['false', 1],
        ['true', 2],
      ],
    });
    expect(texts('b', '__proto__', 'b')).toEqual({
      kind: 'labels',
      counts: [
        ['__proto__', 1],
        ['b', 2],
      ],
    });
  });

  it('adds up to the same whatever the order and the pieces', () => {
    const columns = [
      fc.tuple(fc.constant('number' as const), some(fc.double())),
      fc.tuple(fc.constant('string' as const), some(fc.string({ maxLength: 2 }))),
      // So many different ones that some pieces have buckets, and others have labels.
      fc.tuple(
        fc.constant('string' as const),
        fc.array(fc.nat(3000).map(String), { minLength: 900, maxLength: 2500 }),
      ),
    ];
    fc.assert(
      fc.property(
        fc.oneof(...columns),
        fc.array(fc.nat(), { maxLength: 4 }),
        fc.boolean(),
        ([type, values], cuts, turned) => {
          const as = (part: readonly (string | number)[]) =>
            type === 'number' ? Float64Array.from(part as number[]) : (part as string[]);
          const bounds = [0, ...cuts.map((cut) => cut % values.length).sort((a, b) => a - b), values.length];
          const parts = bounds.slice(1).map((end, i) => observed(type, as(values.slice(bounds[i], end))));
          const whole = observed(type, as(values));
          expect(merged(turned ? parts.toReversed() : parts)).toEqual(whole);
          expect(merged([merged(parts.slice(0, 1))!, ...parts.slice(1)])).toEqual(whole);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('comes back from JSON as it was', () => {
    for (const one of [
      numbers(1, -2, Number.NaN),
      texts('ä', ''),
      texts(...Array.from({ length: 1001 }, (_, i) => `${i}`)),
    ])
      expect(JSON.parse(JSON.stringify(one))).toEqual(one);
  });
});

describe('the distance of two distributions', () => {
  it('is, of numbers, the gap of Kolmogorov and Smirnov at the bounds of bins', () => {
    // Powers of two are bounds of bins: there nothing is lost.
    const value = fc.oneof(
      fc.integer({ min: -20, max: 20 }).map((e) => 2 ** e),
      fc.constantFrom(0, -1, -2, -4, -0.5),
    );
    fc.assert(
      fc.property(some(value), some(value), (a, b) => {
        expect(distanceOf(numbers(...a), numbers(...b))).toBeCloseTo(exactGap(a, b), 9);
      }),
    );
    fc.assert(
      fc.property(some(fc.double({ noNaN: true })), some(fc.double({ noNaN: true })), (a, b) => {
        expect(distanceOf(numbers(...a), numbers(...b))).toBeLessThanOrEqual(exactGap(a, b) + 1e-9);
      }),
    );
  });

  it('is, of labels, half the sum of the differences of their shares', () => {
    const label = fc.constantFrom('a', 'b', 'c', 'd', '');
    fc.assert(
      fc.property(some(label), some(label), (a, b) => {
        expect(distanceOf(texts(...a), texts(...b))).toBeCloseTo(variation(a, b), 9);
      }),
    );
  });

  it('tells thousands of labels from others, also where one side has few', () => {
    const many = (from: number, count: number) =>
      texts(...Array.from({ length: count }, (_, i) => `l${from + i}`));
    expect(distanceOf(many(0, 5000), many(0, 5000))).toBe(0);
    expect(distanceOf(many(0, 5000), texts('l1'))).toBeGreaterThan(0.99);
    expect(distanceOf(texts('l1'), many(0, 5000))).toBeGreaterThan(0.99);
  });

  it('sees NaN, nothing at all, and another kind', () => {
    expect(distanceOf(numbers(1, 2), numbers(1, Number.NaN))).toBe(0.5);
    expect([distanceOf(numbers(), numbers()), distanceOf(numbers(), numbers(1))]).toEqual([0, 1]);
    expect(distanceOf(numbers(1), texts('1'))).toBe(1);
    expect(merged([numbers(1), texts('1')])).toBeNull();
  });

  it('is judged by the column that is furthest', () => {
    const before = mergedColumns([
      { predict: texts('a', 'b'), score: numbers(1) },
      { predict: texts('a', 'b'), score: numbers(1) },
    ]);
    const now = { predict: texts('a', 'a', 'a', 'b'), score: numbers(1), other: numbers(5) };
    expect(furthestColumn(before, now)).toEqual({ column: 'predict', distance: 0.25 });
    expect(furthestColumn({}, now)).toBeNull();
    expect(mergedColumns([])).toEqual({});
  });
});
