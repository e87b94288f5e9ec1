import type {
  AttributionsDocument,
  DependenceDocument,
  ImportanceDocument,
  PermutationDocument,
  ShiftDocument,
} from '../../importance/importance-document.ts';
import { countText } from '../../text/count.ts';
import { grouped } from '../../text/numbers.ts';
import { percent } from '../../text/percent.ts';
import { truncate } from '../../text/truncate.ts';
import { barChart, lineChart } from '../output/line-chart.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';

const COLUMNS_SHOWN = 20;
const NAME_WIDTH = 32;
const BAR_WIDTH = 24;
/** Correlations nearer to 0 than this say no direction. */
const NO_DIRECTION = 0.1;
const ROUNDING = 1e-9;
/** Chance below which attributions count as shifted. */
const SHIFTED = 0.05;
/** Band of the curves of single rows that is drawn. */
const [BAND_LOW, BAND_HIGH] = [0.1, 0.9];

/** What moves the answers of a model most, as tables with bars and as charts. */
export function importancePage(document: ImportanceDocument): string {
  const { rows, rowsGiven, seed, features, shap, permutation, dependence = [] } = document;
  const sample =
    rows < rowsGiven
      ? [`A sample of ${grouped(rows)} of ${countText(rowsGiven, 'row')} (--rows, --seed ${seed})`]
      : [];
  return [
    ...sample,
    ...(shap === undefined ? [] : [attributionTable(shap, features)]),
    ...(shap?.shift === undefined ? [] : [shiftTable(shap.shift, features)]),
    ...(permutation === undefined ? [] : [permutationTable(permutation, features, rows)]),
    ...dependence.map(dependenceChart),
  ].join('\n\n');
}

const nameOf = (text: string): string => truncate(printable(text), NAME_WIDTH);
const figure = (value: number): string => String(Number(value.toPrecision(4)));
const signed = (value: number): string => `${value >= 0 ? '+' : ''}${figure(value)}`;

/** A figure for each score of a column. */
const each = (cell: AttributionsDocument['mean'][number] | undefined): readonly (number | null)[] =>
  typeof cell === 'number' || cell === null || cell === undefined ? [cell ?? null] : cell;

const bar = (value: number, most: number): string =>
  '█'.repeat(Math.max(0, Math.round((value / (most || 1)) * BAR_WIDTH)));

/** Lines, the largest first, and how many are not shown. */
function ranked<T extends { readonly size: number }>(
  lines: readonly T[],
): { readonly shown: readonly T[]; readonly more: readonly string[] } {
  const shown = lines.toSorted((a, b) => b.size - a.size).slice(0, COLUMNS_SHOWN);
  const left = lines.length - shown.length;
  return { shown, more: left > 0 ? [`  … ${countText(left, 'more column')}: use --json`] : [] };
}

function attributionTable(shap: AttributionsDocument, features: readonly string[]): string {
  const { method, output, rows, classes, meanAbsolute, mean, correlation } = shap;
  const lines = features.map((name, k) => {
    const sizes = each(meanAbsolute[k]).map(Number);
    // Of several classes the one that the column moves most; of two the second one.
    const of = sizes.length === 2 ? 1 : sizes.indexOf(Math.max(...sizes));
    const size = sizes.reduce((sum, value) => sum + value, 0) / sizes.length;
    const link = each(correlation[k])[of] ?? null;
    return { name, size, most: of, mean: Number(each(mean[k])[of] ?? 0), link };
  });
  const total = lines.reduce((sum, { size }) => sum + size, 0) || 1;
  const { shown, more } = ranked(lines);
  const longest = shown[0]?.size ?? 0;
  const isSeveral = (classes?.length ?? 0) > 2;
  // What is nothing but rounding is 0.
  const rounded = (value: number): number => (Math.abs(value) < ROUNDING * longest ? 0 : value);
  const table = shown.map(({ name, size, link, most, ...line }) => [
    nameOf(name),
    figure(rounded(size)),
    percent(rounded(size) / total, 2),
    signed(rounded(line.mean)),
    direction(link),
    ...(isSeveral ? [printable(String(classes?.[most] ?? most))] : []),
    bar(size, longest),
  ]);
  const head = ['column', 'mean |SHAP|', 'share', 'mean', 'larger', ...(isSeveral ? ['most of'] : []), ''];
  const against =
    shap.background === undefined
      ? ''
      : `, against ${shap.background === 'input' ? 'some of these rows' : 'the background'}`;
  return [
    `What moves ${output}, by ${method} over ${countText(rows, 'row')}${against}${classOf(classes)}:`,
    formatTable([head, ...table]),
    ...more,
  ].join('\n');
}

