/** Lengths of time as people write them: `500ms`, `90s`, `10m`, `1h30m`, `1d`. Pure. */

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** One or more numbers with a unit; the JSON Schema carries the same pattern. */
export const DURATION_PATTERN = '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$';

/** Milliseconds of a duration, or undefined where the text is none. */
export function parseDuration(text: string): number | undefined {
  if (text.length > 40 || !new RegExp(DURATION_PATTERN).test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  return Math.round(parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNITS[unit!]!, 0));
}

/** `90s` for 90 000: the largest unit that divides it without a rest, in at most two parts. */
export function formatDuration(millis: number): string {
  const whole = Math.round(millis);
  if (whole < 1000) return `${whole}ms`;
  const [unit, size] = Object.entries(UNITS).findLast(([, length]) => whole >= length)!;
  const rest = whole % size;
  const below = Object.entries(UNITS).findLast(([, length]) => length < size);
  const count = below === undefined ? 0 : Math.round(rest / below[1]);
  return `${Math.floor(whole / size)}${unit}${count === 0 ? '' : `${count}${below![0]}`}`;
}
