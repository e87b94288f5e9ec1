import { expect, test } from 'vitest';
import { openStore } from '../../store/open.ts';
import { OwnershipLease } from './ownership-lease.ts';

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** An owner over a store, and how often it has asked for it. */
async function owner(isAlone: boolean) {
  const store = await openStore('sqlite::memory:', { isAlone });
  const clock = { time: 0, now: () => clock.time, monotonic: () => clock.time };
  const asked: number[] = [];
  const { owners } = store.tables;
  const counted: typeof owners = {
    ...owners,
    acquire: (...args) => {
      asked.push(clock.time);
      return owners.acquire(...args);
    },
  };
  const tables = { ...store.tables, owners: counted };
  const ownership = new OwnershipLease({ store: { ...store, tables }, clock, logger, holder: 'one' });
  const minute = async (): Promise<void> => {
    for (const end = clock.time + 60_000; clock.time < end; clock.time += 200) await ownership.keep();
  };
  return { store, ownership, asked, minute };
}

test('what is shared is asked for again every few seconds, what nobody else can have once', async () => {
  for (const isAlone of [true, false]) {
    const { store, ownership, asked, minute } = await owner(isAlone);
    await minute();
    expect(ownership.fence).toMatchObject({ token: 1 });
    expect(asked).toHaveLength(isAlone ? 1 : 20);
    await store.close();
  }
});

test('it is asked for again where somebody says so, and after it was given back', async () => {
  const { store, ownership, asked, minute } = await owner(true);
  await minute();
  ownership.askAgain();
  await minute();
  expect(asked).toHaveLength(2);
  await ownership.release();
  ownership.askAgain();
  await minute();
  expect(asked).toHaveLength(3);
  expect(ownership.fence).not.toBeNull();
  await store.close();
});
