/** The URIs of sources and sinks, taken apart in one place. Pure. */

export type UriKind =
  | 'file'
  | 's3'
  | 'http'
  | 'postgres'
  | 'sqlite'
  | 'duckdb'
  /** It begins with a variable of the environment: what it is shows when it is used. */
  | 'variable';

/** The value is null where there is not even an equals sign. */
export type Parameter = readonly [name: string, value: string | null];

export interface UriParts {
  readonly kind: UriKind;
  /** What comes before the parameters. */
  readonly head: string;
  /**
   * In order, as they are written. The last one of a database may be `query`: all that follows it is the statement. Of a
   * path, `?format=csv` at its end; any other question mark belongs to the path or pattern.
   */
  readonly parameters: readonly Parameter[];
}

const SCHEMES: ReadonlyMap<string, UriKind> = new Map([
  ['file', 'file'],
  ['s3', 's3'],
  ['http', 'http'],
  ['https', 'http'],
  ['postgres', 'postgres'],
  ['postgresql', 'postgres'],
  ['sqlite', 'sqlite'],
  ['duckdb', 'duckdb'],
]);
/** Of a path, parameters have plain names and values in which no further folder and no pattern is. */
const OF_PATH = /^(.*?)\?([a-z]+=[^?/*&=]*(?:&[a-z]+=[^?/*&=]*)*)$/s;
const STATEMENT = /(?:^|&)query=/;

/** The kind of what a URI names; null where its scheme is unknown. What has no scheme is a path. */
export function uriKindOf(uri: string): UriKind | null {
  if (uri.startsWith('${')) return 'variable';
  const [, scheme, slashes] = /^([a-z][a-z0-9+.-]+):(\/\/)?/i.exec(uri) ?? [];
  if (scheme === undefined) return 'file';
  const kind = SCHEMES.get(scheme.toLowerCase());
  // A colon may be part of a file's name: `2026:11.csv`.
  return kind ?? (slashes === undefined ? 'file' : null);
}

/** Takes a URI apart; `joinUri` gives it again, to the character. */
export function splitUri(uri: string): UriParts {
  const kind = uriKindOf(uri) ?? 'http';
  if (kind === 'file') {
    const [, head = uri, parameters] = OF_PATH.exec(uri) ?? [];
    return { kind, head, parameters: parameters === undefined ? [] : pairs(parameters) };
  }
  const at = uri.indexOf('?');
  if (at < 0) return { kind, head: uri, parameters: [] };
  const [head, rest] = [uri.slice(0, at), uri.slice(at + 1)];
  const statement = kind === 'http' || kind === 's3' ? null : STATEMENT.exec(rest);
  if (statement === null) return { kind, head, parameters: pairs(rest) };
  const query: Parameter = ['query', rest.slice(statement.index + statement[0].length)];
  const before = statement[0].startsWith('&') ? pairs(rest.slice(0, statement.index)) : [];
  return { kind, head, parameters: [...before, query] };
}

/** Puts a URI together again. */
export function joinUri({ head, parameters }: Pick<UriParts, 'head' | 'parameters'>): string {
  if (parameters.length === 0) return head;
  return `${head}?${parameters.map(([name, value]) => (value === null ? name : `${name}=${value}`)).join('&')}`;
}

const pairs = (text: string): Parameter[] =>
  text.split('&').map((pair) => {
    const at = pair.indexOf('=');
    return at < 0 ? [pair, null] : [pair.slice(0, at), pair.slice(at + 1)];
  });

const ROWS = ['table', 'query'];
/** What libpq calls the parameters of a connection (https://www.postgresql.org/docs/current/libpq-connect.html). */
const CONNECTION = [
  'host',
  'port',
  'user',
  'password',
  'dbname',
  'options',
  'application_name',
  'connect_timeout',
  'sslmode',
  'sslcert',
  'sslkey',
  'sslpassword',
  'sslrootcert',
  'target_session_attrs',
];

/** Parameters that a kind knows; null where any may be given, because they are for another server. */
const PARAMETERS: Readonly<Record<UriKind, readonly string[] | null>> = {
  file: ['format'],
  s3: ['format', 'region', 'endpoint'],
  http: null,
  postgres: [...ROWS, ...CONNECTION],
  sqlite: ROWS,
  duckdb: ROWS,
  variable: null,
};

/**
 * What is wrong with a URI, or null. It is told without a word of the URI itself: what cannot be taken apart may hold a
 * password anywhere.
 */
export function uriProblem(uri: string): string | null {
  const kind = uriKindOf(uri);
  if (kind === null)
    return 'has a scheme that is none of a path, s3://, https://, postgres://, sqlite: and duckdb:';
  const { head, parameters } = splitUri(uri);
  const isUrl = kind === 'postgres' || kind === 's3' || kind === 'http';
  if (isUrl && !isReadable(head))
    return 'is no URL that can be read: what is special in its user and password is to be percent-encoded';
  const known = PARAMETERS[kind];
  if (known === null) return null;
  const stranger = parameters.find(([name]) => !known.includes(name))?.[0];
  if (stranger === undefined) return null;
  // Where an `@` follows, the question mark may stand in a password.
  const isName = /^[a-z_]{1,40}$/i.test(stranger) && !uri.slice(head.length).includes('@');
  const name = isName ? `"${stranger}"` : 'that cannot be read';
  return `has a parameter ${name}, wanted one of ${known.join(', ')}`;
}

/**
 * Whether a parser of URLs ends user and password where this file does: a second `@`, `/` or `#` in them would have it take
 * the rest for something else. Placeholders stand for anything.
 */
function isReadable(head: string): boolean {
  const url = URL.parse(head.replaceAll(/\$\{[^}]*\}/g, 'x'));
  if (url === null || url.hash !== '') return false;
  return url.protocol.startsWith('http') || !url.pathname.includes('@');
}
