import type {
  CounterfactualDocument,
  RowCounterfactual,
} from '../../explain/counterfactual/counterfactual.ts';
import { countText } from '../../text/count.ts';
import { truncate } from '../../text/truncate.ts';
import { printable } from '../output/printable.ts';

/** Rows that a terminal shows. */
const ROWS_SHOWN = 20;
const NAME_WIDTH = 32;

/** Of each row what changes, from what to what, and what the answer becomes. */
export function counterfactualPage({ output, want, rows }: CounterfactualDocument): string {
  const shown = rows.slice(0, ROWS_SHOWN).map((row) => [headOf(row, want), ...changesOf(row)].join('\n'));
  const more = rows.length - shown.length;
  return [
    `${output}: ${printable(want)} is wanted`,
    ...shown,
    ...(more > 0 ? [`… ${countText(more, 'more row')}: use --json`] : []),
  ].join('\n\n');
}

function headOf(row: RowCounterfactual, want: string): string {
  const from = `Row ${row.row}: ${figure(row.from)}`;
  switch (row.status) {
    case 'already':
      return `${from}, as wanted`;
    case 'none-exists':
      return `${from}; no change of these columns makes it ${printable(want)}`;
    case 'none-found':
      return `${from}; no change was found that makes it ${printable(want)}${boundText(row)}`;
    case 'found':
      return `${from} → ${figure(row.to)}, ${proofText(row)}`;
  }
}

function proofText({ exact, method, distance, lowerBound }: RowCounterfactual): string {
  const far = `distance ${figure(distance)}`;
  if (exact) return `${far}: the nearest there is`;
  if (method === 'heuristic' || lowerBound === null) return `${far}: heuristic, a nearer one may exist`;
  return `${far}: a nearer one may exist, none below ${figure(lowerBound)}`;
}

const boundText = ({ lowerBound }: RowCounterfactual): string =>
  lowerBound === null || lowerBound === 0 ? '' : `; none is nearer than ${figure(lowerBound)}`;

function changesOf({ changes }: RowCounterfactual): readonly string[] {
  const width = Math.min(NAME_WIDTH, Math.max(0, ...changes.map(({ column }) => printable(column).length)));
  return changes.map(({ column, from, to }) => {
    const name = truncate(printable(column), NAME_WIDTH).padEnd(width);
    return `  ${name}  ${cell(from)} → ${cell(to)}`;
  });
}

/** A value as it would be sent, in full: it is what the model is asked with. */
const cell = (value: unknown): string =>
  value === null ? 'missing' : typeof value === 'string' ? printable(JSON.stringify(value)) : String(value);

const figure = (value: unknown): string =>
  typeof value === 'number' ? String(Number(value.toPrecision(6))) : printable(String(value));
