/** Lengths of time as people write them: `250us`, `500ms`, `90s`, `10m`, `1h30m`, `1d`. Pure. */

/** Milliseconds, smallest first. */
const UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** One or more numbers with a unit; the JSON Schema carries the same pattern. */
export const DURATION_PATTERN = '^(\\d+(\\.\\d+)?(us|ms|s|m|h|d))+$';

/** Milliseconds of a duration, to the microsecond, or undefined where the text is none. */
export function parseDuration(text: string): number | undefined {
  if (text.length > 40 || !new RegExp(DURATION_PATTERN).test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h|d)/g)];
  const millis = parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNITS[unit!]!, 0);
  return Math.round(millis * 1000) / 1000;
}

/** `90s` for 90 000: the largest unit that divides it without a rest, in at most two parts. */
export function formatDuration(millis: number): string {
  if (millis > 0 && millis < 1) return `${Math.round(millis * 1000)}us`;
  const whole = Math.round(millis);
  if (whole < 1000) return `${whole}ms`;
  const [unit, size] = Object.entries(UNITS).findLast(([, length]) => whole >= length)!;
  const rest = whole % size;
  const below = Object.entries(UNITS).findLast(([, length]) => length < size);
  const count = below === undefined ? 0 : Math.round(rest / below[1]);
  return `${Math.floor(whole / size)}${unit}${count === 0 ? '' : `${count}${below![0]}`}`;
}

const PARTS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** For people to read, in the two largest units: `42 s`, `3 min 20 s`, `2 h`, `1 d 4 h`. */
export function durationText(millis: number): string {
  const seconds = Math.max(0, Math.round(millis / 1000));
  const first = PARTS.findIndex(([, size]) => seconds >= size);
  let left = seconds;
  const parts = PARTS.slice(first, first + 2).map(([unit, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count === 0 ? '' : `${count} ${unit}`;
  });
  return parts.filter((part) => part !== '').join(' ') || '0 s';
}
