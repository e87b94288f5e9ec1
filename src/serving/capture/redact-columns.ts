import type { CapturedColumn } from '../../capture/block.ts';
import type { CaptureRule } from '../../capture/capture-rules.ts';
import { hasherOf } from '../../capture/hash-key.ts';

/** Leaves out what must not leave the process, and hashes what must not be read: a text, or a number's shortest decimal form. */
export function redactColumns(
  columns: readonly CapturedColumn[],
  { drop, hash }: Pick<CaptureRule, 'drop' | 'hash'>,
  key: () => Uint8Array | null,
): readonly CapturedColumn[] {
  if (drop.length === 0 && hash.length === 0) return columns;
  return columns.flatMap((column) => {
    if (drop.includes(column.name)) return [];
    if (!hash.includes(column.name)) return [column];
    const secret = key();
    return secret === null ? [] : [hashed(column, secret)];
  });
}

function hashed({ name, values }: CapturedColumn, key: Uint8Array): CapturedColumn {
  const hash = hasherOf(key);
  const known = new Map<string, string>();
  const hashOf = (value: string): string => {
    const found = known.get(value) ?? hash(value);
    known.set(value, found);
    return found;
  };
  const texts = Array.from<string | number | null, string | null>(values, (value) =>
    value === null || Number.isNaN(value) ? null : hashOf(String(value)),
  );
  return { name, values: texts };
}
