import { type FlatColumn, valueAt } from '../../scorer/flatten.ts';
import { printable } from '../output/printable.ts';
import { clip, count, table } from '../output/table.ts';

const CELL_WIDTH = 28;
const COLUMNS_SHOWN = 12;

/** The first `limit` rows of an answer as a table. */
export function answerTable(columns: readonly FlatColumn[], limit: number): string {
  const rows = columns[0]?.values.length ?? 0;
  const shown = columns.slice(0, COLUMNS_SHOWN);
  const more = columns.length - shown.length;
  const heading = ['row', ...shown.map(({ name }) => clip(printable(name), CELL_WIDTH))];
  const body = Array.from({ length: Math.min(rows, limit) }, (_, i) => [
    String(i),
    ...shown.map((column) => clip(printable(String(valueAt(column, i))), CELL_WIDTH)),
  ]);
  const lines = [table([heading, ...body], '')];
  if (rows > limit) lines.push(`… ${count(rows - limit, 'more row')}: use --output FILE or --json`);
  if (more > 0) lines.push(`… ${count(more, 'more column')}: use --output FILE or --json`);
  return lines.join('\n');
}
