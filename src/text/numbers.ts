/** Numbers as people read them. Pure. */

/** `1,203`, `1,203.5`. Not `toLocaleString`: the first call loads locale data for 10 ms. */
export function grouped(n: number | string): string {
  const [whole = '', ...part] = String(n).split('.');
  return [whole.replaceAll(/\B(?=(\d{3})+$)/g, ','), ...part].join('.');
}

/** Six digits at most: `72,000`, `0.0314`, `1.2e-9`. */
export function numberText(x: number): string {
  const short = Number(x.toPrecision(6));
  const size = Math.abs(short);
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) return String(Number(x.toPrecision(4)));
  return grouped(short);
}

/** `2.4 µs`, `12.5 ms`: a time measured in microseconds, in the unit that people read it in. */
export const microsText = (micros: number): string =>
  micros < 1000 ? `${micros} µs` : `${micros / 1000} ms`;
