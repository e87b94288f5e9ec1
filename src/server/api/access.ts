/**
 * Who may speak to the control API. Programs on this machine may, but a page in somebody's browser reaches loopback
 * addresses too: the Host must be one of ours (else a name was rebound to this address) and an Origin must be the Host's
 * own. Callers from other machines need the token, which no page knows; by which name they call is their business. Pure.
 */
import { PlimsollError } from '../../core/errors.ts';

export interface AccessRules {
  /** Names besides localhost and loopback addresses, without port. */
  readonly hosts: readonly string[];
  /** Null where none is configured: then nobody from elsewhere comes in. */
  readonly token: string | null;
}

/** What is looked at of a request; header values as sent, undefined where absent. */
export interface Knock {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
  /** Remote address as the serving process saw it; undefined on the control socket itself. */
  readonly peer: string | undefined;
  /** A proxy says that it speaks for somebody else. */
  readonly isForwarded: boolean;
}

/** Whether the token is right, in time that does not depend on where it differs. */
export type SameToken = (given: string, wanted: string) => boolean;

/** Throws HOST_FORBIDDEN, ORIGIN_FORBIDDEN, CONTROL_FORBIDDEN or CONTROL_UNAUTHORIZED; answers whether the caller is local. */
export function admit(knock: Knock, rules: AccessRules, same: SameToken): { readonly isLocal: boolean } {
  const isLocal = !knock.isForwarded && (knock.peer === undefined || isLoopbackAddress(knock.peer));
  if (isLocal) checkHost(knock.host, rules.hosts);
  if (knock.origin !== undefined && !isOriginOf(knock.origin, knock.host ?? ''))
    throw new PlimsollError('ORIGIN_FORBIDDEN', { found: knock.origin, wanted: knock.host ?? 'none' });
  if (!isLocal) checkToken(knock, rules.token, same);
  return { isLocal };
}

function checkHost(host: string | undefined, hosts: readonly string[]): void {
  const name = hostName(host);
  if (name === null || !(isLoopbackName(name) || hosts.includes(name)))
    throw new PlimsollError('HOST_FORBIDDEN', { found: host ?? 'missing' });
}

function checkToken(
  { authorization, peer, isForwarded }: Knock,
  token: string | null,
  same: SameToken,
): void {
  const found = isForwarded ? 'a request passed on by a proxy' : `a caller at ${peer}`;
  if (token === null) throw new PlimsollError('CONTROL_FORBIDDEN', { found });
  const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
  if (given === undefined)
    throw new PlimsollError('CONTROL_UNAUTHORIZED', { found: `${found} has no token` });
  if (!same(given, token))
    throw new PlimsollError('CONTROL_UNAUTHORIZED', { found: `the token of ${found} is wrong` });
}

/** Name in a Host header, lower case and without port; null where it is none (RFC 9110 §7.2). */
function hostName(host: string | undefined): string | null {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(host ?? '');
  return match ? match[1]!.toLowerCase() : null;
}

const isLoopbackName = (name: string): boolean =>
  name === 'localhost' || name === '[::1]' || isLoopbackIPv4(name);

const isLoopbackIPv4 = (text: string): boolean =>
  /^127(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/.test(text);

/** As sockets name their peers: IPv4 inside IPv6 as well. */
const isLoopbackAddress = (address: string): boolean =>
  address === '::1' || isLoopbackIPv4(address.replace(/^::ffff:/i, ''));

/** Same host and port; the scheme may differ where TLS ends before us. */
const isOriginOf = (origin: string, host: string): boolean =>
  /^https?:\/\/([^/?#@]+)$/i.exec(origin)?.[1]?.toLowerCase() === host.toLowerCase();
