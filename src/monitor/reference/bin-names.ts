/** What bins are called to people. Pure. */
import { grouped } from '../../core/digits.ts';
import { BIN, type FeatureProfile, FIRST_REGULAR_BIN } from './reference-profile.ts';

/** One a bin, in their order. */
export function binNames({ bins, sentinels }: Pick<FeatureProfile, 'bins' | 'sentinels'>): string[] {
  const names = new Array<string>(FIRST_REGULAR_BIN);
  names[BIN.null] = 'null';
  names[BIN.nan] = 'NaN';
  names[BIN.negativeInfinity] = '−∞';
  names[BIN.positiveInfinity] = '∞';
  names[BIN.sentinel] = sentinels.length === 0 ? 'sentinel' : sentinels.map(numberText).join(', ');
  const range = rangeOf(bins);
  names[BIN.below] = range === null ? 'below' : `below ${numberText(range.low)}`;
  names[BIN.above] = range === null ? 'above' : `above ${numberText(range.high)}`;
  names[BIN.unseen] = 'unseen';
  return [...names, ...regularNames(bins)];
}

function rangeOf(bins: FeatureProfile['bins']): { readonly low: number; readonly high: number } | null {
  if (bins.kind === 'quantiles') return bins;
  if (bins.kind !== 'values' || bins.values.length === 0) return null;
  return { low: bins.values[0]!, high: bins.values.at(-1)! };
}

function regularNames(bins: FeatureProfile['bins']): string[] {
  if (bins.kind === 'presence') return ['present'];
  if (bins.kind === 'values') return bins.values.map(numberText);
  if (bins.kind === 'categories') return bins.rest === null ? [...bins.values] : [...bins.values, 'other'];
  const { low, high, edges } = bins;
  if (edges.length === 0) return [`${numberText(low)} – ${numberText(high)}`];
  const inner = edges.slice(1).map((edge, k) => `${numberText(edges[k]!)} – ${numberText(edge)}`);
  return [`≤ ${numberText(edges[0]!)}`, ...inner, `> ${numberText(edges.at(-1)!)}`];
}

/** Six digits at most: `72,000`, `0.0314`, `1.2e-9`. */
export function numberText(x: number): string {
  const short = Number(x.toPrecision(6));
  const size = Math.abs(short);
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) return String(Number(x.toPrecision(4)));
  const [whole = '', part] = String(short).split('.');
  return part === undefined ? grouped(whole) : `${grouped(whole)}.${part}`;
}
