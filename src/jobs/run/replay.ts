/**
 * Rows without an answer, scored again under the same job: a run of its own, whose input are the rows as they were
 * recorded, or as they were mended, and whose output is that of the run before together with what is ok now.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { RunRow } from '../../store/ledger/ledger.ts';
import { csvCell } from '../../text/csv.ts';
import { keyOfRecord, parsedRecord, separatorOf } from '../rejects/raw-record.ts';
import type { JobSpec, SourceSpec } from '../spec/spec.ts';
import { runSpecOf } from '../spec/stored-spec.ts';
import { uriKindOf } from '../spec/uri.ts';
import type { DeadLetter } from '../worker/dead-letters.ts';
import type { RunPlan } from './plan.ts';
import { replayDue } from './replay-base.ts';
import { rejectsPath } from './run-dead-letters.ts';
import { runPlanOf, storedReceiptOf } from './stored-run.ts';

/** Bytes of dead letters that are replayed at most: they are put together in memory. */
const LETTERS_MAX = 512 * 2 ** 20;

export interface ReplayRequest {
  /** The job's last run that is done. */
  readonly base: RunRow;
  readonly dataDir: string;
  /** Each takes the place of the row of its key; null where all are as they were. */
  readonly mended: MendedRows | null;
  /** Another model than that of the run. */
  readonly model: string | null;
}

/** Rows that somebody has put right, as objects. */
export interface MendedRows {
  readonly rows: readonly unknown[];
  /** The error for one that is none. */
  refuse(index: number, found: string): PlimsollError;
}

/** A run to begin: the same request always gives the same one. */
export interface ReplayRun {
  readonly id: string;
  readonly due: string;
  readonly spec: JobSpec;
}

/** Puts the input of a replay together. Throws JOB_STATE where there is nothing to replay, and what `refuse` makes of mended rows that are none of them. */
export function replayOf({ base, dataDir, mended: given, model }: ReplayRequest): ReplayRun {
  const spec = runSpecOf(base);
  const plan = runPlanOf(base);
  if (plan === null)
    throw new PlimsollError('INTERNAL', { action: `run ${base.id}`, reason: 'it has no plan' });
  const names = plan.frozen.columns.map(({ name }) => name);
  const letters = readLetters(base, join(dataDir, 'jobs', base.id)).map((letter) => ({
    ...letter,
    key: letter.key ?? keyOfRecord(letter, spec.key, names),
  }));
  const mended = given === null ? [] : checkedRows(given, spec.key, letters);
  const keys = new Set(mended.map((row) => String(row[spec.key])));
  const asTheyWere = letters.filter(({ key }) => key === null || !keys.has(key));
  const input = inputOf(plan, letters, asTheyWere, mended);
  const digest = createHash('sha256')
    .update(`${model ?? ''}\n${input.text}`)
    .digest('hex')
    .slice(0, 12);
  const folder = join(dataDir, 'jobs', base.id, `replay-${digest}`);
  mkdirSync(folder, { recursive: true });
  const uri = join(folder, `rows.${input.format}`);
  writeFileSync(uri, input.text, { flush: true });
  const { spark: _, carried: __, choices, ...kept } = spec;
  return {
    id: `${base.id}-${digest}`,
    due: replayDue(base.id, digest),
    spec: {
      ...kept,
      model: model ?? spec.model,
      // Of another model nothing was chosen.
      ...(model === null && choices !== undefined ? { choices } : {}),
      source: { uri, format: input.format },
      features: plan.inputs,
      ...carriedOf(spec, base),
    },
  };
}

function readLetters(base: RunRow, folder: string): DeadLetter[] {
  const path = rejectsPath(folder);
  if (!existsSync(path)) {
    const details = { action: 'replay the rows of', job: base.job, found: 'has none without an answer' };
    throw new PlimsollError('JOB_STATE', {
      ...details,
      wanted: 'one that has',
      way: 'There is nothing to be done',
    });
  }
  return linesOf(path).map((line) => JSON.parse(line) as DeadLetter);
}

function linesOf(path: string): string[] {
  const bytes = readFileSync(path);
  if (bytes.length > LETTERS_MAX) {
    const reason = `"${path}" has ${bytes.length} bytes, at most ${LETTERS_MAX} are replayed`;
    throw new PlimsollError('USAGE', { reason, command: 'batch replay-rejects' });
  }
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
}

