/** What bins are called to people. Pure. */

import { elementAt, lastOf } from '../../core/element-at.ts';
import { numberText } from '../../text/numbers.ts';
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
  if (bins.kind !== 'values') return null;
  const [low, high] = [bins.values[0], bins.values.at(-1)];
  return low === undefined || high === undefined ? null : { low, high };
}

function regularNames(bins: FeatureProfile['bins']): string[] {
  if (bins.kind === 'presence') return ['present'];
  if (bins.kind === 'values') return bins.values.map(numberText);
  if (bins.kind === 'categories') return bins.rest === null ? [...bins.values] : [...bins.values, 'other'];
  const { low, high, edges } = bins;
  const [first, ...others] = edges;
  if (first === undefined) return [`${numberText(low)} – ${numberText(high)}`];
  const inner = others.map((edge, k) => `${numberText(elementAt(edges, k))} – ${numberText(edge)}`);
  return [`≤ ${numberText(first)}`, ...inner, `> ${numberText(lastOf(edges))}`];
}
