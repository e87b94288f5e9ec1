/** From one table of PostgreSQL into another, as the job says. Pure. */
import { identifier, identifiers } from '../../sql.ts';
import type { SinkRun } from '../sink.ts';

/** The statement that adds the rows of `from` to `into`, or puts them in place of those with the same key. */
export function insertStatement(into: string, from: string, { columns, spec }: SinkRun): string {
  const names = columns.map(({ name }) => name);
  const insert = `insert into ${into} (${identifiers(names)}) select ${identifiers(names)} from ${from}`;
  if (spec.sink.mode === 'append') return insert;
  const others = names.filter((name) => name !== spec.key);
  const action =
    others.length === 0
      ? 'nothing'
      : `update set ${others.map((name) => `${identifier(name)} = excluded.${identifier(name)}`).join(', ')}`;
  return `${insert} on conflict (${identifier(spec.key)}) do ${action}`;
}
