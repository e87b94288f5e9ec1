/** Requests to addresses that others name: redirects are not followed, and link-local addresses are not reached. */

import { lookup as resolve } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { toError } from '../core/error-text.ts';
import { PlimsollError } from '../core/errors.ts';
import { isLinkLocal } from './addresses.ts';
import { type ClientRequest, type ClientResponse, sendRequest } from './client.ts';

/** Allows link-local addresses, and redirects to these hosts (`*` for all): set by the operator. */
export const LINK_LOCAL_VARIABLE = 'PLIMSOLL_LINK_LOCAL';
export const REDIRECT_HOSTS_VARIABLE = 'PLIMSOLL_REDIRECT_HOSTS';

const allowsLinkLocal = (): boolean => /^(?:on|true)$/.test(process.env[LINK_LOCAL_VARIABLE] ?? '');

/** Whether the operator lets requests be sent on to a host. */
export function mayRedirectTo({ hostname }: URL): boolean {
  const hosts = (process.env[REDIRECT_HOSTS_VARIABLE] ?? '').toLowerCase().split(/[\s,]+/);
  return hosts.includes('*') || hosts.includes(hostname);
}

/** Throws ADDRESS_FORBIDDEN where a host is given by an address that may not be reached. */
export function checkAddress(host: string, address = host): void {
  if (!isLinkLocal(address) || allowsLinkLocal()) return;
  throw new PlimsollError('ADDRESS_FORBIDDEN', { host, address, setting: `${LINK_LOCAL_VARIABLE}=on` });
}

/** Resolves a name for a connection: what is checked is what is connected to, whatever the name means a moment later. */
export const checkedLookup: LookupFunction = (hostname, options, done) => {
  resolve(hostname, { ...options, all: true }, (error, found) => {
    if (error) return done(error, '', 0);
    try {
      for (const { address } of found) checkAddress(hostname, address);
    } catch (refused) {
      return done(toError(refused), '', 0);
    }
    if (options.all) return done(null, found);
    const [first] = found;
    return first === undefined
      ? done(Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' }), '', 0)
      : done(null, first.address, first.family);
  });
};

/** The same for libraries that look names up themselves. Throws ADDRESS_FORBIDDEN, and what looking it up throws. */
export const checkHostName = (host: string): Promise<void> =>
  new Promise((done, failed) => {
    checkedLookup(host, { all: true }, (error) => (error ? failed(error) : done()));
  });

const OPTIONS: object = { keepAlive: true, lookup: checkedLookup };
let [http, https]: [HttpAgent | null, HttpsAgent | null] = [null, null];

/** Connections to addresses that others name, for libraries that speak HTTP themselves; made when one is wanted first. */
export const AGENTS = {
  get 'http:'(): HttpAgent {
    http ??= new HttpAgent(OPTIONS);
    return http;
  },
  get 'https:'(): HttpsAgent {
    https ??= new HttpsAgent(OPTIONS);
    return https;
  },
};

/** `sendRequest` to an address that somebody else names. Throws ADDRESS_FORBIDDEN besides. */
export async function sendOutbound(url: URL, request: ClientRequest): Promise<ClientResponse> {
  checkAddress(url.hostname);
  const agent = url.protocol === 'https:' ? AGENTS['https:'] : AGENTS['http:'];
  return sendRequest(url, { ...request, agent });
}
