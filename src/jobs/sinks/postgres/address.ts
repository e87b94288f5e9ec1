/** Which table of which database a sink writes to. Pure. */
import { PlimsollError } from '../../../core/errors.ts';
import { identifier } from '../../../sql/identifiers.ts';
import { parseAddress } from '../../sources/table/address.ts';

export interface PostgresTarget {
  /** What the driver connects to; may hold a password. */
  readonly database: string;
  /** As it can stand in SQL. */
  readonly name: string;
  /** null: the first of the search path. */
  readonly schema: string | null;
  readonly table: string;
  /** As a person would name it, without secrets. */
  readonly where: string;
}

/** Takes `postgres://…?table=schema.t` apart. Throws USAGE, SINK_INVALID. */
export function postgresTargetOf(uri: string): PostgresTarget {
  const { database, table, shown } = parseAddress(uri);
  const { host, pathname } = new URL(database);
  const where = `postgres://${host}${pathname}, ${shown}`;
  if (table === null || table.length > 2)
    throw new PlimsollError('SINK_INVALID', { where, problems: 'TABLE or SCHEMA.TABLE was wanted' });
  const [name = '', schema = null] = table.toReversed();
  return { database, name: table.map(identifier).join('.'), schema, table: name, where };
}
