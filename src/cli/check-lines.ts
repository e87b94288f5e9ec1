/** The checks of a version for people: one a line, the parts of a long finding below each other. */
import type { Check } from '../store/store.ts';
import { printable } from './printable.ts';
import { table } from './table.ts';

/** A finding that is longer is broken at its semicolons. */
const LONG = 120;

export const checkLines = (checks: readonly Check[]): string =>
  table(
    checks.flatMap(({ name, ok, detail }) =>
      partsOf(detail).map((part, i) => [...(i === 0 ? [ok ? '✓' : '✗', name] : ['', '']), printable(part)]),
    ),
  );

function partsOf(detail: string): readonly string[] {
  const parts = detail.split('; ');
  return detail.length <= LONG
    ? [detail]
    : parts.map((part, i) => (i < parts.length - 1 ? `${part};` : part));
}
