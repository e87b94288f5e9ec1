/** Several curves in one picture of characters, with axes that say their units. Pure. */
import { elementAt } from '../../core/element-at.ts';

export interface ChartAxis {
  /** What is on it, and in what: `requests a second`. */
  readonly label: string;
  /** On a logarithmic axis all values are above 0. */
  readonly scale: 'linear' | 'log';
  /** Writes a number of the axis. */
  readonly figure: (value: number) => string;
  /** Values that are round to a reader, ascending, where multiples of ten are not. */
  readonly round?: readonly number[];
}

export interface ChartCurve {
  readonly name: string;
  /** One character. */
  readonly mark: string;
  /** By `x`, ascending; a null leaves a gap. */
  readonly points: readonly (readonly [x: number, y: number | null])[];
}

/** A value of `x` that is worth a look. */
export interface ChartMarker {
  readonly name: string;
  readonly mark: string;
  readonly x: number;
}

export interface CurveChart {
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  readonly curves: readonly ChartCurve[];
  readonly lines?: readonly ChartMarker[];
  /** Characters of a line of the picture in all. @default 80 */
  readonly width?: number;
}

const WIDTH = 80;
const HEIGHT = 13;
const INDENT = '  ';
/** A cell that several curves go through. */
const BOTH = '◆';
/** Values on an axis that are written beside it, at most. */
const MOST_TICKS = 5;

/** The picture, a line an entry: what is up the side, the curves, the axis, its values, what is along it, and what the marks mean. */
export function curveChart({ x, y, curves, lines = [], width = WIDTH }: CurveChart): readonly string[] {
  const all = curves.flatMap(({ points }) => points);
  const heights = all.flatMap(([, value]) => (value === null || !Number.isFinite(value) ? [] : [value]));
  const along = spanOf(x, [...all.map(([place]) => place), ...lines.map((line) => line.x)], null);
  const up = spanOf(y, heights, y.scale === 'linear' ? 0 : null);
  const margin = Math.max(...up.ticks.map((tick) => y.figure(tick).length));
  const columns = width - INDENT.length - margin - 2;
  const cells = Array.from({ length: HEIGHT }, () => Array<string>(columns).fill(' '));
  for (const { mark, x: at } of lines)
    for (const row of cells) row[Math.round(along.share(at) * (columns - 1))] = mark;
  for (const curve of curves) drawCurve(cells, curve, along, up);
  const labels = new Map(up.ticks.map((tick) => [rowOf(up.share(tick)), y.figure(tick)]));
  return [
    `${INDENT}${y.label}`,
    ...cells.map((row, k) => {
      const label = labels.get(k);
      return `${INDENT}${(label ?? '').padStart(margin)} ${label === undefined ? '│' : '┤'}${row.join('')}`.trimEnd();
    }),
    ...axisLines(x, along, columns).map((line) => `${INDENT}${' '.repeat(margin)} ${line}`.trimEnd()),
    ...legendOf(curves, lines, width - INDENT.length).map((line) => `${INDENT}${line}`),
  ];
}

/** What an axis shows: where a value lies on it, from 0 to 1, and which values are written. */
interface AxisSpan {
  readonly share: (value: number) => number;
  readonly value: (share: number) => number;
  readonly ticks: readonly number[];
}

/** `least`: a value that is to be on it in any case. */
function spanOf({ scale, round = [] }: ChartAxis, values: readonly number[], least: number | null): AxisSpan {
  const isLog = scale === 'log';
  const to = isLog ? Math.log10 : (value: number) => value;
  const from = isLog ? (value: number) => 10 ** value : (value: number) => value;
  const scaled = [...values, ...(least === null ? [] : [least])].map(to).filter(Number.isFinite);
  const [low, high] = scaled.length === 0 ? [0, 1] : [Math.min(...scaled), Math.max(...scaled)];
  const [bottom, top] = low === high ? [low - (isLog ? 0.5 : 0), high + (isLog ? 0.5 : 1)] : [low, high];
  const rounded = round.filter((value) => to(value) >= bottom && to(value) <= top);
  const even = isLog ? logTicks(bottom, top) : linearTicks(bottom, top);
  return {
    share: (value) => Math.min(1, Math.max(0, (to(value) - bottom) / (top - bottom))),
    value: (share) => from(bottom + share * (top - bottom)),
    ticks: rounded.length >= 2 ? rounded : even,
  };
}

