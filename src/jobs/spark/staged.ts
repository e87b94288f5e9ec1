/**
 * Rows that a cluster has scored, as a source and a scorer: they go through the same workers, checks and sinks as rows that
 * are scored here.
 */
import { elementAt, required } from '../../core/element-at.ts';
import type { ColumnVector } from '../../scorer/frame.ts';
import {
  type ColumnScorer,
  OUTCOME,
  OUTCOMES,
  type OutputColumn,
  type OutputValues,
  type RowRefusal,
  type ScoredFrame,
} from '../../scorer/scorer.ts';
import { identifier } from '../../sql/identifiers.ts';
import type { Chunk, FrozenInput } from '../chunk.ts';
import type { ChunkReader, ChunkRelation, JobSource, RowPlace } from '../sources/source.ts';
import { RAW, VERDICT } from './job.ts';

/** Gives what the cluster has answered. */
export function stagedScorer(model: ColumnScorer['model'], outputs: readonly OutputColumn[]): ColumnScorer {
  return {
    model,
    inputs: [...VERDICT, ...outputs.map(({ name }) => name)],
    types: new Map(),
    outputs,
    score: ({ rows, columns }) => Promise.resolve(scored(rows, columns, outputs)),
    close: () => Promise.resolve(),
  };
}

function scored(
  rows: number,
  columns: readonly ColumnVector[],
  outputs: readonly OutputColumn[],
): ScoredFrame {
  const [outcome, code, column, reason, ...values] = columns;
  const outcomes = Uint8Array.from(numbers(required(outcome, 'the column of outcomes')).subarray(0, rows));
  const refusals: RowRefusal[] = [];
  for (let row = outcomes.findIndex(Boolean); row >= 0 && row < rows; row++)
    if (outcomes[row] !== OUTCOME.ok)
      refusals.push({
        row,
        outcome: refusedAs(elementAt(outcomes, row)),
        code: text(required(code, 'the column of codes'), row) ?? 'unknown',
        column: text(required(column, 'the column of columns'), row),
        reason: text(required(reason, 'the column of reasons'), row) ?? '',
      });
  return {
    outcomes,
    refusals,
    columns: outputs.map(({ type }, j) => outputOf(elementAt(values, j), type, rows)),
  };
}

function outputOf(vector: ColumnVector, type: OutputColumn['type'], rows: number): OutputValues {
  if (type === 'string') return Array.from({ length: rows }, (_, row) => text(vector, row) ?? '');
  if (vector.kind === 'numbers' || vector.kind === 'bigints' || vector.kind === 'bools')
    return vector.values.subarray(0, rows) as OutputValues;
  throw new TypeError(`an output of type ${type} comes as ${vector.kind}`);
}

function numbers(vector: ColumnVector): Extract<ColumnVector, { kind: 'numbers' }>['values'] {
  if (vector.kind === 'numbers') return vector.values;
  throw new TypeError(`outcomes come as ${vector.kind}`);
}

function text(vector: ColumnVector, row: number): string | null {
  if (vector.kind === 'texts') return vector.values[row] ?? null;
  throw new TypeError(`a text comes as ${vector.kind}`);
}

function refusedAs(outcome: number): RowRefusal['outcome'] {
  const name = elementAt(OUTCOMES, outcome);
  if (name === 'rejected' || name === 'failed') return name;
  throw new TypeError(`a row that is ${name} is no refusal`);
}

/** Reads staged rows; where a row was, nobody knows any more, but its text has been kept. `origin` names the input. */
export function stagedReader(
  source: JobSource,
  frozen: FrozenInput,
  columns: readonly string[],
  origin: string,
): ChunkReader {
  const reader = source.reader(frozen, [...columns, RAW], new Map());
  return {
    async open(chunk: Chunk, db): Promise<ChunkRelation> {
      const relation = await reader.open(chunk, db);
      const numbered = `(SELECT row_number() OVER () - 1 AS row, ${identifier(RAW)} AS raw FROM ${relation.from})`;
      return {
        ...relation,
        async locate(rows): Promise<readonly RowPlace[]> {
          if (rows.length === 0) return [];
          const found = await db.runAndReadAll(
            `SELECT row::INTEGER, raw FROM ${numbered} WHERE row IN (${rows.join(', ')}) ORDER BY row`,
          );
          const raws = new Map(
            found.getRows().map(([row, raw]) => [Number(row), raw === null ? null : String(raw)]),
          );
          return rows.map((row) => ({
            path: origin,
            line: null,
            offset: null,
            row,
            raw: raws.get(row) ?? '',
          }));
        },
        close: () => relation.close(),
      };
    },
  };
}
