import { afterEach, beforeEach, expect, it } from 'vitest';
import { unpackPart } from '../../rollout/packed-window-part.ts';
import type { WindowPart } from '../../rollout/window-part.ts';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import { ManualClock } from '../rollouts/testing/world.ts';
import { PartOutbox } from './part-outbox.ts';

let store: Store;
const warnings: object[] = [];
beforeEach(async () => {
  store = await openStore('sqlite::memory:');
});
afterEach(() => store.close());

const outboxOf = (over: Pick<Store, 'tables'>): PartOutbox =>
  new PartOutbox({
    store: over as Store,
    clock: new ManualClock(),
    logger: {
      info: () => undefined,
      error: () => undefined,
      warn: (fields) => void warnings.push(fields),
    },
  });

const piece = (seq: number, rollout = 'ro_1'): WindowPart => ({
  ...{ rollout, generation: 1, window: 0, worker: 'a/1', epoch: 1, seq, isLast: false },
  units: {
    high: Uint32Array.of(seq),
    low: Uint32Array.of(2),
    arm: Uint8Array.of(1),
    flags: Uint32Array.of(3),
    segment: Uint8Array.of(0),
  },
  ...{ nameless: [], segments: [''], samples: [], answers: [], latency: [] },
  shadow: { mirrored: 0, dropped: 0 },
});

const taken = async (reader: number): Promise<readonly (WindowPart | null)[]> => {
  const rows = await store.tables.pieces.take(['ro_1'], reader, 10_000);
  return rows.map(({ body, at: _at, ...key }) => unpackPart(key, body));
};

it('what waits is written as it was, under the names that workers have by then', async () => {
  const outbox = outboxOf(store);
  for (let seq = 0; seq < 450; seq++) outbox.add(piece(seq));
  await outbox.flush((worker) => `${worker}~1`);
  expect(await taken(1)).toEqual(
    Array.from({ length: 450 }, (_, seq) => ({ ...piece(seq), worker: 'a/1~1' })),
  );
  await outbox.flush((worker) => worker);
  expect(await taken(1)).toEqual([]);
});

it('what somebody wants after all is not written', async () => {
  const outbox = outboxOf(store);
  for (const rollout of ['ro_1', 'ro_2', 'ro_1']) outbox.add(piece(0, rollout));
  const wanted: string[] = [];
  outbox.offer((part) => part.rollout === 'ro_2' && wanted.push(part.rollout) > 0);
  await outbox.flush((worker) => worker);
  expect(wanted).toEqual(['ro_2']);
  expect(await taken(1)).toEqual([piece(0)]);
});

it('while the store is away everything waits, but the oldest not for ever', async () => {
  let isAway = true;
  const insert: Store['tables']['pieces']['insert'] = (rows) =>
    isAway ? Promise.reject(new Error('away')) : store.tables.pieces.insert(rows);
  const outbox = outboxOf({ tables: { ...store.tables, pieces: { ...store.tables.pieces, insert } } });
  for (let seq = 0; seq < 5003; seq++) {
    outbox.add(piece(seq));
    if (seq === 10) await expect(outbox.flush((worker) => worker)).rejects.toThrow('away');
  }
  isAway = false;
  await outbox.flush((worker) => worker);
  expect((await taken(1)).map((part) => part!.seq)).toEqual(Array.from({ length: 5000 }, (_, at) => at + 3));
  expect(warnings).toEqual([{ pieces: 3 }]);
});
