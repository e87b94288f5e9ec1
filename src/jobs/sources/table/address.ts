/** `postgres://…?table=schema.t`, `sqlite:FILE?query=select …`: which rows of which database. Pure. */
import { PlimsollError } from '../../../core/errors.ts';
import { identifier } from '../../../sql/identifiers.ts';
import { joinUri, splitUri } from '../../spec/uri.ts';

export interface TableAddress {
  /** The URI without `table` and `query`: what a driver connects to. May hold secrets. */
  readonly database: string;
  /** What can follow FROM: a quoted name, or a query in parentheses with a name. */
  readonly from: string;
  /** Parts of the table's name; null for a query. */
  readonly table: readonly string[] | null;
  /** The same as a person would name it. */
  readonly shown: string;
}

/** Characters of a query at most. */
const QUERY_LIMIT = 100_000;

/** Takes the URI of a source apart. Throws USAGE. */
export function parseAddress(uri: string): TableAddress {
  const { head, parameters } = splitUri(uri);
  const [name, value] = parameters.find(([name]) => name === 'table' || name === 'query') ?? [];
  const others = parameters.filter((parameter) => parameter[0] !== name);
  const database = joinUri({ head, parameters: others });
  if (name === undefined || !value)
    throw usage('the URI names a database, but no rows in it: end it with ?table=NAME or ?query=SELECT …');
  return name === 'table' ? fromTable(database, decoded(value)) : fromQuery(database, decoded(value));
}

/**
 * Tables are named as the catalog spells them, their parts in quotes where they hold a dot: `public.orders`, `"a.b"`.
 */
function fromTable(database: string, table: string): TableAddress {
  const parts = tableParts(table);
  if (parts.length === 0 || parts.length > 3)
    throw usage(`the table "${table.slice(0, 200)}" is no name, wanted TABLE or SCHEMA.TABLE`);
  return { database, from: parts.map(identifier).join('.'), table: parts, shown: `table ${parts.join('.')}` };
}

function fromQuery(database: string, text: string): TableAddress {
  const query = text.trim().replace(/;$/, '').trim();
  if (query === '' || query.length > QUERY_LIMIT || query.includes('\0'))
    throw usage(`the query has ${query.length} characters, wanted one SELECT of up to ${QUERY_LIMIT}`);
  // The line break ends a comment that the query may end in.
  return { database, from: `(${query}\n) as source_query`, table: null, shown: `query ${query}` };
}

/** Parts of a dotted name: bare, or in double quotes in which a double quote is doubled. Empty where it is no name. */
function tableParts(text: string): string[] {
  const part = String.raw`"((?:[^"\0]|"")+)"|([^".\0]+)`;
  if (!new RegExp(`^(?:${part})(?:\\.(?:${part}))*$`).test(text)) return [];
  return [...text.matchAll(new RegExp(part, 'g'))].map(([, quoted, bare]) =>
    quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw usage('the URI holds a % that begins no escape: write it as %25');
  }
}

const usage = (reason: string): PlimsollError => new PlimsollError('USAGE', { command: 'batch run', reason });
