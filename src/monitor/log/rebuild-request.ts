/** Requests and answers as they were, out of what the log has of them. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import type { ColumnSpec, OutputSpec, Signature } from '../../model/signature.ts';
import type { LoggedColumn } from './log-shape.ts';
import type { LoggedCells } from './past-requests.ts';

/** What is known of the columns of a logged row. */
export interface ReplayableShape {
  readonly inputs: readonly Pick<LoggedColumn, 'name' | 'redacted'>[];
}

type JsonCell = string | number | boolean | null;

/** Refuses what cannot be sent again: columns that were redacted, tensors. Throws LOG_REDACTED, LOG_PARTIAL. */
export function requireReplayable(endpoint: string, signature: Signature, shape: ReplayableShape): void {
  if (signature.form === 'tensors' || signature.open === true) {
    const reason = signature.form === 'tensors' ? 'tensors' : 'rows of any width';
    throw new PlimsollError('LOG_PARTIAL', { endpoint, reason: `its model takes ${reason}` });
  }
  const logged = new Map(shape.inputs.map((column) => [column.name, column]));
  for (const { name, ignored } of signature.columns) {
    if (ignored) continue;
    const column = logged.get(name);
    if (column?.redacted === null) continue;
    const found = column === undefined ? 'nothing' : column.redacted === 'hash' ? 'only hashes' : 'only bins';
    throw new PlimsollError('LOG_REDACTED', { endpoint, column: name, found });
  }
}

/** A /predict body of rows whose cells go by the names of the signature's columns. */
export function requestBodyOf(signature: Signature, rows: readonly LoggedCells[]): unknown {
  if (signature.form === 'tensors') return null;
  const { columns, form } = signature;
  const data = rows.map((cells) => columns.map((column) => inputCell(cells[column.name], column)));
  if (form !== 'table') return { instances: data.map(([cell]) => cell) };
  if (!columns.every(({ named }) => named)) return { instances: data };
  return { dataframe_split: { columns: columns.map(({ name }) => name), data } };
}

/** The log has booleans as numbers, and columns that no step reads not at all. */
function inputCell(cell: unknown, { type }: ColumnSpec): JsonCell {
  const value = (cell ?? null) as JsonCell;
  return type === 'bool' && typeof value === 'number' ? value === 1 : value;
}

/**
 * The answers to rows as `outputsToJson` gives them: by output, nested as its shape says. Outputs that the log has not
 * exactly are left out: summaries of wide ones, lists of matrices, whole numbers of more than 53 bits.
 */
export function loggedAnswers(
  { outputs }: Signature,
  rows: readonly LoggedCells[],
): Record<string, JsonCell[] | JsonCell[][]> {
  const answers: Record<string, JsonCell[] | JsonCell[][]> = {};
  for (const spec of outputs) {
    const columns = columnsOf(spec, rows[0] ?? {});
    if (columns === null) continue;
    const cells = rows.map((row) => columns.map((name) => outputCell(row[name], spec)));
    if (
      cells
        .flat()
        .some((cell) => typeof cell === 'number' && Math.abs(cell) > Number.MAX_SAFE_INTEGER && isWhole(spec))
    )
      continue;
    answers[spec.name] = spec.shape.length === 1 ? cells.map(([cell]) => cell ?? null) : cells;
  }
  return answers;
}

/** Names of an output's columns (`scorer/flatten.ts`), in their order; null where the log has not each element. */
function columnsOf(
  { name, shape, classes, parts }: OutputSpec,
  cells: LoggedCells,
): readonly string[] | null {
  if (parts !== undefined || shape.length > 2) return null;
  const has = (column: string): boolean => Object.hasOwn(cells, column);
  if (shape.length === 1) return has(name) ? [name] : null;
  const byClass = classes?.values.map((value) => `${name}_${String(value)}`) ?? [];
  if (byClass.length > 0 && byClass.every(has)) return byClass;
  const numbered: string[] = [];
  while (has(`${name}_${numbered.length}`)) numbered.push(`${name}_${numbered.length}`);
  const isWholeRow = numbered.length > 0 && (shape[1] === -1 || shape[1] === numbered.length);
  return isWholeRow ? numbered : null;
}

const isWhole = ({ dtype }: OutputSpec): boolean => dtype === 'int64' || dtype === 'uint64';

function outputCell(cell: unknown, { dtype }: OutputSpec): JsonCell {
  const value = (cell ?? null) as JsonCell;
  return dtype === 'bool' && typeof value === 'number' ? value === 1 : value;
}
