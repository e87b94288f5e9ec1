import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { PieceRow } from '../replicas.ts';
import { CHANGE, endpoint } from './rows.ts';
import { type StorePlace, storesOf } from './stores.ts';

const piece = (seq: number, change: Partial<PieceRow> = {}): PieceRow => ({
  rollout: 'ro_1',
  generation: 2,
  window: 3,
  worker: 'a/1',
  epoch: 1,
  seq,
  body: Uint8Array.of(seq, 255, 0),
  at: 1000 + seq,
  ...change,
});

const order = (id: string, at = 1) => ({ id, kind: 'command', body: { why: ['x'] }, by: 'ann', at });

export const replicasContract = (place: StorePlace): void => {
  piecesContract(place);
  membersContract(place);
  ordersContract(place);
  changesContract(place);
};

const piecesContract = (place: StorePlace): void => {
  describe('pieces between replicas', () => {
    const stores = storesOf(place);

    it('are each handed once to a reader, in order, and again to the next one', async () => {
      const [one, two] = await stores.two();
      await one.tables.pieces.insert([piece(0), piece(1), piece(2)]);
      await one.tables.pieces.insert([piece(1, { body: Uint8Array.of(9) }), piece(3)]);
      const { pieces } = two.tables;
      expect(await pieces.take(['ro_1'], 1, 3)).toEqual([piece(0), piece(1), piece(2)]);
      expect(await pieces.take(['ro_1'], 1, 3)).toEqual([piece(3)]);
      expect(await pieces.take(['ro_1'], 1, 3)).toEqual([]);
      expect(await pieces.take(['ro_1'], 2, 9)).toHaveLength(4);
      expect(await pieces.take(['ro_1'], 1, 9)).toEqual([]);
    });

    it('are handed to a reader again that gives them back, without taking any from a later one', async () => {
      const { pieces } = (await stores.one()).tables;
      await pieces.insert([piece(0), piece(0, { rollout: 'ro_2' })]);
      await pieces.take(['ro_1', 'ro_2'], 2, 9);
      await pieces.giveBack(['ro_1', 'ro_2'], 1);
      expect(await pieces.take(['ro_1'], 2, 9)).toEqual([]);
      await pieces.giveBack(['ro_1'], 2);
      expect(await pieces.take(['ro_1', 'ro_2'], 2, 9)).toEqual([piece(0)]);
      await pieces.giveBack([], 2);
    });

    it('are those of the rollouts that were named', async () => {
      const { pieces } = (await stores.one()).tables;
      await pieces.insert([piece(0), piece(0, { rollout: 'ro_2' }), piece(0, { rollout: 'ro_3' })]);
      const taken = await pieces.take(['ro_1', 'ro_3'], 1, 9);
      expect(taken.map(({ rollout }) => rollout)).toEqual(['ro_1', 'ro_3']);
      expect(await pieces.take([], 1, 9)).toEqual([]);
      await pieces.insert([]);
    });

    it('are forgotten by age, taken or not', async () => {
      const { pieces } = (await stores.one()).tables;
      await pieces.insert([piece(0), piece(1), piece(2)]);
      await pieces.take(['ro_1'], 1, 1);
      expect(await pieces.prune(1002)).toBe(2);
      expect(await pieces.take(['ro_1'], 2, 9)).toEqual([piece(2)]);
    });

    it('reach one of two readers with the same number, however they are written meanwhile', async () => {
      const [one, two] = await stores.two();
      const taken: PieceRow[] = [];
      const write = async (worker: string) => {
        for (let seq = 0; seq < 30; seq++) await one.tables.pieces.insert([piece(seq, { worker })]);
      };
      const read = async () => {
        for (let round = 0; round < 20; round++)
          taken.push(...(await two.tables.pieces.take(['ro_1'], 1, 7)));
      };
      await Promise.all([write('a/1'), write('b/1'), read(), read()]);
      for (let rest = 1; rest > 0; ) {
        const more = await two.tables.pieces.take(['ro_1'], 1, 100);
        taken.push(...more);
        rest = more.length;
      }
      const names = taken.map(({ worker, seq }) => `${worker} ${seq}`);
      expect(names).toHaveLength(60);
      expect(new Set(names).size).toBe(60);
    });
  });
};

