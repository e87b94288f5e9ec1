/** Cells side by side, each column as wide as its widest cell, two spaces between; no trailing blanks. */
export function table(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, j) => {
      widths[j] = Math.max(widths[j] ?? 0, cell.length);
    });
  }
  return rows
    .map((row) => `${indent}${row.map((cell, j) => cell.padEnd(widths[j]!)).join('  ')}`.trimEnd())
    .join('\n');
}

/** `1,203`. Not `toLocaleString`: the first call loads locale data for 10 ms. */
export const grouped = (n: number): string => String(n).replaceAll(/\B(?=(\d{3})+$)/g, ',');

/** `3 rows`, `1 row`. */
export const count = (n: number, noun: string, plural = `${noun}s`): string =>
  `${grouped(n)} ${n === 1 ? noun : plural}`;

const UNITS = ['bytes', 'kB', 'MB', 'GB'] as const;

/** A file size for people: `812 bytes`, `1.4 MB`. */
export function bytes(size: number): string {
  const unit = size < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(size) / 3));
  return unit === 0 ? `${size} bytes` : `${(size / 1000 ** unit).toPrecision(3)} ${UNITS[unit]}`;
}

/** Text cut to `width` characters with an ellipsis. */
export const clip = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`;
