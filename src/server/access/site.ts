/**
 * What a request of a browser says of the page that it comes from. A page of another site reaches loopback addresses and
 * inner networks too: it can send a form, and by rebinding its own name to our address it can read what it is answered.
 * Browsers name the page in `origin` with every POST, and cannot be made to lie about it. Pure.
 */
import { isLoopbackIPv4 } from '../../config/access.ts';
import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';

/** Name in a Host header, lower case and without port; null where it is none (RFC 9110 §7.2). */
function hostName(host: string | undefined): string | null {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(host ?? '');
  return match ? elementAt(match, 1).toLowerCase() : null;
}

const isLoopbackName = (name: string): boolean =>
  name === 'localhost' || name === '[::1]' || isLoopbackIPv4(name);

/** Whether a Host names this machine, or is one of `hosts`: else a name was rebound to this address. */
export function isOurs(host: string | undefined, hosts: readonly string[]): boolean {
  const name = hostName(host);
  return name !== null && (isLoopbackName(name) || hosts.includes(name));
}

/** Same host and port; the scheme may differ where TLS ends before us. */
const isOriginOf = (origin: string, host: string): boolean =>
  authorityOf(origin)?.toLowerCase() === host.toLowerCase();

const authorityOf = (origin: string): string | undefined => /^https?:\/\/([^/?#@]+)$/i.exec(origin)?.[1];

/** Throws HOST_FORBIDDEN. */
export function checkHost(host: string | undefined, hosts: readonly string[]): void {
  if (!isOurs(host, hosts)) throw new PlimsollError('HOST_FORBIDDEN', { found: host ?? 'missing' });
}

/** Whether a page is one of `hosts`. */
export function isNamed(origin: string, hosts: readonly string[]): boolean {
  const name = hostName(authorityOf(origin));
  return name !== null && hosts.includes(name);
}

/**
 * Throws ORIGIN_FORBIDDEN where a page of another site asks. A page of one of `hosts` may ask whatever its Host is: a proxy
 * before us may have put another one.
 */
export function checkOrigin(origin: string, host: string | undefined, hosts: readonly string[]): void {
  if (isOriginOf(origin, host ?? '')) return;
  if (isNamed(origin, hosts)) return;
  throw new PlimsollError('ORIGIN_FORBIDDEN', { found: origin, wanted: host ?? 'none' });
}

/** What proxies add to a request that they pass on; each has another habit (RFC 7239, RFC 9110 §7.6.3, nginx, CDNs). */
const OF_PROXIES =
  /^(?:forwarded|via|x-forwarded(?:-.+)?|x-real-ip|x-(?:cluster-)?client-ip|true-client-ip|cf-connecting-ip)$/;

/** Whether a header, in lower case, says that its request was passed on. */
export const isOfProxy = (name: string): boolean => OF_PROXIES.test(name);
