import { isRecord } from '../../core/record.ts';
import type { Signature, TensorSpec } from '../../model/signature.ts';
import { goldenRowsIn } from './golden-rows.ts';

/** What golden rows of a network tell about the tensors that it takes, where nothing else does. Pure. */

/** Axes of one row at most. */
const MOST_AXES = 8;

/**
 * Signatures that nested rows fit, the likelier first: whole numbers alone may be tokens, which networks take as int64, or pixels,
 * which they take as float32. Empty where the rows are those of a table.
 */
export function tensorSignaturesOf(input: unknown): readonly Signature[] {
  const [first] = goldenRowsIn(input);
  const named: readonly (readonly [string, unknown])[] = isRecord(first)
    ? Object.entries(first)
    : [['input', first]];
  const parts = named.map(([name, value]) => ({ name, shape: shapeOf(value), whole: isWhole(value) }));
  const isNested = isRecord(first)
    ? parts.some(({ shape }) => shape !== null && shape.length > 0)
    : (parts[0]?.shape?.length ?? 0) > 1;
  if (!isNested) return [];
  const tensors: { readonly name: string; readonly shape: readonly number[]; readonly whole: boolean }[] = [];
  for (const { name, shape, whole } of parts) {
    if (shape === null) return [];
    tensors.push({ name, shape: [-1, ...shape], whole });
  }
  const signatureWith = (whole: 'int64' | 'float32'): Signature => ({
    form: 'tensors',
    tensors: tensors.map(
      ({ name, shape, whole: isAllWhole }): TensorSpec => ({
        name,
        shape,
        dtype: isAllWhole ? whole : 'float32',
      }),
    ),
    outputs: [],
    classes: null,
  });
  return tensors.some(({ whole }) => whole)
    ? [signatureWith('int64'), signatureWith('float32')]
    : [signatureWith('float32')];
}

/** Sizes of nested lists of numbers, by their first items; null of anything else. */
function shapeOf(value: unknown): readonly number[] | null {
  const shape: number[] = [];
  let inner = value;
  while (Array.isArray(inner) && shape.length < MOST_AXES) {
    shape.push(inner.length);
    [inner] = inner;
  }
  return typeof inner === 'number' ? shape : null;
}

const isWhole = (value: unknown): boolean =>
  Array.isArray(value) ? value.every(isWhole) : Number.isInteger(value);
