/**
 * Who may speak to the control API. Programs on this machine may that run as the user of this server, or bring the token of
 * its data folder, which nobody else can read. But a page in somebody's browser reaches loopback addresses too: the Host must
 * be one of ours (else a name was rebound to this address) and an Origin must be the Host's own. Callers from other machines need a key, which no page knows; by which name they call is their business. Where every
 * caller needs one, only the socket in the data folder, whose permissions say who may, is left without.
 */
import { isLoopbackAddress } from '../../config/access.ts';
import type { KnownKey } from '../../control/keys/port.ts';
import { PlimsollError } from '../../core/errors.ts';
import { isSameToken } from '../access/local-token.ts';
import type { PeerUser } from '../access/peer-user.ts';
import { checkHost, checkOrigin } from '../access/site.ts';

export interface AccessRules {
  /** Names besides localhost and loopback addresses, without port. */
  readonly hosts: readonly string[];
  /** Every caller needs a key, those on this machine too. */
  readonly keysOnly: boolean;
  readonly keys: KnownKeys;
  /** The token of the data folder, and where it lies; without it, every program on this machine is let in. */
  readonly local?: LocalToken | undefined;
}

export interface LocalToken {
  readonly token: string;
  readonly path: string;
}

/** The keys that are known. */
export interface KnownKeys {
  readonly size: number;
  find(key: string): KnownKey | null;
}

/** What is looked at of a request; header values as sent, undefined where absent. */
export interface AccessRequest {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** The key that it brings, or null. */
  readonly credential: string | null;
  /** Remote address as the serving process saw it; undefined on the control socket itself. */
  readonly peer: string | undefined;
  /** A proxy says that it speaks for somebody else. */
  readonly isForwarded: boolean;
  /** Of a peer on this machine: why it is not taken for the owner's; undefined where it is. */
  readonly stranger?: Exclude<PeerUser, 'owner'> | undefined;
}

export interface ApiCaller {
  /** Runs on this machine, and may name files of it. */
  readonly isLocal: boolean;
  /** The key that lets the caller in; null lets programs on this machine do everything. */
  readonly key: KnownKey | null;
}

/**
 * Throws HOST_FORBIDDEN, ORIGIN_FORBIDDEN, TOKEN_WANTED, CONTROL_FORBIDDEN or CONTROL_UNAUTHORIZED. `now` is since the epoch.
 */
export function admit(knock: AccessRequest, rules: AccessRules, now: number): ApiCaller {
  const isNear = knock.peer === undefined || (!rules.keysOnly && isLoopbackAddress(knock.peer));
  const isLocal = isNear && !knock.isForwarded;
  if (isLocal) checkHost(knock.host, rules.hosts);
  if (knock.origin !== undefined) checkOrigin(knock.origin, knock.host, isLocal ? [] : rules.hosts);
  if (!isLocal) return { isLocal, key: keyOf(knock, rules.keys, now) };
  return isOwner(knock, rules.local) ? { isLocal, key: null } : strangerOf(knock, rules, now);
}

function isOwner({ stranger, credential }: AccessRequest, local: LocalToken | undefined): boolean {
  if (stranger === undefined || local === undefined) return true;
  return credential !== null && isSameToken(credential, local.token);
}

/** Somebody else on this machine may do what a key allows, like a caller from elsewhere. */
function strangerOf(knock: AccessRequest, { keys, local }: AccessRules, now: number): ApiCaller {
  const { credential, stranger } = knock;
  if (credential !== null && keys.find(credential) !== null)
    return { isLocal: false, key: keyOf(knock, keys, now) };
  const who = WHO[stranger ?? 'unknown'];
  const found = credential === null ? 'it brings no token' : 'what it brings is neither the token nor a key';
  throw new PlimsollError('TOKEN_WANTED', { who, found, path: local?.path ?? 'the data folder' });
}

const WHO = {
  other: 'a program of another user of this machine',
  unknown: 'a program on this machine whose user the system does not tell',
} as const;

function keyOf({ credential, peer, isForwarded }: AccessRequest, keys: KnownKeys, now: number): KnownKey {
  const who = isForwarded ? 'a request passed on by a proxy' : `a caller at ${peer}`;
  if (keys.size === 0) throw new PlimsollError('CONTROL_FORBIDDEN', { found: who });
  if (credential === null) throw new PlimsollError('CONTROL_UNAUTHORIZED', { found: `${who} has no key` });
  const key = keys.find(credential);
  if (key === null)
    throw new PlimsollError('CONTROL_UNAUTHORIZED', { found: `the key of ${who} is not known` });
  if (key.expiresAt !== null && key.expiresAt <= now)
    throw new PlimsollError('CONTROL_UNAUTHORIZED', { found: `the key of ${who} is over` });
  return key;
}