const rowOf = (share: number): number => HEIGHT - 1 - Math.round(share * (HEIGHT - 1));

/** Multiples of 1, 2 or 5 times a power of ten. */
function linearTicks(low: number, high: number): readonly number[] {
  const rough = (high - low) / (MOST_TICKS - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step =
    power *
    elementAt(
      [1, 2, 5, 10].filter((factor) => factor * power >= rough * (1 - 1e-9)),
      0,
    );
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/** Powers of ten; below two of them 1, 2 and 5 times those. */
function logTicks(low: number, high: number): readonly number[] {
  const between = (factors: readonly number[], every: number): number[] =>
    Array.from({ length: Math.floor(high) - Math.floor(low) + 1 }, (_, k) => Math.floor(low) + k)
      .filter((power) => power % every === 0)
      .flatMap((power) => factors.map((factor) => Number((factor * 10 ** power).toPrecision(12))))
      .filter((value) => Math.log10(value) >= low - 1e-9 && Math.log10(value) <= high + 1e-9);
  const powers = between([1], Math.max(1, Math.ceil((high - low) / MOST_TICKS)));
  return powers.length >= 2 ? powers : between([1, 2, 5], 1);
}

/** A mark in each column that the curve passes, and in the cells between where it jumps. */
function drawCurve(cells: string[][], { points, mark }: ChartCurve, along: AxisSpan, up: AxisSpan): void {
  const columns = elementAt(cells, 0).length;
  let before: number | null = null;
  for (let column = 0; column < columns; column++) {
    const y = heightAt(points, along, column / (columns - 1));
    const row = y === null ? null : rowOf(up.share(y));
    if (row !== null) {
      const [from, to] =
        before === null || before === row ? [row, row] : [before + Math.sign(row - before), row];
      for (let k = Math.min(from, to); k <= Math.max(from, to); k++) {
        const line = elementAt(cells, k);
        line[column] = /[^\s┊╎]/.test(elementAt(line, column)) ? BOTH : mark;
      }
    }
    before = row;
  }
}

/** Between the two points next to it, along the axis as it is drawn; null in a gap and beyond the ends. */
function heightAt(points: ChartCurve['points'], along: AxisSpan, share: number): number | null {
  const shares = points.map(([x]) => along.share(x));
  const after = shares.findIndex((place) => place >= share - 1e-9);
  if (after < 0) return null;
  const [, right] = elementAt(points, after);
  if (after === 0) return elementAt(shares, 0) <= share + 1e-9 ? right : null;
  const [, left] = elementAt(points, after - 1);
  if (left === null || right === null) return elementAt(shares, after) <= share + 1e-9 ? right : null;
  const [begin, end] = [elementAt(shares, after - 1), elementAt(shares, after)];
  return end > begin ? left + ((right - left) * (share - begin)) / (end - begin) : right;
}

function axisLines(axis: ChartAxis, along: AxisSpan, columns: number): readonly string[] {
  const line = Array<string>(columns).fill('─');
  const words = Array<string>(columns + 1).fill(' ');
  let free = 0;
  for (const tick of along.ticks) {
    const column = Math.round(along.share(tick) * (columns - 1));
    const text = axis.figure(tick);
    const start = Math.min(Math.max(0, column + 1 - Math.floor(text.length / 2)), columns + 1 - text.length);
    line[column] = '┬';
    if (start < free) continue;
    for (const [k, character] of [...text].entries()) words[start + k] = character;
    free = start + text.length + 1;
  }
  return [
    `└${line.join('')}`,
    words.join(''),
    axis.label.padStart(Math.floor((columns + axis.label.length) / 2)),
  ];
}

/** The marks that are in the picture, in lines of this many characters. */
function legendOf(
  curves: readonly ChartCurve[],
  lines: readonly ChartMarker[],
  width: number,
): readonly string[] {
  const parts = [
    ...curves.map(({ mark, name }) => `${mark} ${name}`),
    ...(curves.length > 1 ? [`${BOTH} both`] : []),
    ...lines.map(({ mark, name }) => `${mark} ${name}`),
  ];
  const all: string[] = [];
  for (const part of parts) {
    const joined = `${all.at(-1) ?? ''}   ${part}`;
    if (all.length > 0 && joined.length <= width) all[all.length - 1] = joined;
    else all.push(part);
  }
  return all;
}
