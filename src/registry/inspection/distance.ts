/** How far two answers lie apart. Pure. */
import type { JsonValue } from '../../serving/rows/outputs-to-json.ts';

export interface AnswerDistance {
  readonly isSame: boolean;
  /** Largest |after - before|, and that over |before|; null where no numbers differ or are alike. */
  readonly absolute: number | null;
  readonly relative: number | null;
}

/** Lists of other lengths, and anything but two numbers, are the same or not. */
export function answerDistance(before: JsonValue, after: JsonValue): AnswerDistance {
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before
      .map((item: JsonValue, k) => answerDistance(item, after[k] ?? null))
      .reduce(further, { isSame: true, absolute: null, relative: null });
  if (typeof before === 'number' && typeof after === 'number') {
    const absolute = Math.abs(after - before);
    const relative = absolute === 0 ? 0 : absolute / Math.max(Math.abs(before), Number.MIN_VALUE);
    return { isSame: absolute === 0, absolute, relative };
  }
  const isSame = JSON.stringify(before) === JSON.stringify(after);
  return { isSame, absolute: null, relative: isSame ? null : 1 };
}

const further = (a: AnswerDistance, b: AnswerDistance): AnswerDistance => ({
  isSame: a.isSame && b.isSame,
  absolute: largest(a.absolute, b.absolute),
  relative: largest(a.relative, b.relative),
});

export const largest = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);
