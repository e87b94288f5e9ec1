/** `1,203` of a whole number, or of its digits. Not `toLocaleString`: the first call loads locale data for 10 ms. */
export const grouped = (n: number | string): string => String(n).replaceAll(/\B(?=(\d{3})+$)/g, ',');

/** `2.4 µs`, `12.5 ms`: a time measured in microseconds, in the unit that people read it in. */
export const microsText = (micros: number): string =>
  micros < 1000 ? `${micros} µs` : `${micros / 1000} ms`;