function shiftTable(shift: ShiftDocument, features: readonly string[]): string {
  const { distance, p, ndcg, referenceRows, shares, referenceShares, ranks, referenceRanks, columnP } = shift;
  const lines = features.map((name, k) => ({
    name,
    size: Math.abs((shares[k] ?? 0) - (referenceShares[k] ?? 0)),
    cells: [
      ...[percent(referenceShares[k] ?? 0, 2), percent(shares[k] ?? 0, 2)],
      ...[String(referenceRanks[k]), String(ranks[k]), figure(columnP[k] ?? 1)],
    ],
  }));
  const { shown, more } = ranked(lines);
  const verdict = p <= SHIFTED ? 'more than chance' : 'no more than chance';
  return [
    `What moves the answers is ${percent(distance, 2)} from that of ${countText(referenceRows, 'row')} of the reference, ${verdict} (p ${figure(p)}, NDCG ${figure(ndcg)}):`,
    formatTable([
      ['column', 'share then', 'now', 'rank then', 'now', 'p'],
      ...shown.map(({ name, cells }) => [nameOf(name), ...cells]),
    ]),
    ...more,
  ].join('\n');
}

/** Of two classes, which one. */
const classOf = (classes: readonly unknown[] | undefined): string =>
  classes?.length === 2 ? `, of ${printable(String(classes[1]))}` : '';

function direction(correlation: number | null): string {
  if (correlation === null || Math.abs(correlation) < NO_DIRECTION) return '';
  return correlation > 0 ? 'raises' : 'lowers';
}

function permutationTable(found: PermutationDocument, features: readonly string[], rows: number): string {
  const { scoring, baseline, repeats, seed, mean, standardDeviation } = found;
  const lines = features.map((name, k) => ({
    ...{ name, size: mean[k] ?? 0 },
    spread: standardDeviation[k] ?? 0,
  }));
  const { shown, more } = ranked(lines);
  const longest = shown[0]?.size ?? 0;
  const table = shown.map(({ name, size, spread }) => [
    ...[nameOf(name), signed(size), `± ${figure(spread)}`],
    bar(size, longest),
  ]);
  return [
    `What ${scoring} loses where a column is shuffled: ${figure(baseline)} of ${countText(rows, 'row')}, ${countText(repeats, 'repeat')}, seed ${seed}:`,
    formatTable([['column', 'loses', 'std', ''], ...table]),
    ...more,
  ].join('\n');
}

const isNested = (rows: readonly (number | readonly number[])[]): rows is readonly (readonly number[])[] =>
  rows.some((row) => typeof row !== 'number');

function dependenceChart(document: DependenceDocument): string {
  const { column, output, classes, grid, average, individual } = document;
  const averages = isNested(average) ? average : [average as readonly number[]];
  const curves = isNested(average)
    ? (individual as unknown as readonly (readonly (readonly number[])[])[])
    : [individual as readonly (readonly number[])[]];
  const spans = averages.map((values) => Math.max(...values) - Math.min(...values));
  const most = spans.indexOf(Math.max(...spans));
  const values = averages[most] ?? [];
  const rows = curves[most] ?? [];
  const of = classes === undefined ? '' : ` of ${printable(String(classes[most] ?? most))}`;
  const title = `${output}${of} along ${nameOf(column)}`;
  const isNumber = grid.every((value) => typeof value === 'number');
  if (!isNumber || grid.length < 2) {
    const bars = grid.map((value, k) => ({
      name: value === null ? '(none)' : nameOf(String(value)),
      value: values[k] ?? Number.NaN,
    }));
    return [`${title}:`, ...barChart(bars, figure)].join('\n');
  }
  const quantileOf = (share: number): readonly number[] =>
    grid.map((_, point) => {
      const sorted = rows.map((curve) => curve[point] ?? Number.NaN).toSorted((a, b) => a - b);
      return sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
    });
  const line = { x: grid.map(Number), y: values, low: quantileOf(BAND_LOW), high: quantileOf(BAND_HIGH) };
  return [`${title} (● mean, ░ 80 % of rows):`, ...lineChart(line, figure)].join('\n');
}
