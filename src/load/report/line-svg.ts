/** Lines over a number, as a drawing for pages. Pure. */
import { numberText } from '../../text/numbers.ts';
import { escapeHtml } from './escape-html.ts';

export interface SvgLine {
  readonly name: string;
  /** Class that gives it its colour. */
  readonly style: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface SvgMark {
  readonly name: string;
  readonly at: number;
}

export interface LineSvg {
  readonly title: string;
  readonly xName: string;
  readonly yName: string;
  readonly lines: readonly SvgLine[];
  /** Lines across the drawing, at a place of one of the axes. */
  readonly xMarks?: readonly SvgMark[];
  readonly yMarks?: readonly SvgMark[];
  /** Whether the upright axis goes in powers of ten. @default {false} */
  readonly isLog?: boolean;
}

const SIZE = { width: 720, height: 320 };
const BOX = { left: 64, right: 16, top: 36, bottom: 48 };
const TICKS = 5;

interface Axis {
  readonly ticks: readonly number[];
  place(value: number): number;
}

/** Steps of 1, 2 or 5 times a power of ten. */
function linearTicks(most: number): readonly number[] {
  const raw = most / TICKS;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((times) => times * power).find((one) => one >= raw)!;
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, k) => k * step);
}

function linearAxis(values: readonly number[], from: number, to: number): Axis {
  const most = Math.max(...values, 0) || 1;
  return { ticks: linearTicks(most), place: (value) => from + (value / most) * (to - from) };
}

function logAxis(values: readonly number[], from: number, to: number): Axis {
  const positive = values.filter((value) => value > 0);
  const low = Math.floor(Math.log10(Math.min(...positive, 1)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...positive, 1))));
  const place = (value: number): number =>
    from + ((Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)) * (to - from);
  return { ticks: Array.from({ length: high - low + 1 }, (_, k) => 10 ** (low + k)), place };
}

/** Self-contained but for its colours: classes `axis`, `grid`, `mark`, and those of its lines. Points that are not finite are left out. */
export function lineSvg(chart: LineSvg): string {
  const { xMarks = [], yMarks = [], isLog = false } = chart;
  const lines = chart.lines.map((line) => ({
    ...line,
    points: line.points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)),
  }));
  const points = lines.flatMap((line) => line.points);
  if (points.length === 0) return '';
  const x = linearAxis([...points.map((one) => one.x), ...at(xMarks)], BOX.left, SIZE.width - BOX.right);
  const heights = [...points.map((one) => one.y), ...at(yMarks)];
  const y = (isLog ? logAxis : linearAxis)(heights, SIZE.height - BOX.bottom, BOX.top);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${SIZE.width} ${SIZE.height}">`,
    `<title>${escapeHtml(chart.title)}</title>`,
    ...grid(x, y),
    ...names(chart),
    ...xMarks.map((mark) => upright(mark, x)),
    ...yMarks.map((mark) => level(mark, y)),
    ...lines.map((line) => drawn(line, x, y)),
    ...lines.map(legend),
    '</svg>',
  ].join('');
}

const at = (marks: readonly SvgMark[]): readonly number[] => marks.map((mark) => mark.at);
const fixed = (value: number): string => value.toFixed(1);

function grid(x: Axis, y: Axis): readonly string[] {
  const [bottom, right] = [SIZE.height - BOX.bottom, SIZE.width - BOX.right];
  return [
    ...y.ticks.map((tick) => {
      const place = fixed(y.place(tick));
      return `<line class="grid" x1="${BOX.left}" x2="${right}" y1="${place}" y2="${place}"/><text class="axis" x="${BOX.left - 8}" y="${place}" dy="4" text-anchor="end">${numberText(tick)}</text>`;
    }),
    ...x.ticks.map(
      (tick) =>
        `<text class="axis" x="${fixed(x.place(tick))}" y="${bottom + 18}" text-anchor="middle">${numberText(tick)}</text>`,
    ),
  ];
}

const names = ({ xName, yName }: LineSvg): readonly string[] => [
  `<text class="axis" x="${(BOX.left + SIZE.width - BOX.right) / 2}" y="${SIZE.height - 8}" text-anchor="middle">${escapeHtml(xName)}</text>`,
  `<text class="axis" x="8" y="16">${escapeHtml(yName)}</text>`,
];

function upright({ name, at: value }: SvgMark, x: Axis): string {
  const place = fixed(x.place(value));
  return `<line class="mark" x1="${place}" x2="${place}" y1="${BOX.top}" y2="${SIZE.height - BOX.bottom}"/><text class="axis" x="${place}" y="${BOX.top - 4}" text-anchor="middle">${escapeHtml(name)}</text>`;
}

function level({ name, at: value }: SvgMark, y: Axis): string {
  const place = fixed(y.place(value));
  return `<line class="mark" x1="${BOX.left}" x2="${SIZE.width - BOX.right}" y1="${place}" y2="${place}"/><text class="axis" x="${BOX.left + 4}" y="${place}" dy="-4">${escapeHtml(name)}</text>`;
}

function drawn({ name, style, points }: SvgLine, x: Axis, y: Axis): string {
  const places = points.map((point) => `${fixed(x.place(point.x))},${fixed(y.place(point.y))}`);
  const dots = points.map((point, i) => {
    const [cx, cy] = places[i]!.split(',');
    const said = `${name}: ${numberText(point.y)} at ${numberText(point.x)}`;
    return `<circle class="${style}" cx="${cx}" cy="${cy}" r="3"><title>${escapeHtml(said)}</title></circle>`;
  });
  return `<polyline class="${style}" points="${places.join(' ')}"/>${dots.join('')}`;
}

function legend({ name, style }: SvgLine, i: number): string {
  const left = BOX.left + 140 * i + 96;
  return `<circle class="${style}" cx="${left}" cy="12" r="4"/><text class="axis" x="${left + 10}" y="16">${escapeHtml(name)}</text>`;
}