/** Mended rows in a file, one JSON object a line. Throws FILE_NOT_FOUND, USAGE. */
export function mendedRowsIn(path: string): MendedRows {
  if (!existsSync(path)) throw new PlimsollError('FILE_NOT_FOUND', { path });
  return {
    rows: linesOf(path).map(parsedRecord),
    refuse: (index, found) =>
      new PlimsollError('USAGE', {
        reason: `line ${index + 1} of "${path}" ${found}`,
        command: 'batch replay-rejects',
      }),
  };
}

type Row = Readonly<Record<string, unknown>>;

/** Refuses a row that is no object, or has a key that no rejected row has. */
function checkedRows({ rows, refuse }: MendedRows, key: string, letters: readonly DeadLetter[]): Row[] {
  const known = new Set(letters.map((letter) => letter.key));
  // A row that lacked its key, or could not be read at all, comes back under one that nobody knows.
  let keyless = letters.filter((letter) => letter.key === null).length;
  return rows.map((row, i) => {
    if (!isRecord(row)) throw refuse(i, 'is no JSON object, a row was wanted');
    if (row[key] === undefined || row[key] === null)
      throw refuse(i, `has no "${key}", the key of a row was wanted`);
    if (!known.has(String(row[key])) && keyless-- <= 0)
      throw refuse(i, `has the key ${JSON.stringify(row[key])}, that of a row without an answer was wanted`);
    return row;
  });
}

interface ReplayInput {
  readonly text: string;
  readonly format: 'csv' | 'jsonl';
}

/** The records of `kept` as they stood in their source; mended rows in the form that all of them had. */
function inputOf(
  plan: RunPlan,
  letters: readonly DeadLetter[],
  kept: readonly DeadLetter[],
  mended: readonly Row[],
): ReplayInput {
  const isText = letters.every(({ line }) => line !== null);
  const isJson = letters.every(({ raw }) => raw.startsWith('{'));
  if (!isText || isJson) {
    const numbers = isText ? NO_NUMBERS : numberColumns(plan);
    const lines = [
      ...kept.map(({ raw }) => (isText ? raw.trimEnd() : jsonLine(parsedRecord(raw), numbers))),
      ...mended.map((row) => jsonLine(row, numbers)),
    ];
    return { format: 'jsonl', text: `${lines.join('\n')}\n` };
  }
  const names = plan.frozen.columns.map(({ name }) => name);
  const separator = separatorOf(
    letters.map(({ raw }) => raw),
    names.length,
  );
  const record = (cells: readonly unknown[]): string =>
    cells.map((cell) => csvCell(textOf(cell), separator)).join(separator);
  const lines = [
    record(names),
    ...kept.map(({ raw }) => raw.replace(/\r?\n$/, '')),
    ...mended.map((row) => record(names.map((name) => row[name]))),
  ];
  return { format: 'csv', text: `${lines.join('\n')}\n` };
}

const NO_NUMBERS: ReadonlySet<string> = new Set();
const EXACT_NUMBERS = /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL\b.*)$/;

/** Columns whose numbers a record has as text, so that no digit of them is lost. */
const numberColumns = ({ frozen }: RunPlan): ReadonlySet<string> =>
  new Set(frozen.columns.filter(({ type }) => EXACT_NUMBERS.test(type)).map(({ name }) => name));

/** A row as JSON, with all digits of the numbers in `numbers`: as text they would be read as text again. */
function jsonLine(row: unknown, numbers: ReadonlySet<string>): string {
  if (!isRecord(row) || numbers.size === 0) return JSON.stringify(row);
  const cells = Object.entries(row).map(([name, value]) => {
    const isNumber = numbers.has(name) && typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value);
    return `${JSON.stringify(name)}:${isNumber ? value : JSON.stringify(value)}`;
  });
  return `{${cells.join(',')}}`;
}

function textOf(cell: unknown): string | null {
  if (cell === undefined || cell === null) return null;
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}

/** Files are published anew, with the rows that they have; tables get rows added. */
function carriedOf(spec: JobSpec, base: RunRow): { readonly carried?: SourceSpec } {
  const published = storedReceiptOf(base)?.output.rows ?? 0;
  if (uriKindOf(spec.sink.uri) !== 'file' || published === 0) return {};
  return { carried: { uri: spec.sink.uri, format: spec.sink.format } };
}
