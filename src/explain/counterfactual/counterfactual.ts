import { PlimsollError } from '../../core/errors.ts';
import type { Batch } from '../../model/batch.ts';
import type { Signature } from '../../model/signature.ts';
import { didYouMean } from '../../text/did-you-mean.ts';
import type { ExplainedModel } from '../explained-model.ts';
import { unfitOf } from '../explained-output.ts';
import { cellsOfRow, isMissingCell, isSameCell, type RowCell, rowsOfCells } from './changed-rows.ts';
import { cellDistance, type SearchedColumn } from './column-choices.ts';
import { unknownColumns } from './column-rules.ts';
import type { SearchedRow, SearchOutcome } from './outcome.ts';
import type { CounterfactualRequest } from './request.ts';
import { type RowSearch, rowSearch, type SearchQuestion } from './row-search.ts';
import {
  answerLacks,
  decidedAnswers,
  decidingOutput,
  isWantedAnswer,
  readWanted,
  type WantedAnswer,
} from './wanted.ts';

/** One changed column. */
export interface CellChange {
  readonly column: string;
  readonly from: unknown;
  readonly to: unknown;
  /** What the change adds to the distance. */
  readonly distance: number;
}

/** `found`; the row is answered `already` as wanted; no row is (`none-exists`), or none was found (`none-found`). */
export type CounterfactualStatus = 'found' | 'already' | 'none-exists' | 'none-found';

/** The nearest row that is answered as wanted. */
export interface RowCounterfactual {
  readonly row: number;
  readonly status: CounterfactualStatus;
  readonly method: SearchOutcome['method'] | null;
  /** Whether it is proved that no row is nearer, but for what makes numbers readable; or that there is none. */
  readonly exact: boolean;
  /** What the model answers to the row, and to its counterfactual. */
  readonly from: unknown;
  readonly to: unknown;
  readonly distance: number | null;
  /** It is proved that no row is nearer; null where nothing is. */
  readonly lowerBound: number | null;
  readonly changes: readonly CellChange[];
  /** The whole row, but for columns that the model does not read. */
  readonly counterfactual: Readonly<Record<string, unknown>> | null;
}

/** What counterfactuals are in JSON. */
export interface CounterfactualDocument {
  /** The output that decides, and what it is to be. */
  readonly output: string;
  readonly want: string;
  /** By what steps of each column are divided, of columns of numbers. */
  readonly scales: Readonly<Record<string, number>>;
  /** From what steps of a missing number are measured. */
  readonly middles: Readonly<Record<string, number>>;
  readonly rows: readonly RowCounterfactual[];
}

/**
 * The nearest rows that a model answers otherwise: exact for trees and linear models, by a bounded search for others. Each is predicted by
 * the model itself, and answered as wanted. Errors: EXPLANATION_UNFIT; those of a prediction.
 */
export async function counterfactualsOf(
  model: ExplainedModel,
  request: CounterfactualRequest,
  rows: Batch,
): Promise<CounterfactualDocument> {
  const { signature } = model.content;
  checkColumns(model, request);
  const wanted = wantedOf(model, signature, request.wanted);
  const output = decidingOutput(signature, wanted);
  if (output === null)
    throw unfitOf(model)(
      'its answer is no single label or number',
      "Ask of a model that answers one; '>=N' of one that answers a number, or the chance of two classes",
    );
  const asked: SearchQuestion = {
    ...{ rows, wanted, output },
    answer: async (batch) => decidedAnswers(await model.engine.infer(batch), output),
    answerWithLack: async (batch, given) => {
      const outputs = await model.engine.infer(batch);
      const answers = decidedAnswers(outputs, output);
      return { answers, lacks: answerLacks(answers, outputs, output, wanted, given) };
    },
  };
  const given = await asked.answer(rows);
  const search = await rowSearch(model, request, asked);
  const found: RowCounterfactual[] = [];
  for (let row = 0; row < rows.rows; row++)
    found.push(await soughtRow(search, asked, row, { cells: cellsOfRow(rows, row), given: given[row]! }));
  const numbers = search.columns.filter(
    ({ spec, categories }) => spec.type === 'number' && categories === null,
  );
  return {
    output: output.name,
    want: wantText(wanted, signature),
    scales: Object.fromEntries(numbers.map(({ spec, scale }) => [spec.name, scale])),
    middles: Object.fromEntries(numbers.map(({ spec, middle }) => [spec.name, middle])),
    rows: found,
  };
}

