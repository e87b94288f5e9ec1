import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlimsollError } from '../../core/errors.ts';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import { rejectionCodeOf } from '../../store/testing/stores.ts';
import { ManualClock } from '../rollouts/testing/world.ts';
import { type ReplicaCommand, ReplicaCommands } from './replica-commands.ts';

let store: Store;
beforeEach(async () => {
  store = await openStore('sqlite::memory:');
});
afterEach(() => store.close());

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const ordersOf = (): ReplicaCommands =>
  new ReplicaCommands({ store, clock: new ManualClock(), logger: silent });
const PAUSE: ReplicaCommand = {
  kind: 'command',
  rollout: 'ro_1',
  command: 'pause',
  actor: { by: 'ann', reason: 'tea' },
};

/** Has `orders` look until `giving` is over; answers what it obeyed. */
async function obeyedUntil(
  giving: Promise<unknown>,
  orders: ReplicaCommands,
  obey: (order: ReplicaCommand, id: string) => Promise<void>,
): Promise<readonly ReplicaCommand[]> {
  const seen: ReplicaCommand[] = [];
  let isOver = false;
  void giving.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  while (!isOver) {
    await orders.execute((order, id) => {
      seen.push(order);
      return obey(order, id);
    });
    await sleep(5);
  }
  return seen;
}

describe('an order', () => {
  it('is obeyed once by the owner, and then answered', async () => {
    const giving = ordersOf().send(PAUSE);
    expect(await obeyedUntil(giving, ordersOf(), () => sleep(30))).toEqual([PAUSE]);
    await giving;
  });

  it('that is refused is refused with the code and the details of the owner', async () => {
    const giving = ordersOf().send(PAUSE);
    const refuse = () => Promise.reject(new PlimsollError('ROLLOUT_NOT_FOUND', { id: 'ro_1' }));
    await obeyedUntil(giving, ordersOf(), refuse);
    await expect(giving).rejects.toMatchObject({ code: 'ROLLOUT_NOT_FOUND', details: { id: 'ro_1' } });
  });

  it('that nobody takes within five seconds is taken back: nobody will', async () => {
    expect(await rejectionCodeOf(ordersOf().send(PAUSE))).toBe('ROLLOUTS_UNOWNED');
    expect(await store.tables.orders.open(9)).toEqual([]);
  }, 10_000);

  it('whose owner lost the rollouts on the way is obeyed by the next one', async () => {
    const giving = ordersOf().send(PAUSE);
    let tries = 0;
    const obey = () =>
      ++tries === 1
        ? Promise.reject(new PlimsollError('ROLLOUTS_UNOWNED', { reason: 'another one' }))
        : Promise.resolve();
    expect(await obeyedUntil(giving, ordersOf(), obey)).toHaveLength(2);
    await giving;
  });

  it('that was written down by an owner that died then is answered without being obeyed again', async () => {
    const giving = ordersOf().send(PAUSE);
    const dead = ordersOf();
    const died = new Promise<void>((die) => {
      void obeyedUntil(
        Promise.race([giving, new Promise((end) => setTimeout(end, 100))]),
        dead,
        async (_, id) => {
          await store.tables.orders.write(id);
          die();
          await new Promise(() => undefined);
        },
      );
    });
    await died;
    expect(await obeyedUntil(giving, ordersOf(), () => Promise.reject(new Error('twice')))).toEqual([]);
    await giving;
  });
});
