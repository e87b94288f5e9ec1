import { join } from 'node:path';
import { isPlimsollError } from '../../core/errors.ts';
import type { Batch } from '../../model/batch.ts';
import { sliceBatch } from '../../model/slice.ts';
import { decodeInput } from '../../serving/rows/decode.ts';
import { type JsonValue, outputsToJson } from '../../serving/rows/outputs-to-json.ts';
import type { GoldenReplay } from '../golden.ts';
import { readGolden } from '../golden-file.ts';
import { runsWithPython } from '../version.ts';
import { answerDistance, largest } from './distance.ts';
import type { ReplayedRow, ReplayedRows } from './inspected-version.ts';
import { jsonRows, partOf, shortenedJson } from './json-rows.ts';
import type { OpenInspected } from './open-inspected.ts';

/** Golden rows with the answers that are wanted of them. */
export interface KnownRows {
  readonly of: 'given' | 'file';
  readonly batch: Batch;
  readonly tolerance: GoldenReplay['tolerance'] | null;
  /** By output, one value a row. */
  readonly expected: Readonly<Record<string, JsonValue>>;
}

/** The golden rows of a version: those that were given beside it, else those of its file; null where there are none. */
export function knownRows(opened: OpenInspected, bundle: string): KnownRows | null {
  const { manifest, content } = opened;
  const { golden, signature } = manifest;
  if (golden !== undefined) {
    const { input, expected, tolerance } = readGolden(join(bundle, golden));
    const batch = decodeInput(input, signature);
    return { of: 'given', batch, tolerance, expected: expected as KnownRows['expected'] };
  }
  if (content?.kind !== 'steps' || content.goldenRows === undefined) return null;
  const { names, rows, answers } = content.goldenRows;
  const batch = decodeInput({ dataframe_split: { columns: names, data: rows } }, signature);
  const expected = answers.map(({ output, column, values }) => [
    column === null ? output : `${output} ${column + 1}`,
    values,
  ]);
  return { of: 'file', batch, tolerance: null, expected: Object.fromEntries(expected) };
}

/** Golden rows from a place on, each with what the version answers now. */
export async function replayedRows(
  opened: OpenInspected,
  bundle: string,
  from: number,
  limit: number,
): Promise<ReplayedRows> {
  const known = knownRows(opened, bundle);
  if (known === null) return { rows: 0, of: null, tolerance: null, unanswered: null, items: [] };
  const { batch, of, tolerance } = known;
  const part = sliceBatch(batch, Math.min(from, batch.rows), Math.min(batch.rows, from + limit));
  const inputs = jsonRows(part, opened.manifest.signature);
  const { answers, unanswered } = await answersTo(opened, part);
  const items = inputs.map((input, k) => goldenRow(known, { row: from + k, place: k, input }, answers));
  return { rows: batch.rows, of, tolerance, unanswered, items };
}

type Answers = Readonly<Record<string, JsonValue>>;

/** What a version answers, or why it is not asked. */
export async function answersTo(
  opened: OpenInspected,
  batch: Batch,
): Promise<{ readonly answers: Answers | null; readonly unanswered: string | null }> {
  const { manifest } = opened;
  if (runsWithPython(manifest))
    return { answers: null, unanswered: 'It runs with Python, which is started for predictions alone' };
  try {
    const engine = await opened.engine();
    const outputs = batch.rows === 0 ? {} : await engine.infer(batch);
    return { answers: outputsToJson(outputs, manifest.signature), unanswered: null };
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    return { answers: null, unanswered: error.message };
  }
}

interface RowPlace {
  readonly row: number;
  /** In the part that was answered. */
  readonly place: number;
  readonly input: JsonValue;
}

function goldenRow(
  { expected }: KnownRows,
  { row, place, input }: RowPlace,
  answers: Answers | null,
): ReplayedRow {
  const wanted = Object.entries(expected).map(([output, values]) => [output, partOf(values, row)] as const);
  const given =
    answers === null
      ? null
      : wanted.map(([output]) => [output, partOf(answerNamed(output, answers, place), place)] as const);
  const deviations = given?.map(([, answer], k) => answerDistance(wanted[k]?.[1] ?? null, answer).relative);
  return {
    ...{ row, input: shortenedJson(input) },
    expected: cutRecord(wanted),
    answered: given === null ? null : cutRecord(given),
    deviation: deviations?.reduce(largest, null) ?? null,
  };
}

const cutRecord = (entries: readonly (readonly [string, JsonValue])[]): Answers =>
  Object.fromEntries(entries.map(([name, value]) => [name, shortenedJson(value)]));

/** An output, or a column of one as `knownRows` names it. */
function answerNamed(name: string, answers: Answers, place: number): JsonValue | undefined {
  if (Object.hasOwn(answers, name)) return answers[name];
  const [, output = '', column = '1'] = /^(.*) (\d+)$/.exec(name) ?? [];
  const row = partOf(answers[output], place);
  const cells: JsonValue[] = [];
  cells[place] = partOf(row, Number(column) - 1);
  return cells;
}
