import { type FlatColumn, valueAt } from '../../scorer/flatten.ts';
import { countText } from '../../text/count.ts';
import { truncate } from '../../text/truncate.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';

const CELL_WIDTH = 28;
const COLUMNS_SHOWN = 12;

/** The first `limit` rows of an answer as a table. */
export function predictionTable(columns: readonly FlatColumn[], limit: number): string {
  const rows = columns[0]?.values.length ?? 0;
  const shown = columns.slice(0, COLUMNS_SHOWN);
  const more = columns.length - shown.length;
  const heading = ['row', ...shown.map(({ name }) => truncate(printable(name), CELL_WIDTH))];
  const body = Array.from({ length: Math.min(rows, limit) }, (_, i) => [
    String(i),
    ...shown.map((column) => truncate(printable(String(valueAt(column, i))), CELL_WIDTH)),
  ]);
  const lines = [formatTable([heading, ...body], '')];
  if (rows > limit) lines.push(`… ${countText(rows - limit, 'more row')}: use --output FILE or --json`);
  if (more > 0) lines.push(`… ${countText(more, 'more column')}: use --output FILE or --json`);
  return lines.join('\n');
}
