/** The table that is written to, as it is found. */
import type pg from 'pg';
import { PlimsollError } from '../../../core/errors.ts';
import { identifier } from '../../../sql/identifiers.ts';
import type { SinkRun } from '../sink.ts';
import type { PostgresTarget } from './address.ts';
import { fitsColumnType, madeType } from './types.ts';

interface TableColumn {
  readonly name: string;
  /** pg_type.typname of it or what its domain is of; `enum` for enumerations. */
  readonly typname: string;
  /** In PostgreSQL's words. */
  readonly shown: string;
  readonly required: boolean;
  readonly generated: boolean;
}

/** Throws SINK_INVALID where the rows cannot go into the table that is there, each reason named. */
export async function checkTable(client: pg.Client, target: PostgresTarget, run: SinkRun): Promise<void> {
  const columns = await describe(client, target);
  const byName = new Map(columns.map((column) => [column.name, column]));
  const written = new Set(run.columns.map(({ name }) => name));
  const misfits = run.columns.flatMap(({ name, type }) => {
    const column = byName.get(name);
    if (column === undefined) return [`it has no column "${name}" (${madeType(type)})`];
    if (column.generated) return [`its column "${name}" is generated`];
    return fitsColumnType(type, column.typname)
      ? []
      : [`its column "${name}" is ${column.shown}, ${madeType(type)} comes`];
  });
  const missing = columns
    .filter(({ name, required }) => required && !written.has(name))
    .map(({ name }) => `its column "${name}" is not null and has no default, nothing comes for it`);
  const { sink, key } = run.spec;
  const unkeyed = sink.mode === 'upsert' && byName.has(key) && !(await isUnique(client, target, key));
  const index = `create unique index on ${target.name} (${identifier(key)})`;
  const problems = [
    ...misfits,
    ...missing,
    ...(unkeyed ? [`an upsert needs a unique index on the key: ${index}`] : []),
  ];
  if (problems.length > 0)
    throw new PlimsollError('SINK_INVALID', { where: target.where, problems: problems.join('; ') });
}

/** pg_type.typname of the columns that a run writes, in its order. Throws SINK_INVALID where one is no longer there. */
export async function typesOf(
  client: pg.Client,
  name: string,
  { columns }: SinkRun,
): Promise<readonly string[]> {
  const there = await describe(client, { name, where: name });
  const byName = new Map(there.map((column) => [column.name, column.typname]));
  return columns.map((column) => {
    const typname = byName.get(column.name);
    if (typname !== undefined) return typname;
    throw new PlimsollError('SINK_INVALID', { where: name, problems: `its column "${column.name}" is gone` });
  });
}

type Named = Pick<PostgresTarget, 'name' | 'where'>;

async function describe(client: pg.Client, { name, where }: Named): Promise<readonly TableColumn[]> {
  const { rows } = await client.query<TableColumn & { kind: string }>(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as shown, c.relkind as kind,
        case when b.typtype = 'e' then 'enum' else b.typname end as typname,
        a.attnotnull and not a.atthasdef and a.attidentity = '' as required,
        a.attgenerated <> '' or a.attidentity = 'a' as generated
      from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
        join pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
      where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    [name],
  );
  const kind = rows[0]?.kind ?? 'r';
  if (kind !== 'r' && kind !== 'p')
    throw new PlimsollError('SINK_INVALID', { where, problems: 'it is no table' });
  return rows;
}

/** Whether an upsert can go by the key: a unique index on it alone, of all rows, at once. */
async function isUnique(client: pg.Client, { name }: PostgresTarget, key: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `select 1 from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
      where i.indrelid = to_regclass($1) and a.attname = $2 and i.indisunique and i.indisvalid and i.indimmediate
        and i.indnkeyatts = 1 and i.indpred is null and i.indexprs is null`,
    [name, key],
  );
  return (rowCount ?? 0) > 0;
}

/** Makes a table for the columns of a run; `keyed` gives it the key as its primary key. */
export async function makeTable(
  client: pg.Client,
  name: string,
  { columns, spec }: SinkRun,
  keyed: boolean,
): Promise<void> {
  const declared = columns.map((column) => `${identifier(column.name)} ${madeType(column.type)}`);
  const parts = keyed ? [...declared, `primary key (${identifier(spec.key)})`] : declared;
  await client.query(`create table ${name} (${parts.join(', ')})`);
}

/**
 * Makes a table like the target, of the columns of a run alone: what the target would refuse, it refuses, as soon as
 * it comes.
 */
export async function makeLike(
  client: pg.Client,
  name: string,
  target: PostgresTarget,
  { columns }: SinkRun,
): Promise<void> {
  await client.query(`create table ${name} (like ${target.name} including constraints)`);
  const written = new Set(columns.map((column) => column.name));
  const others = (await describe(client, target)).filter((column) => !written.has(column.name));
  for (const other of others)
    await client.query(`alter table ${name} drop column ${identifier(other.name)} cascade`);
}
