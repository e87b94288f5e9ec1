/** Words of messages about names and values that a file gave: short, whatever the file holds. */
import { truncate } from '../text/truncate.ts';

const CHARS_MAX = 60;
const LISTED_MAX = 8;

/** A name or a value as text: strings in quotes, clipped. */
export const quotedValue = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(clipped(value)) : String(value);

const clipped = (text: string): string => truncate(text, CHARS_MAX + 1);

/** `a, b, c … (12 in all)`. */
export function listed(items: readonly string[]): string {
  const shown = items.slice(0, LISTED_MAX).map(clipped).join(', ');
  return items.length > LISTED_MAX ? `${shown} … (${items.length} in all)` : shown;
}
