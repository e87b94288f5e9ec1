/** `postgres://…?table=schema.t`, `sqlite:FILE?query=select …`: which rows of which database. Pure. */
import { PlimsollError } from '../../../core/errors.ts';
import { identifier } from '../../sql.ts';

export interface TableAddress {
  /** The URI without `table` and `query`: what a driver connects to. May hold secrets. */
  readonly database: string;
  /** What can follow FROM: a quoted name, or a query in parentheses with a name. */
  readonly from: string;
  /** The same as a person would name it. */
  readonly shown: string;
}

/** Characters of a query at most. */
const QUERY_LIMIT = 100_000;
const PARAMETER = /(?:^|&)(table|query)=/;

/**
 * Takes the URI of a source apart. `query` is the last parameter: all that follows it is the statement, percent-decoded,
 * with `+` and `&` as they are. A table is named as it is spelled in the catalog, its parts quoted where they hold a
 * dot: `public.orders`, `"a.b"`. Throws USAGE.
 */
export function parseAddress(uri: string): TableAddress {
  const [base, parameters] = splitAt(uri, uri.indexOf('?'));
  const found = PARAMETER.exec(parameters);
  if (found === null)
    throw usage('the source names a database, but no rows in it: end it with ?table=NAME or ?query=SELECT …');
  const before = parameters.slice(0, found.index);
  const after = parameters.slice(found.index + found[0].length);
  if (found[1] === 'query') return fromQuery(joined(base, [before]), after);
  const [table = '', ...others] = after.split('&');
  return fromTable(joined(base, [before, ...others]), decoded(table));
}

function fromTable(database: string, table: string): TableAddress {
  const parts = tableParts(table);
  if (parts.length === 0 || parts.length > 3)
    throw usage(`the table "${table.slice(0, 200)}" is no name, wanted TABLE or SCHEMA.TABLE`);
  return { database, from: parts.map(identifier).join('.'), shown: `table ${parts.join('.')}` };
}

function fromQuery(database: string, text: string): TableAddress {
  const query = decoded(text).trim().replace(/;$/, '').trim();
  if (query === '' || query.length > QUERY_LIMIT || query.includes('\0'))
    throw usage(`the query has ${query.length} characters, wanted one SELECT of up to ${QUERY_LIMIT}`);
  // The line break ends a comment that the query may end in.
  return { database, from: `(${query}\n) as source_query`, shown: `query ${query}` };
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
    throw usage('the source holds a % that begins no escape: write it as %25');
  }
}

const splitAt = (text: string, index: number): [string, string] =>
  index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];

const joined = (base: string, parameters: readonly string[]): string => {
  const kept = parameters.filter((parameter) => parameter !== '');
  return kept.length === 0 ? base : `${base}?${kept.join('&')}`;
};

const usage = (reason: string): PlimsollError => new PlimsollError('USAGE', { command: 'batch run', reason });
