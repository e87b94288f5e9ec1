import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logStartWeight, WindowBuckets } from './window-buckets.ts';

const BLOCKS = fc.array(fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 500 })), {
  minLength: 1,
  maxLength: 400,
});

/** Windows of two counts: what was given, and how many rows. */
function filled(blocks: readonly (readonly [number, number])[]): WindowBuckets {
  const windows = new WindowBuckets(2);
  for (const [rows, value] of blocks) windows.add(Float64Array.of(value, rows), rows);
  return windows;
}

const all = (windows: WindowBuckets): [number, number, number][] => {
  const found: [number, number, number][] = [];
  windows.each((counts, rows) => {
    found.push([rows, counts[0]!, counts[1]!]);
    return true;
  });
  return found;
};

test('every window holds exactly the last rows that it says', () => {
  fc.assert(
    fc.property(BLOCKS, (blocks) => {
      const windows = filled(blocks);
      const filling = windows.state().at(-1)!;
      const given = [...blocks].reverse();
      let skipped = filling.rows < 32 ? filling.rows : 0;
      while (skipped > 0) skipped -= given.shift()![0];
      for (const [rows, value, counted] of all(windows)) {
        expect(counted).toBe(rows);
        let left = rows;
        let sum = 0;
        for (const [size, worth] of given) {
          if (left === 0) break;
          left -= size;
          sum += worth;
        }
        expect([left, value]).toEqual([0, sum]);
      }
    }),
  );
});

test('windows stay few, and none is twice as long as the next shorter one and a bucket', () => {
  const windows = filled(Array.from({ length: 20_000 }, () => [64, 1]));
  const ages = all(windows).map(([rows]) => rows);
  expect(ages.length).toBeLessThan(60);
  expect(ages.at(-1)).toBeGreaterThan(1_000_000);
  for (let i = 1; i < ages.length; i++) expect(ages[i]! / ages[i - 1]!).toBeLessThanOrEqual(2);
});

test('the weights of all starts that were ever looked at add up to no more than the rows', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 20, maxLength: 1500 }), (sizes) => {
      const windows = new WindowBuckets(1);
      const greatest = new Map<number, number>();
      let total = 0;
      for (const rows of sizes) {
        total += rows;
        windows.add(Float64Array.of(rows), rows);
        const filling = windows.state().at(-1)!.rows;
        const end = total - (filling < 32 ? filling : 0);
        windows.each((_, age) => {
          const start = end - age;
          greatest.set(start, Math.max(greatest.get(start) ?? 0, Math.exp(logStartWeight(age))));
          return true;
        });
      }
      const sum = [...greatest.values()].reduce((a, b) => a + b, 0);
      expect(sum).toBeLessThanOrEqual(total);
    }),
  );
});
