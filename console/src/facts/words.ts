/** Figures as people read them. Pure. */

const number = (digits: number): Intl.NumberFormat =>
  new Intl.NumberFormat('en', { maximumSignificantDigits: digits });
const THREE = number(3);
const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const UNKNOWN = '–';

export const countWords = (count: number): string =>
  count < 100_000 ? WHOLE.format(count) : COMPACT.format(count);

export function rateWords(rate: number | null): string {
  if (rate === null) return UNKNOWN;
  if (rate === 0) return '0/s';
  return rate < 0.1 ? `${THREE.format(rate * 60)}/min` : `${THREE.format(rate)}/s`;
}

export function millisWords(millis: number | null): string {
  if (millis === null) return UNKNOWN;
  if (millis < 1) return `${WHOLE.format(millis * 1000)} µs`;
  if (millis < 1000) return `${THREE.format(millis)} ms`;
  return `${THREE.format(millis / 1000)} s`;
}

export function shareWords(share: number | null): string {
  if (share === null) return UNKNOWN;
  if (share === 0) return '0 %';
  return share < 0.0001 ? '< 0.01 %' : `${number(share < 0.1 ? 2 : 3).format(share * 100)} %`;
}

const STEPS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const;

/** A length of time, in its largest unit and at most one more: `2 h 5 min`. */
export function durationWords(millis: number): string {
  const k = STEPS.findIndex(([size]) => millis >= size);
  const [first, second] = [STEPS[k], STEPS[k + 1]];
  if (first === undefined) return `${WHOLE.format(Math.max(0, millis))} ms`;
  const whole = Math.floor(millis / first[0]);
  const rest = second === undefined ? 0 : Math.floor((millis - whole * first[0]) / second[0]);
  return rest === 0 || second === undefined
    ? `${whole} ${first[1]}`
    : `${whole} ${first[1]} ${rest} ${second[1]}`;
}

const BYTES = [
  [1e12, 'TB'],
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
] as const;

/** In steps of a thousand, as the server says them. */
export function bytesWords(bytes: number): string {
  const step = BYTES.find(([size]) => bytes >= size);
  return step === undefined ? plural(bytes, 'byte') : `${THREE.format(bytes / step[0])} ${step[1]}`;
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${WHOLE.format(count)} ${count === 1 ? one : many}`;

/** A difference with its sign: of shares in points of percent, else in its own terms. */
export function differenceWords(value: number | null, scale: 'share' | 'plain'): string {
  if (value === null) return UNKNOWN;
  const signed = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, signDisplay: 'exceptZero' });
  return scale === 'share' ? `${signed.format(value * 100)} pp` : signed.format(value);
}
