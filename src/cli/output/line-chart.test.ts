import { expect, test } from 'vitest';
import { barChart, lineChart } from './line-chart.ts';

const figure = (value: number): string => String(Number(value.toPrecision(3)));

test('a line rises from the left corner to the right one, within its band', () => {
  const x = [0, 5, 10];
  const lines = lineChart({ x, y: [0, 5, 10], low: [0, 4, 10], high: [0, 6, 10] }, figure);
  expect(lines[0]).toMatch(/^ {2}10 │ +░*●+$/);
  expect(lines[10]).toMatch(/^ {3}0 │●+░*$/);
  expect(lines[5]).toMatch(/│ +░+●+░+$/);
  expect(lines.at(-1)).toMatch(/^ +0 +10$/);
  expect(new Set(lines.slice(0, 11).map((line) => line.indexOf('│'))).size).toBe(1);
});

test('a line that stays where it is, or has gaps, is drawn all the same', () => {
  const flat = lineChart({ x: [1, 2], y: [3, 3], low: [3, 3], high: [3, 3] }, figure);
  expect(flat.filter((line) => line.includes('●'))).toHaveLength(1);
  const level = [Number.NaN, 3, 3];
  const begun = lineChart({ x: [0, 1, 2], y: level, low: level, high: level }, figure);
  expect(begun.join('\n')).toMatch(/│ +●+/);
  const gap = [Number.NaN, 1, 2];
  expect(lineChart({ x: [0, 1, 2], y: gap, low: gap, high: gap }, figure).join('\n')).not.toContain('NaN');
});

test('bars are as long as their values are large', () => {
  const lines = barChart(
    [
      { name: 'north', value: 1 },
      { name: 'south', value: -0.5 },
    ],
    figure,
  );
  expect(lines[0]).toBe(`  north  1     ${'█'.repeat(32)}`);
  expect(lines[1]).toBe(`  south  -0.5  ${'█'.repeat(16)}`);
});
