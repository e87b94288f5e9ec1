/** API keys over the store: every change is in the audit log, in one transaction with what it tells of. */
import { randomBytes } from 'node:crypto';
import type { Actor } from '../../core/actor.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { ApiKeyRow } from '../../store/access.ts';
import type { DamagedRow } from '../../store/row-schema.ts';
import type { Store, Tables } from '../../store/store.ts';
import { generateKey, hashOfKey } from './api-key.ts';
import { validateKeyCount, validateKeyRequest, validateOverlap } from './key-validation.ts';
import type { ApiKeyring, KeyRequest, KeyState, KeyView, KnownKey, NewKey } from './port.ts';

export interface LocalKeysOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Called once something has changed, before it is answered. */
  readonly onChange?: () => Promise<void>;
  /** Told of keys that cannot be read, and let nobody in. */
  readonly onDamaged?: (row: DamagedRow) => void;
}

const ID_BYTES = 6;
/** Keys are listed for this long after they are over. */
const KEPT_MILLIS = 90 * 86_400_000;

export class LocalKeys implements ApiKeyring {
  readonly #options: LocalKeysOptions;

  constructor(options: LocalKeysOptions) {
    this.#options = options;
  }

  async create(request: KeyRequest, actor: Actor): Promise<NewKey> {
    validateKeyRequest(request);
    const { name, scope, endpoints, lifeMillis } = request;
    return this.#make('key.created', actor, async ({ apiKeys }, now) => {
      const active = (await apiKeys.active(now)).items;
      validateKeyCount(active.length);
      if (active.some((row) => row.name === name)) throw new PlimsollError('KEY_NAME_TAKEN', { name });
      await apiKeys.prune(now - KEPT_MILLIS);
      return { name, scope, endpoints, expiresAt: lifeMillis === null ? null : now + lifeMillis };
    });
  }

  async rotate(name: string, overlapMillis: number, actor: Actor): Promise<NewKey> {
    validateOverlap(overlapMillis);
    return this.#make('key.rotated', actor, async ({ apiKeys }, now) => {
      const all = (await apiKeys.active(now)).items;
      validateKeyCount(all.length);
      const active = all.filter((row) => row.name === name);
      const last = active.at(-1);
      if (last === undefined) throw await unknown(apiKeys, name);
      // One that was to be its successor and was lost says how long keys of that name last: the end of others was moved.
      const lost = (await apiKeys.list()).items.findLast((row) => row.name === name);
      const before = lost !== undefined && lost.createdAt > last.createdAt ? lost : last;
      const until = now + overlapMillis;
      for (const { id, expiresAt } of active)
        if (expiresAt === null || expiresAt > until) await apiKeys.change(id, { expiresAt: until });
      const { scope, endpoints, expiresAt, createdAt } = before;
      return { name, scope, endpoints, expiresAt: expiresAt && now + (expiresAt - createdAt) };
    });
  }

  async revoke(name: string, { by, reason }: Actor): Promise<readonly KeyView[]> {
    const { store } = this.#options;
    const now = this.#now();
    const revoked = await store.transaction(async ({ apiKeys, audit }) => {
      const rows = (await apiKeys.active(now)).items.filter((row) => row.name === name || row.id === name);
      if (rows.length === 0) throw await unknown(apiKeys, name);
      for (const row of rows) {
        await apiKeys.change(row.id, { revokedAt: now });
        const body = { id: row.id, scope: row.scope, reason: reason ?? null };
        await audit.append({ at: now, by, what: 'key.revoked', subject: `key/${row.name}`, body });
      }
      return rows.map((row) => ({ ...row, revokedAt: now }));
    });
    await this.#options.onChange?.();
    return revoked.map((row) => viewOf(row, now));
  }

  async list(): Promise<readonly KeyView[]> {
    const now = this.#now();
    return (await this.#options.store.tables.apiKeys.list()).items.map((row) => viewOf(row, now));
  }

  async known(): Promise<readonly KnownKey[]> {
    const { items, damaged } = await this.#options.store.tables.apiKeys.active(this.#now());
    for (const row of damaged) this.#options.onDamaged?.(row);
    return items.map(({ name, scope, endpoints, hash, expiresAt }) => ({
      ...{ name, scope, endpoints, sha256: hash, expiresAt },
    }));
  }

  #now(): number {
    return Math.floor(this.#options.clock.now());
  }

  /** Makes a key as `wanted` says, in one transaction with it and with the entry of the audit log. */
  async #make(
    what: 'key.created' | 'key.rotated',
    { by, reason }: Actor,
    wanted: (
      tables: Tables,
      now: number,
    ) => Promise<Pick<ApiKeyRow, 'name' | 'scope' | 'endpoints' | 'expiresAt'>>,
  ): Promise<NewKey> {
    const now = this.#now();
    const key = generateKey();
    const id = randomBytes(ID_BYTES).toString('hex');
    const made = { id, hash: hashOfKey(key), createdAt: now, createdBy: by, revokedAt: null };
    const row = await this.#options.store.transaction(async (tables) => {
      const row: ApiKeyRow = { ...made, ...(await wanted(tables, now)) };
      await tables.apiKeys.insert(row);
      const { name, scope, endpoints, expiresAt } = row;
      const body = { id, scope, endpoints, expiresAt, reason: reason ?? null };
      await tables.audit.append({ at: now, by, what, subject: `key/${name}`, body });
      return row;
    });
    await this.#options.onChange?.();
    return { ...viewOf(row, now), key };
  }
}

async function unknown(apiKeys: Tables['apiKeys'], name: string): Promise<PlimsollError> {
  const names = [...new Set((await apiKeys.list()).items.map((row) => row.name))];
  const known = names.length === 0 ? 'no key yet' : names.slice(0, KNOWN_MAX).join(', ');
  return new PlimsollError('KEY_UNKNOWN', { name, known });
}

/** Names that a message repeats. */
const KNOWN_MAX = 20;

const stateOf = ({ revokedAt, expiresAt }: ApiKeyRow, now: number): KeyState => {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'active';
};

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

function viewOf(row: ApiKeyRow, now: number): KeyView {
  const { id, name, scope, endpoints, createdBy } = row;
  return {
    ...{ id, name, scope, endpoints, createdBy, state: stateOf(row, now) },
    createdAt: new Date(row.createdAt).toISOString(),
    expiresAt: iso(row.expiresAt),
    revokedAt: iso(row.revokedAt),
  };
}
