import { expect, test } from 'vitest';
import { type ChartAxis, curveChart } from './curve-chart.ts';

const axis = (label: string, scale: ChartAxis['scale']): ChartAxis => ({ label, scale, figure: String });
const rate = axis('requests a second', 'log');
const money = axis('$ a month', 'linear');
const decades = Array.from({ length: 41 }, (_, k) => 10 ** (k / 10));

/** Rows of the picture, and the column at which the plot begins. */
function rowsOf(lines: readonly string[]): { readonly rows: readonly string[]; readonly start: number } {
  const axisAt = lines.findIndex((line) => line.includes('└'));
  const start = lines[axisAt]!.indexOf('└') + 1;
  return { rows: lines.slice(1, axisAt).map((line) => line.slice(start)), start };
}

test('both axes are labelled with their units, and powers of ten are even on a logarithmic one', () => {
  const lines = curveChart({
    x: rate,
    y: money,
    curves: [{ name: 'a', mark: '●', points: decades.map((x) => [x, 100]) }],
  });
  expect(lines[0]).toBe('  $ a month');
  expect(lines.at(-2)?.trim()).toBe('requests a second');
  const ticks = [...lines.find((line) => line.includes('└'))!.matchAll(/┬/g)].map(({ index }) => index);
  expect(ticks).toHaveLength(5);
  expect(new Set(ticks.slice(1).map((at, k) => Math.round((at - ticks[k]!) / 2)))).toHaveLength(1);
  expect(lines.at(-3)?.trim().split(/\s+/)).toEqual(['1', '10', '100', '1000', '10000']);
});

test('two lines cross where they are equal', () => {
  const at = 100;
  const lines = curveChart({
    ...{ x: rate, y: money },
    curves: [
      { name: 'flat', mark: '●', points: decades.map((x) => [x, at]) },
      { name: 'rising', mark: '○', points: decades.map((x) => [x, x]) },
    ],
    lines: [{ name: 'equal', mark: '╎', x: at }],
  });
  const { rows } = rowsOf(lines);
  const equal = rows[0]!.indexOf('╎');
  const crossing = rows.flatMap((row) => [...row.matchAll(/◆/g)].map(({ index }) => index));
  expect(Math.min(...crossing)).toBeLessThanOrEqual(equal);
  expect(Math.max(...crossing)).toBeGreaterThanOrEqual(equal);
  expect(lines.at(-1)).toBe('  ● flat   ○ rising   ◆ both   ╎ equal');
});

test('a curve that cannot be had from somewhere on ends there, and a jump is drawn through', () => {
  const points = [
    [0, 1],
    [1, 1],
    [1, 9],
    [2, 9],
    [3, null],
    [4, null],
  ] as const;
  const lines = curveChart({
    x: axis('x', 'linear'),
    y: axis('y', 'linear'),
    curves: [{ name: 'c', mark: '●', points }],
  });
  const { rows } = rowsOf(lines);
  const columns = Math.max(...rows.map((row) => row.length));
  expect(columns).toBeLessThan(45);
  const jump = rows.map((row) => row.indexOf('●')).filter((at) => at > 0);
  expect(new Set(jump).size).toBeLessThanOrEqual(3);
  expect(jump.length).toBeGreaterThan(8);
});

test.each([40, 80, 120])('no line is longer than %i characters', (width) => {
  const lines = curveChart({
    ...{ x: rate, y: money, width },
    curves: [{ name: 'a pattern', mark: '●', points: decades.map((x) => [x, x * x]) }],
    lines: [{ name: 'here: 40/s', mark: '┊', x: 40 }],
  });
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
});

test.each<readonly [string, readonly (readonly [number, number | null])[]]>([
  ['nothing', []],
  ['one point', [[5, 5]]],
  [
    'gaps alone',
    [
      [1, null],
      [2, null],
    ],
  ],
  [
    'equal values',
    [
      [1, 3],
      [2, 3],
    ],
  ],
])('%s is drawn without numbers that are none', (_, points) => {
  for (const scale of ['linear', 'log'] as const) {
    const text = curveChart({
      x: axis('x', scale),
      y: axis('y', scale),
      curves: [{ name: 'c', mark: '●', points }],
    }).join('\n');
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
  }
});

test('an axis of times has marks at times that people say', () => {
  const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
  const lines = curveChart({
    x: { ...axis('age', 'log'), round: [minute, hour, day] },
    y: money,
    curves: [
      {
        name: 'a',
        mark: '●',
        points: [
          [minute / 2, 1],
          [2 * day, 1],
        ],
      },
    ],
  });
  expect(lines.at(-3)?.trim().split(/\s+/)).toEqual([minute, hour, day].map(String));
});
