/**
 * Keeps what is secret in URIs out of everything that is stored or shown. In its place stands `${secret.sink.password}`;
 * `${NAME}` is a variable of the environment, which is never stored at all. Pure.
 */
import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { joinUri, type Parameter, splitUri, type UriParts } from './uri.ts';

export type Secrets = Readonly<Record<string, string>>;

/** Parameters whose values are secrets, such as those of signed URLs, whoever signed them. */
const SECRET_NAME = /pass|pwd|secret|token|sig|credential|auth|key$|^code$/i;
/** Files, which are named and not held. */
const OPEN_NAME = /^sslkey$/;
const PLACEHOLDER = /\$\{([\w.-]+)\}/g;
const ONLY_PLACEHOLDERS = /^(?:\$\{[\w.-]+\})+$/;
/** Shorter ones are not looked for in texts: they would be found in every word. */
const FOUND_FROM = 4;

/** Takes the secrets out of a URI; `owner` (`source`, `sink`) begins their names. */
export function takeSecrets(uri: string, owner: string): { readonly uri: string; readonly secrets: Secrets } {
  const secrets: Record<string, string> = {};
  const kept = (name: string, value: string): string => {
    if (value === '' || ONLY_PLACEHOLDERS.test(value)) return value;
    secrets[`secret.${owner}.${name}`] = value;
    return `\${secret.${owner}.${name}}`;
  };
  return { uri: withSecretParts(uri, kept), secrets };
}

/** A URI as people may see it, and as it is compared: without secrets, also where they are named by placeholders. */
export const shownUri = (uri: string): string =>
  withSecretParts(uri, () => null)
    .replace(/^([a-z][a-z0-9+.-]*:\/\/[^/?#:@]*):@/i, '$1@')
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)@/i, '$1');

/** Rewrites what is secret in a URI; null leaves it out. */
function withSecretParts(uri: string, rewrite: (name: string, value: string) => string | null): string {
  const parts = splitUri(uri);
  const parameters = parts.parameters.flatMap(([name, value]): Parameter[] => {
    if (value === null || !isSecretParameter(parts, name)) return [[name, value]];
    const written = rewrite(name.replace(/[^\w.-]/g, '-'), value);
    return written === null ? [] : [[name, written]];
  });
  return joinUri({ head: withSecretUser(parts, rewrite), parameters });
}

const isSecretParameter = ({ kind }: UriParts, name: string): boolean =>
  kind !== 'file' && name !== 'table' && name !== 'query' && SECRET_NAME.test(name) && !OPEN_NAME.test(name);

/** `user:password@` of a URL; of one for HTTP the user alone may be a token. */
function withSecretUser(
  { kind, head }: UriParts,
  rewrite: (name: string, value: string) => string | null,
): string {
  // The last `@`: a password in which one was left unescaped is no less secret. In paths of HTTP there may be others.
  const pattern = kind === 'http' ? /^([a-z+.-]+:\/\/)([^/]*)@/i : /^([a-z0-9+.-]+:\/\/)(.*)@/is;
  const [all, scheme, user] = pattern.exec(head) ?? [];
  if (all === undefined || scheme === undefined || user === undefined) return head;
  const colon = user.indexOf(':');
  const rest = head.slice(all.length);
  if (colon < 0) return kind === 'http' ? `${scheme}${rewrite('user', user) ?? ''}@${rest}` : head;
  const password = rewrite('password', user.slice(colon + 1)) ?? '';
  const name = kind === 'http' ? (rewrite('user', user.slice(0, colon)) ?? '') : user.slice(0, colon);
  return `${scheme}${name}:${password}@${rest}`;
}

/** The value that a placeholder stands for, if there is one. Its name comes from a URI, and is looked up as such. */
export const ownValue = (
  values: Readonly<Record<string, string | undefined>>,
  name: string,
): string | undefined => (Object.hasOwn(values, name) ? values[name] : undefined);

/** Names of placeholders in a text. */
export const placeholdersIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(PLACEHOLDER)].map((match) => elementAt(match, 1))),
];

/**
 * The URI as it is used. Secrets come back as they were written; variables are escaped where they stand for a part of a
 * URL (a user, a password, the value of a parameter), and taken as they are elsewhere. A placeholder without a value stays.
 */
export function filledUri(uri: string, secrets: Secrets): string {
  const restored = uri.replaceAll(PLACEHOLDER, (whole, name: string) =>
    name.startsWith('secret.') ? (ownValue(secrets, name) ?? whole) : whole,
  );
  const [parameters, authority] = [restored.indexOf('?'), restored.indexOf('://')];
  const user = authority < 0 ? -1 : restored.lastIndexOf('@', parameters < 0 ? undefined : parameters);
  return restored.replaceAll(PLACEHOLDER, (whole, name: string, at: number) => {
    const value = ownValue(secrets, name);
    if (value === undefined) return whole;
    const isPart = (parameters >= 0 && at > parameters) || (at > authority && at < user);
    return isPart ? encodeURIComponent(value) : value;
  });
}

/**
 * Replaces secrets in whatever is told or kept: in texts, also within lists and objects. Finds them as they are written
 * in URLs and as they are meant; those of fewer than four characters are left.
 */
export function redactorOf(secrets: Secrets): <T>(value: T) => T {
  const written = Object.values(secrets).flatMap((value) => [
    value,
    meantBy(value),
    encodeURIComponent(value),
  ]);
  const hidden = [...new Set(written)]
    .filter((value) => value.length >= FOUND_FROM)
    .toSorted((a, b) => b.length - a.length);
  const redacted = (value: unknown): unknown => {
    if (typeof value === 'string')
      return hidden.reduce((text, secret) => text.replaceAll(secret, '…'), value);
    if (Array.isArray(value)) return value.map(redacted);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redacted(inner)]));
  };
  return <T>(value: T): T => redacted(value) as T;
}

/** An error as it may be told and kept. */
export function redactedError(error: PlimsollError, redact: <T>(value: T) => T): PlimsollError {
  const json = error.toJSON();
  const told = redact(json);
  // Its cause is told nowhere but within this process; one that held a secret is left behind.
  return JSON.stringify(told) === JSON.stringify(json) ? error : PlimsollError.from(told);
}

function meantBy(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
