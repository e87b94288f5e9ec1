/** What can be asked about API keys; in this process over the store, or over HTTP where a server owns it. Pure. */
import type { Actor } from '../../core/actor.ts';
import type { Scope } from '../../store/scopes.ts';

export type KeyState = 'active' | 'expired' | 'revoked';

/** A key as it is shown: without the key. */
export interface KeyView {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  /** Endpoints that a `predict` key is for; none means all. */
  readonly endpoints: readonly string[];
  readonly state: KeyState;
  /** UTC, ISO 8601. */
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

/** A key that was just made: the only time that it is shown. */
export interface NewKey extends KeyView {
  readonly key: string;
}

export const KEY_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
/** Endpoints that one key may name, and characters of a name. */
export const KEY_ENDPOINTS_MAX = 1000;
export const ENDPOINT_NAME_MAX = 200;
export const LIFE_MIN_MS = 1000;
/** Ten years: a key that is meant to last longer says so by having no end. */
export const LIFE_MAX_MS = 3650 * 86_400_000;
/** Keys that may hold at once: as many as processes without a store take. */
export const KEYS_MAX = 10_000;

export interface KeyRequest {
  readonly name: string;
  readonly scope: Scope;
  readonly endpoints: readonly string[];
  /** Milliseconds from now until it is over; null where it holds until it is revoked. */
  readonly lifeMillis: number | null;
}

/** What a process that has no store knows of a key. */
export interface KnownKey {
  readonly name: string;
  readonly scope: Scope;
  readonly endpoints: readonly string[];
  /** sha256 of the key, hex. */
  readonly sha256: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | null;
}

export interface ApiKeyring {
  /** Throws KEY_NAME_TAKEN where a key of that name holds, REQUEST_INVALID where there can be no such key. */
  create(request: KeyRequest, actor: Actor): Promise<NewKey>;
  list(): Promise<readonly KeyView[]>;
  /** Ends every key of that name, or the one of that id, at once. Throws KEY_UNKNOWN. */
  revoke(name: string, actor: Actor): Promise<readonly KeyView[]>;
  /** Another key of the same name and rights; the one before holds for `overlapMillis` more. Throws KEY_UNKNOWN. */
  rotate(name: string, overlapMillis: number, actor: Actor): Promise<NewKey>;
  /** Those that hold, by their hashes: for processes without a store. */
  known(): Promise<readonly KnownKey[]>;
}
