/** Numbers as people read them in a terminal. */

import type { MetricScale } from '../../../rollout/experiment/arm-comparisons.ts';
import { formatDuration } from '../../../text/duration.ts';
import { grouped } from '../../../text/numbers.ts';

/** Evidence as a factor, from its natural logarithm: `×180`, `×10^12`, `×0.4`. */
export function evidenceFactor(log: number | null): string {
  if (log === null) return '×0';
  if (Math.abs(log) >= 14) return `×10^${Math.round(log / Math.LN10)}`;
  const value = Math.exp(log);
  return `×${value >= 999.5 ? grouped(Math.round(value)) : Number(value.toPrecision(2))}`;
}

/** A difference, with its sign. */
const signed = (value: number): string =>
  `${value === 0 ? '' : value < 0 ? '−' : '+'}${Number(Math.abs(value).toPrecision(2))}`;

/** A difference of shares in percentage points, `+1.7 pp`; of anything else as it is. */
export const signedDifference = (value: number, scale: MetricScale): string =>
  scale === 'share' ? `${signed(100 * value)} pp` : signed(value);

/** `0.41 ms`, `1.2 s`. */
export const millisText = (value: number): string =>
  value >= 1000 ? `${Number((value / 1000).toPrecision(3))} s` : `${Number(value.toPrecision(2))} ms`;

/** A length of time without the parts of a second that nobody reads: `15s`, `1h30m`. */
export const elapsedText = (length: number): string =>
  formatDuration(length < 1000 ? length : Math.floor(length / 1000) * 1000);

/** A bar of `width` cells: filled up to `share`, and the furthest it ever was as a thin mark. */
export function evidenceBar(share: number, width: number, most = share): string {
  const cells = (part: number): number => Math.round(Math.max(0, Math.min(1, part)) * width);
  const full = cells(share);
  const mark = cells(most);
  const rest = '·'.repeat(width - full).split('');
  if (mark > full) rest[mark - full - 1] = '╎';
  return `${'█'.repeat(full)}${rest.join('')}`;
}
