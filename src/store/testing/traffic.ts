import { describe, expect, it } from 'vitest';
import type { TrafficRow } from '../store.ts';
import { type StorePlace, storesOf } from './stores.ts';

const cell = (change: Partial<TrafficRow> = {}): TrafficRow => ({
  ...{ model: 'churn', step: 60_000, at: 0, version: 1, replica: 'a' },
  ...{ answered: 3, invalid: 0, failed: 1, overloaded: 0, cancelled: 0 },
  times: [
    [7, 2],
    [9, 1],
  ],
  ...change,
});

export const trafficContract = (place: StorePlace): void => {
  describe('traffic', () => {
    const stores = storesOf(place);

    it('is kept by cell, replaced while it is open, and read by time', async () => {
      const { traffic } = (await stores.one()).tables;
      await traffic.put([]);
      await traffic.put([cell({ at: 60_000 }), cell(), cell({ replica: 'b' }), cell({ model: 'iris' })]);
      await traffic.put([cell({ answered: 9, times: [[7, 8]] }), cell({ step: 600_000 })]);
      const query = { model: 'churn', step: 60_000, from: 0, to: 60_001 };
      const rows = await traffic.of(query);
      expect(rows.map(({ at }) => at)).toEqual([0, 0, 60_000]);
      expect(rows.find(({ at, replica }) => at === 0 && replica === 'a')).toEqual(
        cell({ answered: 9, times: [[7, 8]] }),
      );
      expect(await traffic.of({ ...query, to: 60_000 })).toHaveLength(2);
      expect((await traffic.at(60_000, 0, 'a')).map(({ model }) => model).sort()).toEqual(['churn', 'iris']);
    });

    it('counts requests of all versions and servers by time, however they ended', async () => {
      const { traffic } = (await stores.one()).tables;
      const ended = { answered: 5, invalid: 4, failed: 3, overloaded: 2, cancelled: 1 };
      await traffic.put([cell(), cell({ version: 2, ...ended }), cell({ replica: 'b', at: 60_000 })]);
      await traffic.put([cell({ model: 'iris' }), cell({ step: 600_000 }), cell({ at: 120_000 })]);
      const query = { model: 'churn', step: 60_000, from: 0, to: 120_000 };
      expect(await traffic.requests(query)).toEqual([
        { at: 0, requests: 19 },
        { at: 60_000, requests: 4 },
      ]);
      expect(await traffic.requests({ ...query, model: 'other' })).toEqual([]);
    });

    it('of many versions is kept at once, and forgotten by its step', async () => {
      const { traffic } = (await stores.one()).tables;
      await traffic.put(Array.from({ length: 450 }, (_, k) => cell({ version: k + 1 })));
      await traffic.put([cell({ step: 600_000 })]);
      await traffic.prune(60_000, 0);
      expect(await traffic.at(60_000, 0, 'a')).toHaveLength(450);
      await traffic.prune(60_000, 1);
      expect(await traffic.at(60_000, 0, 'a')).toEqual([]);
      expect(await traffic.at(600_000, 0, 'a')).toHaveLength(1);
    });
  });
};
