/** Rows into a table, as the job says. Pure. */
import { identifier, identifiers } from '../../sql/identifiers.ts';
import type { SinkRun } from './sink.ts';

type Job = Pick<SinkRun, 'columns' | 'spec'>;

const namesOf = ({ columns }: Job): readonly string[] => columns.map(({ name }) => name);
const othersOf = (job: Job): readonly string[] => namesOf(job).filter((name) => name !== job.spec.key);
const assignments = (names: readonly string[], from: string): string =>
  names.map((name) => `${identifier(name)} = ${from}.${identifier(name)}`).join(', ');

/**
 * Adds rows to a table of PostgreSQL or SQLite, or puts them in place of those with the same key, for which there has to be
 * a unique index. `source` is a SELECT or VALUES of the columns.
 */
export function insertStatement(into: string, source: string, job: Job): string {
  const insert = `insert into ${into} (${identifiers(namesOf(job))}) ${source}`;
  if (job.spec.sink.mode === 'append') return insert;
  const others = othersOf(job);
  const action = others.length === 0 ? 'nothing' : `update set ${assignments(others, 'excluded')}`;
  return `${insert} on conflict (${identifier(job.spec.key)}) do ${action}`;
}

/** The same for DuckDB, which finds the rows of a key without an index. `from` can follow FROM. */
export function mergeStatement(into: string, from: string, job: Job): string {
  const names = identifiers(namesOf(job));
  if (job.spec.sink.mode === 'append') return `INSERT INTO ${into} (${names}) SELECT ${names} FROM ${from}`;
  const key = identifier(job.spec.key);
  const others = othersOf(job);
  const update = others.length === 0 ? 'DO NOTHING' : `UPDATE SET ${assignments(others, 's')}`;
  const values = namesOf(job).map((name) => `s.${identifier(name)}`);
  return `MERGE INTO ${into} AS t USING (SELECT ${names} FROM ${from}) AS s ON t.${key} = s.${key}
    WHEN MATCHED THEN ${update} WHEN NOT MATCHED THEN INSERT (${names}) VALUES (${values.join(', ')})`;
}
