/** The SQL of a chunk's output: the relation beside its answers. Pure. */

import type { DuckDBColumn } from '../../duckdb/copy.ts';
import { OUTCOME, type OutputColumn } from '../../scorer/scorer.ts';
import { identifier, identifiers, literal } from '../../sql/identifiers.ts';
import type { JobSpec } from '../spec/spec.ts';

/** Columns of the table of answers: outcomes, and the j-th output. */
export const OUTCOME_COLUMN = 'outcome';
/** Name of the j-th column of answers. */
export const outputName = (j: number): string => `o${j}`;

/** DuckDB's names of the types of outputs. */
const OUTPUT_TYPES: Readonly<Record<OutputColumn['type'], string>> = {
  number: 'DOUBLE',
  integer: 'BIGINT',
  string: 'VARCHAR',
  bool: 'BOOLEAN',
};

const STAMP_TYPES: Readonly<Record<JobSpec['sink']['stamps'][number], string>> = {
  predicted_at: 'TIMESTAMP WITH TIME ZONE',
  model_version: 'VARCHAR',
  request_id: 'VARCHAR',
};

/** Columns of the output: the key, what is carried, what the model gives, stamps. `types` has those of the input. */
export function outputColumns(
  spec: Pick<JobSpec, 'key' | 'columns' | 'sink'>,
  types: ReadonlyMap<string, string>,
  outputs: readonly OutputColumn[],
): DuckDBColumn[] {
  return [
    ...keptColumns(spec).map((name) => ({ name, type: types.get(name) ?? 'VARCHAR' })),
    ...outputs.map(({ name, type }) => ({ name, type: OUTPUT_TYPES[type] })),
    ...spec.sink.stamps.map((name) => ({ name, type: STAMP_TYPES[name] })),
  ];
}

/** Columns of the input that the output has. */
export const keptColumns = ({ key, columns }: Pick<JobSpec, 'key' | 'columns'>): readonly string[] => [
  ...new Set([key, ...columns]),
];

/** What the rows of a chunk are stamped with. */
export interface RowStamps {
  readonly run: string;
  readonly chunk: number;
  readonly version: string;
  readonly at: number;
}

/** A chunk that has been scored. */
export interface ScoredRelation {
  /** What follows FROM. */
  readonly from: string;
  /** Name of the table of answers. */
  readonly answers: string;
}

const joined = ({ from, answers }: ScoredRelation, columns: readonly string[]): string =>
  `(SELECT ${identifiers(columns)} FROM ${from}) AS r POSITIONAL JOIN ${identifier(answers)} AS a`;

/** The rows that are ok, in the order of the relation. `columns` are those of `outputColumns`. */
export function outputSelect(
  columns: readonly DuckDBColumn[],
  outputs: readonly OutputColumn[],
  scoring: ScoredRelation,
  stamps: RowStamps,
): string {
  const answers = new Map(outputs.map(({ name }, j) => [name, outputName(j)]));
  const nullable = new Set(outputs.flatMap((output) => (output.nullable ? [output.name] : [])));
  const kept = columns.filter(({ name }) => !answers.has(name) && !isStamp(name));
  const values = columns.map(({ name, type }) => {
    const answer = answers.get(name);
    if (answer !== undefined) return `${answerCell(answer, nullable.has(name), type)} AS ${identifier(name)}`;
    if (isStamp(name)) return `${stampValue(name, stamps)} AS ${identifier(name)}`;
    return `r.${identifier(name)}::${type} AS ${identifier(name)}`;
  });
  const from = joined(
    scoring,
    kept.map(({ name }) => name),
  );
  return `SELECT ${values.join(', ')} FROM ${from} WHERE a.${OUTCOME_COLUMN} = ${OUTCOME.ok}`;
}

/** An answer; NaN, or an empty text, may stand for none. */
function answerCell(name: string, isNullable: boolean, type: string): string {
  const cell = `a.${name}::${type}`;
  if (!isNullable) return cell;
  return type === OUTPUT_TYPES.string
    ? `nullif(${cell}, '')`
    : `CASE WHEN isnan(${cell}) THEN NULL ELSE ${cell} END`;
}

type Stamp = JobSpec['sink']['stamps'][number];
const isStamp = (name: string): name is Stamp => Object.hasOwn(STAMP_TYPES, name);

function stampValue(name: Stamp, { run, chunk, version, at }: RowStamps): string {
  if (name === 'predicted_at') return `TIMESTAMPTZ ${literal(new Date(at).toISOString())}`;
  if (name === 'model_version') return literal(version);
  return `${literal(`${run}-${chunk}-`)} || a.rowid`;
}

/** Rows and digest of the keys that are ok: sha256 over their texts, each followed by a newline, in order. */
export const keysSelect = (key: string, scoring: ScoredRelation): string =>
  `SELECT count(*)::DOUBLE AS rows, sha256(coalesce(string_agg(r.${identifier(key)}::VARCHAR, chr(10)) || chr(10), '')) AS digest ` +
  `FROM ${joined(scoring, [key])} WHERE a.${OUTCOME_COLUMN} = ${OUTCOME.ok}`;

/** Texts of the keys that are not ok, in order. */
export const refusedKeysSelect = (key: string, scoring: ScoredRelation): string =>
  `SELECT r.${identifier(key)}::VARCHAR AS key FROM ${joined(scoring, [key])} WHERE a.${OUTCOME_COLUMN} <> ${OUTCOME.ok}`;
