/** The checks of a version for people: one a line, the parts of a long finding below each other. */
import type { Check } from '../../store/store.ts';
import { printable } from './printable.ts';
import { formatTable } from './table.ts';

/** A finding that is longer is broken at its semicolons. */
const LONG = 120;

export const versionCheckLines = (checks: readonly Check[]): string =>
  formatTable(
    checks.flatMap(({ name, ok, detail }) =>
      partsOf(detail).map((part, i) => [...(i === 0 ? [ok ? '✓' : '✗', name] : ['', '']), printable(part)]),
    ),
  );

function partsOf(detail: string): readonly string[] {
  if (detail.length <= LONG) return [detail];
  const parts = [''];
  let depth = 0;
  for (const word of detail.split(' ')) {
    const last = parts.length - 1;
    parts[last] += parts[last] === '' ? word : ` ${word}`;
    depth += word.split('(').length - word.split(')').length;
    // A semicolon in brackets belongs to what they explain.
    if (word.endsWith(';') && depth <= 0) parts.push('');
  }
  return parts;
}
