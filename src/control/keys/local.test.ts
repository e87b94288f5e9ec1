import { afterEach, beforeEach, expect, test } from 'vitest';
import { firstBreak } from '../../store/audit-chain.ts';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import { hashOfKey, isWellFormedKey } from './api-key.ts';
import { formatKnownKeys, parseKnownKeys } from './known-keys.ts';
import { LocalKeys } from './local.ts';

const HOUR = 3_600_000;
const ANA = { by: 'ana', reason: 'ours' };
let store: Store;
let now: number;
let keys: LocalKeys;
let changes: number;

beforeEach(async () => {
  store = await openStore('sqlite::memory:', { thread: 'none' });
  [now, changes] = [1_800_000_000_000, 0];
  const onChange = async (): Promise<void> => void changes++;
  keys = new LocalKeys({ store, clock: { now: () => now, monotonic: () => now }, onChange });
});
afterEach(() => store.close());

const request = (name: string, lifeMillis: number | null = null) =>
  ({ name, scope: 'predict', endpoints: ['churn'], lifeMillis }) as const;

test('a key is shown once, and only its hash is kept', async () => {
  const made = await keys.create(request('shop'), ANA);
  expect(isWellFormedKey(made.key)).toBe(true);
  const rows = JSON.stringify([await store.tables.apiKeys.list(), await store.tables.audit.list()]);
  expect(rows).not.toContain(made.key);
  expect(rows).toContain(hashOfKey(made.key));
  expect(await keys.list()).toMatchObject([
    { name: 'shop', state: 'active', createdBy: 'ana', endpoints: ['churn'] },
  ]);
  expect(JSON.stringify(await keys.list())).not.toContain('hash');
});

test('a name is taken as long as a key of it holds', async () => {
  await keys.create(request('shop', HOUR), ANA);
  await expect(keys.create(request('shop'), ANA)).rejects.toMatchObject({ code: 'KEY_NAME_TAKEN', exit: 2 });
  now += HOUR;
  expect(await keys.list()).toMatchObject([{ state: 'expired' }]);
  await keys.create(request('shop'), ANA);
  await keys.revoke('shop', ANA);
  now++;
  await keys.create(request('shop'), ANA);
  expect((await keys.list()).map(({ state }) => state)).toEqual(['expired', 'revoked', 'active']);
});

test('a rotated key has a successor of the same rights, and holds as long as was said', async () => {
  const first = await keys.create(request('shop', 90 * 24 * HOUR), ANA);
  now += HOUR;
  const second = await keys.rotate('shop', HOUR, ANA);
  expect(second).toMatchObject({ name: 'shop', scope: 'predict', endpoints: ['churn'] });
  expect(Date.parse(second.expiresAt!)).toBe(now + 90 * 24 * HOUR);
  const hashes = async () => (await keys.known()).map(({ sha256 }) => sha256);
  expect(await hashes()).toEqual([first, second].map(({ key }) => hashOfKey(key)));
  now += HOUR;
  expect(await hashes()).toEqual([hashOfKey(second.key)]);
  const third = await keys.rotate('shop', 0, ANA);
  expect(await hashes()).toEqual([hashOfKey(third.key)]);
});

test('a name revokes all keys that it has, an id one', async () => {
  const first = await keys.create(request('shop'), ANA);
  await keys.rotate('shop', HOUR, ANA);
  expect(await keys.revoke(first.id, ANA)).toMatchObject([{ id: first.id, state: 'revoked' }]);
  expect(await keys.known()).toHaveLength(1);
  expect(await keys.revoke('shop', ANA)).toHaveLength(1);
  expect(await keys.known()).toEqual([]);
  const gone = keys.revoke('shop', ANA);
  await expect(gone).rejects.toMatchObject({ code: 'KEY_UNKNOWN', details: { known: 'shop' } });
});

test('every change is told, and is in the chain of the audit log', async () => {
  await keys.create(request('shop'), ANA);
  await keys.rotate('shop', 0, ANA);
  await keys.revoke('shop', ANA);
  expect(changes).toBe(3);
  const { items } = await store.tables.audit.list();
  expect(items.map(({ what, subject, by }) => [what, subject, by])).toEqual(
    ['key.created', 'key.rotated', 'key.revoked'].map((what) => [what, 'key/shop', 'ana']),
  );
  expect(firstBreak(items)).toBeNull();
});

test('what is over for three months is forgotten when the next key is made', async () => {
  await keys.create(request('old', HOUR), ANA);
  now += 91 * 24 * HOUR;
  await keys.create(request('new'), ANA);
  expect((await keys.list()).map(({ name }) => name)).toEqual(['new']);
});

test('a file of known keys comes back as it was written, and what is none says why', async () => {
  await keys.create(request('shop', HOUR), ANA);
  const known = await keys.known();
  expect(parseKnownKeys(formatKnownKeys(known))).toEqual(known);
  const one = { ...known[0]! };
  const file = (key: object) => JSON.stringify({ format: 1, keys: [key] });
  for (const text of [
    '',
    '[]',
    '{"format":2,"keys":[]}',
    '{"format":1,"keys":{}}',
    file({ ...one, scope: 'root' }),
    file({ ...one, sha256: one.sha256.toUpperCase() }),
    file({ ...one, endpoints: 'churn' }),
    file({ ...one, expiresAt: 'never' }),
    file({ ...one, name: '' }),
  ])
    expect([text, typeof parseKnownKeys(text)]).toEqual([text, 'string']);
});

test('where the successor of a key was lost and ended, the next one lasts as long as that was to', async () => {
  await keys.create(request('shop'), ANA);
  now += HOUR;
  const lost = await keys.rotate('shop', 24 * HOUR, ANA);
  await keys.revoke(lost.id, ANA);
  now += HOUR;
  expect(await keys.rotate('shop', HOUR, ANA)).toMatchObject({ scope: 'predict', expiresAt: null });
});

test('no key is made, nor its successor, that those who read the list of keys could not take', async () => {
  const refused = { code: 'REQUEST_INVALID', exit: 2 };
  await expect(keys.create(request('two words'), ANA)).rejects.toMatchObject(refused);
  await expect(keys.create(request('shop', Number.MAX_SAFE_INTEGER), ANA)).rejects.toMatchObject(refused);
  await keys.create(request('shop'), ANA);
  await expect(keys.rotate('shop', Number.MAX_SAFE_INTEGER, ANA)).rejects.toMatchObject(refused);
  expect(await keys.known()).toHaveLength(1);
});
