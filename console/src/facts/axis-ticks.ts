/** Where the axes of charts have their marks. Pure. */

/** Round values from `low` to `high`, steps of 1, 2 or 5 of a power of ten: about `wanted` of them. */
export function valueTicks(low: number, high: number, wanted = 5): readonly number[] {
  const rough = (high - low) / wanted;
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => power * factor >= rough * (1 - 1e-9)) ?? 10);
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/** Of a character beside an axis, on average, and between the longest text and the edge. */
const [CHARACTER, EDGE] = [7, 16];

/** Pixels that the texts beside an axis take, `least` at least: one that is cut off reads as another number. */
export const axisRoom = (texts: readonly string[], least: number): number =>
  Math.max(least, EDGE + CHARACTER * Math.max(0, ...texts.map((text) => text.length)));

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Lengths of time that clocks and calendars are read by. */
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14, 30, 90].map((days) => days * DAY),
];

/** Moments on the clock of whoever looks, `zone` minutes west of UTC, at most `most` of them. */
export function timeTicks(
  from: number,
  to: number,
  most: number,
  zone = new Date(from).getTimezoneOffset(),
): readonly number[] {
  const step = STEPS.find((size) => (to - from) / size <= most) ?? (to - from) / most;
  const offset = zone * MINUTE;
  const first = Math.ceil((from - offset) / step) * step + offset;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, k) => first + k * step);
}
