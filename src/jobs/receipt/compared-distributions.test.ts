import { expect, test } from 'vitest';
import type { OutputDistribution } from './column-distribution.ts';
import { comparedDistributions } from './compared-distributions.ts';
import { observerOf } from './observer.ts';

const numbers = (...values: readonly number[]): OutputDistribution => {
  const observer = observerOf({ type: 'number' });
  observer.add(Float64Array.from(values), new Uint8Array(values.length), values.length);
  return observer.distribution();
};
const labels = (counts: Readonly<Record<string, number>>): OutputDistribution => ({
  ...{ kind: 'labels', counts: Object.entries(counts) },
});
const total = (shares: readonly (number | null)[]): number =>
  shares.reduce<number>((sum, one) => sum + (one ?? 0), 0);

test('the bars of numbers hold what was counted, where it was counted, beside what was before', () => {
  const now = numbers(0.1, 0.1, 0.9, 0.9);
  const [column] = comparedDistributions({ p: now }, { p: numbers(-0.5, 0.1) });
  expect(column?.bars).toHaveLength(24);
  expect(total(column!.bars.map(({ share }) => share))).toBeCloseTo(1, 9);
  expect(total(column!.bars.map(({ before }) => before))).toBeCloseTo(1, 9);
  const shareIn = (low: number, high: number): number =>
    total(column!.bars.filter(({ from, to }) => to! > low && from! < high).map(({ share }) => share));
  expect(shareIn(0.05, 0.15)).toBeCloseTo(0.5, 1);
  expect(shareIn(0.8, 1)).toBeCloseTo(0.5, 1);
  expect(shareIn(0.3, 0.7)).toBe(0);
});

test('what is no finite number is in no bar, and one value alone has a bar', () => {
  const [column] = comparedDistributions({ p: numbers(Number.NaN, Infinity, 0, 0) }, null);
  expect(total(column!.bars.map(({ share }) => share))).toBe(0.5);
  expect(column).toMatchObject({ distance: null });
  expect(comparedDistributions({ p: numbers(Number.NaN) }, null)[0]?.bars).toEqual([]);
});

test('labels are told by their shares, most frequent first, at most twenty', () => {
  const [column] = comparedDistributions(
    { y: labels({ no: 3, yes: 1 }) },
    { y: labels({ yes: 1, maybe: 1 }) },
  );
  expect(column).toMatchObject({ kind: 'labels', isWhole: true, distance: 0.75 });
  expect(column?.bars.map(({ label, share, before }) => [label, share, before])).toEqual([
    ['no', 0.75, 0],
    ['maybe', 0, 0.5],
    ['yes', 0.25, 0.5],
  ]);
  const many = labels(Object.fromEntries(Array.from({ length: 30 }, (_, k) => [`l${k}`, k + 1])));
  const [crowded] = comparedDistributions({ y: many }, null);
  expect([crowded?.bars.length, crowded?.isWhole, crowded?.bars[0]?.label]).toEqual([20, false, 'l29']);
});

test('columns come in the order of how far they have moved, at most two hundred', () => {
  const still = numbers(1, 2);
  const names = Object.fromEntries(Array.from({ length: 300 }, (_, k) => [`c${k}`, still]));
  const columns = comparedDistributions({ ...names, moved: numbers(5) }, { ...names, moved: numbers(1) });
  expect([columns.length, columns[0]?.column, columns[0]?.distance]).toEqual([200, 'moved', 1]);
});
