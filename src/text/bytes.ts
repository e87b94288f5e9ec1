/** Sizes as people read them. Pure. */

const UNITS = ['bytes', 'kB', 'MB', 'GB'] as const;

/** `812 bytes`, `12.3 kB`, `1.4 MB`, in steps of 1000. */
export function bytesText(size: number): string {
  const unit = size < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(size) / 3));
  return `${Number((size / 1000 ** unit).toPrecision(3))} ${UNITS[unit]}`;
}
