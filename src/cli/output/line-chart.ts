import { formatTable } from './table.ts';

/** A line over numbers, with a band around it. */
export interface ChartLine {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

const [WIDTH, HEIGHT] = [60, 11];

/**
 * A line chart in characters: the line as `●`, its band as `░`, the ends of both axes in numbers. `figure` writes a number. Values that
 * are not finite leave a gap.
 */
export function lineChart(line: ChartLine, figure: (value: number) => string): readonly string[] {
  const all = [...line.y, ...line.low, ...line.high].filter(Number.isFinite);
  const [bottom, top] = [Math.min(...all), Math.max(...all)];
  const [left = 0, right = left] = [line.x[0], line.x.at(-1)];
  const place = (value: number): number => {
    if (!Number.isFinite(value)) return Number.NaN;
    if (top === bottom) return Math.floor(HEIGHT / 2);
    return Math.round(((value - bottom) / (top - bottom)) * (HEIGHT - 1));
  };
  const columns = Array.from({ length: WIDTH }, (_, column) => {
    const x = left + ((right - left) * column) / (WIDTH - 1);
    const at = (values: readonly number[]) => place(valueAt(line.x, values, x));
    return { middle: at(line.y), low: at(line.low), high: at(line.high) };
  });
  const rows = Array.from({ length: HEIGHT }, (_, k) => {
    const height = HEIGHT - 1 - k;
    return columns
      .map(({ middle, low, high }) => (middle === height ? '●' : height >= low && height <= high ? '░' : ' '))
      .join('');
  });
  const scale = [figure(top), figure(bottom)];
  const margin = Math.max(...scale.map(({ length }) => length));
  const labelled = rows.map((row, k) => {
    const label = k === 0 ? scale[0] : k === HEIGHT - 1 ? scale[1] : '';
    return `  ${(label ?? '').padStart(margin)} │${row}`.trimEnd();
  });
  const ends = [figure(left), figure(right)];
  const gap = WIDTH - (ends[0]?.length ?? 0);
  return [
    ...labelled,
    `  ${' '.repeat(margin)} └${'─'.repeat(WIDTH)}`,
    `  ${' '.repeat(margin)}  ${ends[0]}${(ends[1] ?? '').padStart(gap)}`,
  ];
}

/** The value between those at the two points next to `x`. */
function valueAt(points: readonly number[], values: readonly number[], x: number): number {
  const after = points.findIndex((point) => point >= x);
  const [last = Number.NaN] = values.slice(-1);
  if (after < 0) return last;
  const high = values[after] ?? last;
  const [to = x, from = to] = [points[after], points[after - 1]];
  const low = values[after - 1] ?? high;
  return to > from ? low + ((high - low) * (x - from)) / (to - from) : high;
}

const BAR_WIDTH = 32;

/** Names with their values, each with a bar as long as the value is far from 0. */
export function barChart(
  bars: readonly { readonly name: string; readonly value: number }[],
  figure: (value: number) => string,
): readonly string[] {
  const values = bars.map(({ value }) => value);
  const most = Math.max(0, ...values.map(Math.abs)) || 1;
  const rows = bars.map(({ name, value }) => [
    name,
    figure(value),
    '█'.repeat(Math.round((Math.abs(value) / most) * BAR_WIDTH)),
  ]);
  return formatTable(rows).split('\n');
}
