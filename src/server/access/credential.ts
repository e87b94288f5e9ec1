/** The key in a request. Pure. */
import type { IncomingHttpHeaders } from 'node:http';

const BEARER = /^Bearer +([^\s]+) *$/i;

/** As most clients send it, or as those do whose `authorization` is taken; null where there is none. */
export function credentialIn(headers: IncomingHttpHeaders): string | null {
  const given = headers.authorization;
  if (given !== undefined) {
    const bearer = BEARER.exec(given)?.[1];
    if (bearer !== undefined) return bearer;
  }
  const other = headers['x-api-key'];
  return typeof other === 'string' && other !== '' ? other : null;
}

const BASIC = /^Basic +([A-Za-z0-9+/=]+) *$/i;

/**
 * The same for pages that a person reads in a browser, which asks for a name and a password: the key is the password.
 * Browsers send it by themselves from then on, so it lets nobody change or predict anything.
 */
export function credentialOfReader(headers: IncomingHttpHeaders): string | null {
  const [, coded] = BASIC.exec(headers.authorization ?? '') ?? [];
  if (coded === undefined) return credentialIn(headers);
  const text = Buffer.from(coded, 'base64').toString();
  return text.slice(text.indexOf(':') + 1) || null;
}
