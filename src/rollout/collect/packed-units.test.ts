import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { packUnits, unpackUnits } from './packed-units.ts';
import { HISTORY_MASK } from './unit-history.ts';

const half = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const unitsOf = fc
  .array(fc.tuple(half, half, fc.nat(2 ** 21 - 1), fc.oneof(fc.constant(0), half), half), { maxLength: 50 })
  .map((rows) => ({
    sampling: rows.length % 32,
    high: rows.map((row) => row[0]),
    low: rows.map((row) => row[1]),
    word: rows.map((row) => row[2]),
    pair: rows.map((row) => row[3]),
    history: rows.map((row) => (row[4] & HISTORY_MASK) >>> 0),
  }));

test('packed units are unpacked as they were, at any offset of a buffer', () => {
  fc.assert(
    fc.property(unitsOf, (units) => {
      const packed = packUnits(units);
      const within = new Uint8Array(packed.length + 3);
      within.set(packed, 3);
      const { sampling, ...columns } = unpackUnits(within.subarray(3), 0);
      const found = Object.entries(columns).map(([name, column]) => [name, [...column]]);
      expect({ sampling, ...Object.fromEntries(found) }).toEqual(units);
    }),
  );
});

test('the format is as documented', () => {
  const units = {
    sampling: 2,
    high: [0x01020304],
    low: [0x05060708],
    word: [0x10001],
    history: [0x0101_0015],
  };
  const packed = [...packUnits({ ...units, pair: [0] })];
  expect(packed).toEqual([2, 2, 0, 0, 1, 0, 0, 0, 4, 3, 2, 1, 8, 7, 6, 5, 1, 0, 1, 0, 21, 0, 1, 1]);
  expect([...packUnits({ ...units, pair: [0x20003] })].slice(2, 3)).toEqual([1]);
  expect([...packUnits({ ...units, pair: [0x20003] })].slice(-4)).toEqual([3, 0, 2, 0]);
});

test.each([
  ['without pair words', [1, 2, 0, 0, 1, 0, 0, 0, 4, 3, 2, 1, 8, 7, 6, 5, 1, 0, 1, 0], 0],
  ['with pair words', [1, 2, 1, 0, 1, 0, 0, 0, 4, 3, 2, 1, 8, 7, 6, 5, 1, 0, 1, 0, 3, 0, 2, 0], 0x20003],
])('units of the first format, %s, are read as units whose histories begin anew', (_what, bytes, pair) => {
  const { word, history, ...found } = unpackUnits(Uint8Array.from(bytes), 0);
  expect([...word, ...history, ...found.pair]).toEqual([0x10001, 0, pair]);
});

const GOOD = packUnits({
  sampling: 0,
  high: [1, 2],
  low: [3, 4],
  word: [1, 1],
  history: [0, 1],
  pair: [0, 1],
});
const changed = (at: number, byte: number): Uint8Array => GOOD.with(at, byte);

test.each([
  ['empty', new Uint8Array(0), 'found 0 bytes, wanted a header of 8'],
  ['of another format', changed(0, 3), 'found format 3, wanted format 1 to 2'],
  ['of an absurd sample', changed(1, 32), 'wanted at least 2^−31'],
  ['with an unknown layout', changed(2, 2), 'found header 2, 0'],
  ['with something where nothing should be', changed(3, 1), 'found header 1, 1'],
  ['of four billion units', changed(7, 255), 'wanted at most 1048576'],
  ['of more units than there are', changed(4, 3), 'found 48 bytes for 3 units, wanted 68'],
  ['of fewer units than there are', changed(4, 1), 'found 48 bytes for 1 units, wanted 28'],
  ['with bits that mean nothing', changed(8 + 16 + 3, 0x80), 'found bits 80000001'],
  ['with a history that cannot be', changed(8 + 24 + 1, 0x08), 'found bits 800'],
])('damaged units are refused: %s', (_what, bytes, problem) => {
  expect(() => unpackUnits(bytes, 7)).toThrow(problem);
  expect(() => unpackUnits(bytes, 7)).toThrow('Cannot restore the units of window 7');
});

test('units cut short at any byte, or with any byte changed, are refused or are units', () => {
  for (let length = 0; length < GOOD.length; length++)
    expect(() => unpackUnits(GOOD.subarray(0, length), 0)).toThrow();
  fc.assert(
    fc.property(fc.nat(GOOD.length - 1), fc.nat(255), (at, byte) => {
      try {
        expect(unpackUnits(changed(at, byte), 0).high.length).toBe(2);
      } catch (error) {
        expect(isPlimsollError(error) && error.code).toBe('UNITS_INVALID');
      }
    }),
  );
});
