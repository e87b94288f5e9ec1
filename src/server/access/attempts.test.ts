import { afterEach, expect, test } from 'vitest';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import { noteAttempts } from './attempts.ts';

let store: Store;
afterEach(() => store.close());

test('the log of refused attempts cannot be filled by those who make them, and says how many it left out', async () => {
  store = await openStore('sqlite::memory:', { thread: 'none' });
  let now = 0;
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const note = noteAttempts(store, { now: () => now, monotonic: () => now }, silent);
  const attempt = { by: '10.1.2.3', operation: 'POST /gc', code: 'CONTROL_UNAUTHORIZED' };
  for (let k = 0; k < 1000; k++) note(attempt);
  now = 6000;
  note(attempt);
  const listed = async () => (await store.tables.audit.list()).items;
  await expect.poll(async () => (await listed()).length).toBe(11);
  expect((await listed()).at(-1)).toMatchObject({
    ...{ what: 'access.refused', by: '10.1.2.3' },
    body: { operation: 'POST /gc', unnotedBefore: 990 },
  });
});

test('strangers who knock a thousand times do not hide what is tried with a key', async () => {
  store = await openStore('sqlite::memory:', { thread: 'none' });
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const note = noteAttempts(store, { now: () => 0, monotonic: () => 0 }, silent);
  const attempt = { operation: 'POST /gc', code: 'SCOPE_FORBIDDEN' };
  for (let k = 0; k < 1000; k++) note({ ...attempt, by: '10.1.2.3' });
  note({ ...attempt, by: 'key:shop from 10.1.2.4' });
  const listed = async () => (await store.tables.audit.list()).items;
  await expect.poll(async () => (await listed()).length).toBe(11);
  expect((await listed()).at(-1)).toMatchObject({ by: 'key:shop from 10.1.2.4' });
});
