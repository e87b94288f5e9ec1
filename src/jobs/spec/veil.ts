/**
 * Keeps the values of variables that stand in the paths of URIs (a token in an address, the name of a tenant) out of what is
 * stored or told: there they are as they were written, `${NAME}`. Passwords never come so far. Pure.
 */
import { valueInMap, valueOfKey } from '../../core/element-at.ts';
import { placeholdersIn, type Secrets } from './redaction.ts';

export interface Veil {
  /** A value with `${NAME}` in place of what the variable holds, in its texts and the names of its fields. */
  conceal<T>(value: T): T;
  /** What was concealed, as it was. */
  reveal<T>(value: T): T;
}

/** Shorter ones are found in every word. */
const SHORTEST = 4;
/** Whom a URL names: nobody's secret, and what people need to know where a connection fails. */
const HOST = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?[^/?#]*/i;

interface Uris {
  readonly source: { readonly uri: string };
  readonly sink: { readonly uri: string };
}

/** The veil of a job whose placeholders `secrets` fill. */
export function veilOf({ source, sink }: Uris, secrets: Secrets): Veil {
  const paths = [source.uri, sink.uri].map((uri) => uri.replace(HOST, ''));
  const written = new Map<string, string>();
  for (const name of placeholdersIn(paths.join(' '))) {
    const value = Object.hasOwn(secrets, name) ? valueOfKey(secrets, name) : '';
    if (name.startsWith('secret.') || value.length < SHORTEST) continue;
    written.set(value, `\${${name}}`);
    // As it stands in a query.
    const coded = encodeURIComponent(value);
    if (coded !== value) written.set(coded, `\${${name}:url}`);
  }
  const meant = new Map([...written].map(([value, placeholder]) => [placeholder, value]));
  return { conceal: replacing(written), reveal: replacing(meant) };
}

/** All at once, the longest first: what was put in is not looked at again. */
function replacing(by: ReadonlyMap<string, string>): <T>(value: T) => T {
  if (by.size === 0) return (value) => value;
  const longest = [...by.keys()].toSorted((a, b) => b.length - a.length).map(escaped);
  const pattern = new RegExp(longest.join('|'), 'g');
  const text = (given: string): string => given.replace(pattern, (found) => valueInMap(by, found));
  const replaced = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(replaced);
    if (!isPlain(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [text(key), replaced(inner)]));
  };
  return <T>(value: T): T => replaced(value) as T;
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