/** Throws INTERNAL where the model does not answer a counterfactual as wanted: none is handed out unasked. */
async function soughtRow(
  { search, columns }: RowSearch,
  { wanted, output, answer, rows }: SearchQuestion,
  row: number,
  sought: SearchedRow,
): Promise<RowCounterfactual> {
  const { given } = sought;
  const label = (value: number): unknown => output.classes?.values[value] ?? value;
  const nothing = {
    ...{ row, method: null, from: label(given), to: null, distance: null },
    changes: [],
    counterfactual: null,
  };
  if (isWantedAnswer(wanted, given, given))
    return { ...nothing, status: 'already', exact: true, to: label(given), distance: 0, lowerBound: 0 };
  const { cells, isExact: exact, method, lowerBound: bound } = await search(sought);
  const lowerBound = bound === Number.POSITIVE_INFINITY ? null : bound;
  if (cells === null)
    return { ...nothing, method, exact, status: exact ? 'none-exists' : 'none-found', lowerBound };
  const [to = -1] = await answer(rowsOfCells(rows, 1, (_, k) => cells[k] ?? null));
  if (!isWantedAnswer(wanted, given, to))
    throw new PlimsollError('INTERNAL', {
      action: 'a counterfactual',
      reason: `the model answers it ${label(to)}`,
    });
  const changes = changesOf(columns, sought.cells, cells);
  const distance = changes.reduce((sum, change) => sum + change.distance, 0);
  const counterfactual = Object.fromEntries(
    columns.flatMap((column, k) =>
      column.spec.ignored ? [] : [[column.spec.name, shown(column, cells[k] ?? null)]],
    ),
  );
  const status = 'found';
  return { ...nothing, status, method, exact, to: label(to), distance, lowerBound, changes, counterfactual };
}

function changesOf(
  columns: readonly SearchedColumn[],
  from: readonly RowCell[],
  to: readonly RowCell[],
): readonly CellChange[] {
  return columns.flatMap((column, k) => {
    const [before, after] = [from[k] ?? null, to[k] ?? null];
    if (isSameCell(before, after)) return [];
    const distance = cellDistance(column, before, after);
    return [{ column: column.spec.name, from: shown(column, before), to: shown(column, after), distance }];
  });
}

/** A cell as rows of input have it. */
function shown(column: SearchedColumn, cell: RowCell): unknown {
  if (isMissingCell(cell)) return null;
  return column.spec.type === 'bool' ? cell === 1 : cell;
}

function checkColumns(model: ExplainedModel, { rules, background }: CounterfactualRequest) {
  const { signature } = model.content;
  if (signature.form === 'tensors')
    throw unfitOf(model)(
      'its rows are tensors, which have no columns',
      'Ask of a model whose rows have columns',
    );
  const names = signature.columns.map(({ name }) => name);
  const [unknown] = unknownColumns(rules, names);
  if (unknown !== undefined)
    throw unfitOf(model)(
      `it has no column "${unknown}"${didYouMean(unknown, names)}`,
      `Name columns of the model: ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}`,
    );
  if (background !== null && background.rows === 0)
    throw unfitOf(model)('the background has no rows', 'Give --background a file with rows');
}

function wantedOf(model: ExplainedModel, { classes }: Signature, text: string | undefined): WantedAnswer {
  if (text === undefined) {
    if (classes !== null) return { kind: 'other' };
    throw unfitOf(model)(
      'it answers numbers, and nothing says which are wanted',
      "Say so: --want '>=N' or '<=N'",
    );
  }
  const wanted = readWanted(text, classes);
  if (wanted !== null) return wanted;
  const known = classes?.values.slice(0, 10).join(', ');
  throw unfitOf(model)(
    `"${text}" is no answer of it`,
    known === undefined ? "Give --want '>=N' or '<=N'" : `Give --want one of ${known}`,
  );
}

function wantText(wanted: WantedAnswer, { classes }: Signature): string {
  if (wanted.kind === 'other') return 'another class';
  if (wanted.kind === 'class') return String(classes?.values[wanted.index]);
  return `${wanted.side === 'least' ? '>=' : '<='}${wanted.value}`;
}
