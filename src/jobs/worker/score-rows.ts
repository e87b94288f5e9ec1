import type { ColumnFrame } from '../../scorer/frame.ts';
import type { ColumnScorer, ScoredFrame } from '../../scorer/scorer.ts';
import { takeFrameRows } from './frames.ts';

/** Scores a block, or only `rows` of it; what the others are given means nothing. */
export async function scoreRows(
  scorer: ColumnScorer,
  frame: ColumnFrame,
  rows: readonly number[] | null,
): Promise<ScoredFrame> {
  if (rows === null) return scorer.score(frame);
  const scored = await scorer.score(takeFrameRows(frame, rows));
  const outcomes = new Uint8Array(frame.rows);
  rows.forEach((row, i) => {
    outcomes[row] = scored.outcomes[i]!;
  });
  return {
    outcomes,
    refusals: scored.refusals.map((refusal) => ({ ...refusal, row: rows[refusal.row]! })),
    columns: scored.columns.map((column, j) => spread(column, scorer.outputs[j]!.type, rows, frame.rows)),
  };
}

function spread(
  column: ScoredFrame['columns'][number],
  type: ColumnScorer['outputs'][number]['type'],
  rows: readonly number[],
  length: number,
): ScoredFrame['columns'][number] {
  if (type === 'string') {
    const texts = new Array<string>(length).fill('');
    rows.forEach((row, i) => {
      texts[row] = column[i] as string;
    });
    return texts;
  }
  const values = new { number: Float64Array, integer: BigInt64Array, bool: Uint8Array }[type](length);
  rows.forEach((row, i) => {
    values[row] = column[i] as never;
  });
  return values;
}