const membersContract = (place: StorePlace): void => {
  describe('members', () => {
    const stores = storesOf(place);

    it('say of themselves what they said last, and go when they have said nothing since', async () => {
      const { members } = (await stores.one()).tables;
      await members.put({ replica: 'b', beat: 1, at: 5, body: { loaded: [] } });
      await members.put({ replica: 'a', beat: 1, at: 5, body: null });
      await members.put({ replica: 'b', beat: 2, at: 6, body: { loaded: ['m@1'] } });
      const b = { replica: 'b', beat: 2, at: 6, body: { loaded: ['m@1'] } };
      expect(await members.list()).toEqual([{ replica: 'a', beat: 1, at: 5, body: null }, b]);
      await members.remove('b', 1);
      await members.remove('a', 1);
      expect(await members.list()).toEqual([b]);
    });
  });
};

const ordersContract = (place: StorePlace): void => {
  describe('orders', () => {
    const stores = storesOf(place);

    it('are answered once, and those without an answer are open, oldest first', async () => {
      const [one, two] = await stores.two();
      for (const [id, at] of [
        ['o2', 2],
        ['o1', 1],
        ['o3', 3],
      ] as const)
        await one.tables.orders.insert(order(id, at));
      expect((await two.tables.orders.open(2)).map(({ id }) => id)).toEqual(['o1', 'o2']);
      expect(await two.tables.orders.answer('o1', { error: null })).toBe(true);
      expect(await two.tables.orders.answer('o1', { error: 'no' })).toBe(false);
      expect(await one.tables.orders.get('o1')).toEqual({
        ...order('o1'),
        written: false,
        answer: { error: null },
      });
      expect(await one.tables.orders.get('o9')).toBeNull();
      expect((await two.tables.orders.open(9)).map(({ id }) => id)).toEqual(['o2', 'o3']);
      expect(await two.tables.orders.prune(3)).toBe(2);
    });

    it('are written down once, and then no longer taken back', async () => {
      const { orders } = (await stores.one()).tables;
      await orders.insert(order('o1'));
      expect(await orders.write('o9')).toBe(false);
      expect(await orders.write('o1')).toBe(true);
      expect(await orders.write('o1')).toBe(false);
      expect(await orders.withdraw('o1')).toBe(false);
      expect(await orders.open(9)).toEqual([{ ...order('o1'), written: true, answer: null }]);
      expect(await orders.answer('o1', true)).toBe(true);
      expect(await orders.write('o1')).toBe(false);
    });

    it('are either answered or taken back, never both', async () => {
      const [one, two] = await stores.two();
      for (let i = 0; i < 20; i++) {
        await one.tables.orders.insert(order(`o${i}`));
        const done = await Promise.all([
          one.tables.orders.withdraw(`o${i}`),
          two.tables.orders.answer(`o${i}`, true),
        ]);
        expect(done.filter(Boolean)).toHaveLength(1);
      }
    });
  });
};

const changesContract = (place: StorePlace): void => {
  describe.runIf(place.name === 'postgres')('changes', () => {
    const stores = storesOf(place);

    it('of routes and orders are told to others within a moment, and to nobody who has ended listening', async () => {
      const [one, two] = await stores.two();
      const heard: string[] = [];
      two.onChange('endpoints', () => heard.push('endpoints'));
      const end = two.onChange('orders', () => heard.push('orders'));
      while (heard.length < 2) await sleep(5);
      heard.length = 0;
      await one.tables.endpoints.insert(endpoint(), CHANGE);
      while (!heard.includes('endpoints')) await sleep(5);
      end();
      await one.tables.orders.insert(order('o1'));
      await one.tables.endpoints.insert(endpoint('other'), CHANGE);
      while (heard.filter((table) => table === 'endpoints').length < 2) await sleep(5);
      expect(heard).not.toContain('orders');
    });
  });
};
