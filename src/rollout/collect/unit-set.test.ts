import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom, shuffle } from '../../core/random.ts';
import { NOT_FOUND, UnitSet } from './unit-set.ts';

const half = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const hashes = (count: number, seed: number): [number, number][] => {
  const random = seededRandom(seed);
  const draw = () => Math.floor(random.next() * 2 ** 32);
  return Array.from({ length: count }, () => [draw(), draw()]);
};
const members = (set: UnitSet): string[] => {
  const found: string[] = [];
  set.forEach((_slot, high, low) => {
    found.push(`${high} ${low}`);
  });
  return found.sort();
};

test('a set holds what a map does, columns included', () => {
  const steps = fc.array(fc.tuple(fc.nat(30), fc.nat(3), half), { maxLength: 300 });
  fc.assert(
    fc.property(steps, half, (units, salt) => {
      const set = new UnitSet(salt, 2);
      const map = new Map<string, [number, number]>();
      for (const [high, low, value] of units) {
        const slot = set.add(high, low);
        const before = map.get(`${high} ${low}`) ?? [0, 0];
        expect([set.get(0, slot), set.get(1, slot)]).toEqual(before);
        set.put(0, slot, value);
        set.put(1, slot, before[1] + 1);
        map.set(`${high} ${low}`, [value, before[1] + 1]);
      }
      expect(members(set)).toEqual([...map.keys()].sort());
      expect(set.count).toBe(map.size);
      expect(set.find(31, 31)).toBe(NOT_FOUND);
    }),
  );
});

test('beyond its limit it keeps a sample that depends on who came, not on the order', () => {
  const units = hashes(5000, 3);
  const filled = (order: [number, number][]): UnitSet => {
    const set = new UnitSet(9, 1, 1000);
    for (const [high, low] of order) set.add(high, low);
    return set;
  };
  const set = filled(units);
  const again = filled(shuffle([...units, ...units.slice(0, 500)], seededRandom(4)));
  expect(members(again)).toEqual(members(set));
  expect(set.sampling).toBe(3);
  // One in eight of 5000, within four standard deviations.
  expect(Math.abs(set.count - 625)).toBeLessThan(4 * Math.sqrt((625 * 7) / 8));
  for (const [high, low] of units) expect(set.isSampled(high, low)).toBe(set.find(high, low) !== NOT_FOUND);
});

test('a thinned set keeps the columns of those that stay', () => {
  const set = new UnitSet(9, 1);
  const units = hashes(200, 5);
  for (const [i, [high, low]] of units.entries()) set.put(0, set.add(high, low), i + 1);
  set.thin(2);
  set.thin(1);
  expect(set.sampling).toBe(2);
  expect(set.count).toBeGreaterThan(20);
  for (const [i, [high, low]] of units.entries()) {
    const slot = set.find(high, low);
    if (slot !== NOT_FOUND) expect(set.get(0, slot)).toBe(i + 1);
    expect(set.add(high, low)).toBe(slot);
  }
});

test('clients who know the hash cannot all be in the sample, nor in one slot: the salt is not theirs', () => {
  // Ids made for salt 0 so that they share the low bits of the hash: under another salt they are spread.
  const known = new UnitSet(0, 0);
  known.thin(8);
  const crafted = hashes(50_000, 6).filter(([high, low]) => known.isSampled(high, low));
  const other = new UnitSet(0x5eed, 0);
  other.thin(8);
  expect(crafted.length).toBeGreaterThan(100);
  expect(crafted.filter(([high, low]) => other.isSampled(high, low)).length).toBeLessThan(10);
});
