import fc from 'fast-check';
import { expect, test } from 'vitest';
import { processorMillis } from '../../../tools/processor-time.ts';
import { seededRandom } from '../../core/random.ts';
import type { UnitColumns } from '../../rollout/window-part.ts';
import { WindowUnits } from './window-units.ts';

const keysOf = ({ high, low, arm, flags, segment }: UnitColumns): Map<string, [number, number]> =>
  new Map(Array.from(high, (h, i) => [`${h} ${low[i]} ${arm[i]}`, [flags[i]!, segment[i]!]] as const)) as Map<
    string,
    [number, number]
  >;

test('what is taken, piece by piece, is what a map of all notes gives', () => {
  const note = fc.record({
    // Few values, so that units come again and halves collide.
    high: fc.constantFrom(0, 1, 2, 0xffff_ffff),
    low: fc.constantFrom(0, 1, 2, 0xffff_ffff, 0x8000_0000),
    arm: fc.constantFrom(0, 1, 255),
    flags: fc.constantFrom(0, 1, 2, 0x8000_0000),
    segment: fc.nat(3),
    takes: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(note, { maxLength: 200 }), (notes) => {
      const table = new WindowUnits();
      const wanted = new Map<string, [number, number]>();
      const found = new Map<string, [number, number]>();
      const take = (): void => {
        for (const [key, [flags, segment]] of keysOf(table.take()))
          found.set(key, [((found.get(key)?.[0] ?? 0) | flags) >>> 0, segment]);
      };
      for (const { high, low, arm, flags, segment, takes } of notes) {
        const key = `${high} ${low} ${arm}`;
        const known = wanted.get(key);
        expect(table.note(high, low, arm, flags, segment)).toBe(known === undefined);
        wanted.set(key, [((known?.[0] ?? 0) | flags) >>> 0, known?.[1] ?? segment]);
        if (takes) take();
      }
      take();
      expect(found).toEqual(wanted);
      expect(table.take().high).toHaveLength(0);
    }),
  );
});

const MAX = 4096;

function fill(units: number, seed: number): { table: WindowUnits; taken: UnitColumns } {
  const random = seededRandom(seed);
  const half = (): number => Math.floor(random.next() * 2 ** 32);
  const table = new WindowUnits(MAX);
  for (let k = 0; k < units; k++) table.note(half(), half(), k % 2, 0, 0);
  return { table, taken: table.take() };
}

test('beyond its size it keeps the units whose hash ends in zero bits, of all arms alike', () => {
  for (const [units, bits] of [
    [MAX, 0],
    [6000, 1],
    [50_000, 4],
  ] as const) {
    const { table, taken } = fill(units, units);
    const expected = units / 2 ** bits;
    expect(table.size).toBeLessThanOrEqual(MAX);
    expect(Math.abs(table.size - expected)).toBeLessThanOrEqual(4 * Math.sqrt(expected));
    expect(taken.low.every((low) => low % 2 ** bits === 0)).toBe(true);
    const inFirst = taken.arm.filter((arm) => arm === 0).length;
    expect(Math.abs(inFirst - taken.arm.length / 2)).toBeLessThan(2 * Math.sqrt(taken.arm.length));
  }
});

test('hashes made to collide cost little and fill nothing', () => {
  const table = new WindowUnits();
  const took = processorMillis(() => {
    for (let k = 0; k < 100_000; k++) table.note(7, k, 0, 0, 0);
  });
  expect(took).toBeLessThan(1000);
  expect(table.size).toBeLessThanOrEqual(1024);
  const same = new WindowUnits(MAX);
  for (let k = 0; k < 100_000; k++) same.note(k, 0, 0, 0, 0);
  expect(same.size).toBe(MAX);
});

test('a cleared table knows nobody and keeps what it has learnt of how many there are', () => {
  const { table } = fill(3 * MAX, 5);
  const sampled = (): boolean => !table.note(1, 1, 0, 0, 0) && table.note(1, 1024, 0, 0, 0);
  table.clear();
  expect([table.size, table.take().high.length]).toEqual([0, 0]);
  // Still one unit in four.
  expect(sampled()).toBe(true);
  expect(table.take().low).toEqual(Uint32Array.of(1024));
  // After a window with few units all are kept again.
  table.clear();
  expect(table.note(1, 1, 0, 0, 0)).toBe(true);
  for (let k = 0; k < 2 * MAX; k++) table.note(k, k, 0, 0, 0);
  expect(table.size).toBeLessThanOrEqual(MAX);
});
