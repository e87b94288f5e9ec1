/** Scoring all rows of a batch but those that the engine refuses or fails on. Pure. */
import { type ErrorCode, isPlimsollError } from '../core/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { Batch, Outputs } from '../model/batch.ts';
import { sliceBatch } from '../model/slice.ts';

/** Hears of an answer for `count` rows from `from` on; what it throws is a failure of these rows. */
export type AnswerSink = (outputs: Outputs, from: number, count: number) => void;
/** Hears of a row that the engine does not answer, and why. */
export type RefusalSink = (row: number, error: unknown) => void;

/** Rows given to the engine at once. */
export const BLOCK_ROWS = 2048;

/** Failures that are no row's fault: what has them would fail on every row. */
const FATAL: ReadonlySet<ErrorCode> = new Set(['BUNDLE_GONE', 'SCORER_DIED', 'ENGINE_CLOSED']);

/**
 * Has every row answered that can be. A block that fails is cut in half until the rows at fault are alone; where the
 * error names a row, that row is taken out at once. So `bad` rows cost at most 2 bad log2(block) calls, one that is
 * named 4. Throws what is no row's fault.
 */
export async function isolate(
  engine: Engine,
  batch: Batch,
  answered: AnswerSink,
  unanswered: RefusalSink,
): Promise<void> {
  for (let from = 0; from < batch.rows; from += BLOCK_ROWS)
    await scoreRange(engine, batch, from, Math.min(from + BLOCK_ROWS, batch.rows), answered, unanswered);
}

async function scoreRange(
  engine: Engine,
  batch: Batch,
  from: number,
  to: number,
  answered: AnswerSink,
  unanswered: RefusalSink,
): Promise<void> {
  if (from >= to) return;
  try {
    const whole = from === 0 && to === batch.rows;
    answered(await engine.infer(whole ? batch : sliceBatch(batch, from, to)), from, to - from);
    return;
  } catch (error) {
    if (isFatal(error)) throw error;
    const named = to - from === 1 ? from : rowNamed(error, from, to);
    if (named !== null) unanswered(named, error);
    for (const [start, end] of cut(from, to, named))
      await scoreRange(engine, batch, start, end, answered, unanswered);
  }
}

/** Also where no process of the engine comes up any more; one that died of these rows is another matter. */
const isFatal = (error: unknown): boolean =>
  isPlimsollError(error) && (FATAL.has(error.code) || error.details['isDown'] === true);

/** The row that an error says is at fault, or null. */
function rowNamed(error: unknown, from: number, to: number): number | null {
  const row = isPlimsollError(error) ? error.details['row'] : undefined;
  const isRow = typeof row === 'number' && Number.isInteger(row) && row >= 0 && from + row < to;
  return isRow ? from + row : null;
}

/**
 * What is left of a range without a row, in pieces of at most half of it: however many rows are at fault, and named one
 * after the other, no row is scored more than log2(block) times.
 */
function cut(from: number, to: number, without: number | null): readonly (readonly [number, number])[] {
  const middle = (from + to) >> 1;
  if (without === null)
    return [
      [from, middle],
      [middle, to],
    ];
  return [
    [from, Math.min(without, middle)],
    [middle, without],
    [without + 1, middle],
    [Math.max(without + 1, middle), to],
  ];
}
