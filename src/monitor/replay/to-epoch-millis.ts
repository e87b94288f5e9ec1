/** Numbers as times. Pure. */

/** Below these, numbers count seconds, milliseconds and microseconds since the epoch; above, nanoseconds. */
const [SECONDS, MILLIS, MICROS] = [1e11, 1e14, 1e17] as const;

/** Milliseconds since the epoch, of a number that counts in the unit that its size tells. */
export function toEpochMillis(value: number): number {
  const size = Math.abs(value);
  if (size < SECONDS) return value * 1000;
  if (size < MILLIS) return value;
  return size < MICROS ? value / 1000 : value / 1e6;
}
