import { describe, expect, it } from 'vitest';
import { singleVersionRoute } from '../../rollout/route.ts';
import { CHANGE, endpoint } from './rows.ts';
import { rejectionCodeOf, type StorePlace, storesOf } from './stores.ts';

const next = (generation: number, version = 2) => ({
  route: singleVersionRoute('churn', 'churn', version, generation),
});

export const endpointsContract = (place: StorePlace): void => {
  describe('endpoints', () => {
    const stores = storesOf(place);

    it('are made once, with their first route in the history', async () => {
      const { tables } = await stores.one();
      expect(await tables.endpoints.get('churn')).toBeNull();
      expect(await tables.endpoints.insert(endpoint(), CHANGE)).toBe(true);
      expect(await tables.endpoints.insert({ ...endpoint(), stable: 9 }, CHANGE)).toBe(false);
      expect(await tables.endpoints.get('churn')).toEqual(endpoint());
      const { items } = await tables.endpoints.history('churn');
      expect(items).toEqual([
        { ...CHANGE, endpoint: 'churn', generation: 1, route: singleVersionRoute('churn', 'churn', 1, 1) },
      ]);
    });

    it('change their route with what is named beside it, and keep the old one', async () => {
      const { tables } = await stores.one();
      await tables.endpoints.insert(endpoint(), CHANGE);
      const change = { at: 1, by: 'bob', reason: 'promoted' };
      const named = { ...next(2), stable: 2, previous: 1, rollout: 'ro_1' };
      expect(await tables.endpoints.flip('churn', 1, named, change)).toBe(true);
      expect(await tables.endpoints.get('churn')).toEqual({ ...endpoint(), ...named, generation: 2 });
      expect(await tables.endpoints.flip('churn', 2, { ...next(3), rollout: null }, change)).toBe(true);
      const after = await tables.endpoints.get('churn');
      expect(after).toMatchObject({ generation: 3, stable: 2, previous: 1, rollout: null });
      const { items } = await tables.endpoints.history('churn');
      expect(items.map((row) => [row.generation, row.reason])).toEqual([
        [3, 'promoted'],
        [2, 'promoted'],
        [1, 'first version'],
      ]);
    });

    it('are not changed on top of another change, nor where they are not', async () => {
      const { tables } = await stores.one();
      await tables.endpoints.insert(endpoint(), CHANGE);
      await tables.endpoints.flip('churn', 1, next(2), CHANGE);
      expect(await tables.endpoints.flip('churn', 1, next(2, 3), CHANGE)).toBe(false);
      expect((await tables.endpoints.get('churn'))?.route.ranges[0]?.version).toBe(2);
      expect((await tables.endpoints.history('churn')).items).toHaveLength(2);
      const nowhere = { route: singleVersionRoute('none', 'churn', 1, 2) };
      expect(await tables.endpoints.flip('none', 1, nowhere, CHANGE)).toBe(false);
    });

    it('refuse a route that says it is another generation or of another endpoint', async () => {
      const { tables } = await stores.one();
      await tables.endpoints.insert(endpoint(), CHANGE);
      expect(await rejectionCodeOf(tables.endpoints.flip('churn', 1, next(3), CHANGE))).toBe('INTERNAL');
      const other = { route: singleVersionRoute('fraud', 'churn', 1, 2) };
      expect(await rejectionCodeOf(tables.endpoints.flip('churn', 1, other, CHANGE))).toBe('INTERNAL');
      expect((await tables.endpoints.get('churn'))?.generation).toBe(1);
    });
  });

  compareAndSet(place);
};

const compareAndSet = (place: StorePlace): void => {
  describe('compare and set of routes', () => {
    const stores = storesOf(place);

    it('has one winner a generation among two processes that race', async () => {
      const [one, two] = await stores.two();
      await one.tables.endpoints.insert(endpoint(), CHANGE);
      for (let generation = 1; generation <= 10; generation += 1) {
        const racers = [one, two, one, two, two].map(({ tables }, i) =>
          tables.endpoints.flip('churn', generation, next(generation + 1, i + 1), CHANGE),
        );
        const won = await Promise.all(racers);
        expect(won.filter(Boolean)).toHaveLength(1);
        const row = await two.tables.endpoints.get('churn');
        expect(row?.route.ranges[0]?.version).toBe(won.indexOf(true) + 1);
      }
      expect((await one.tables.endpoints.history('churn')).items).toHaveLength(11);
    });

    it('needs the fence of the present owner where one is given', async () => {
      const [one, two] = await stores.two();
      await one.tables.endpoints.insert(endpoint(), CHANGE);
      const old = await one.tables.owners.acquire('controller', 'one', 0, 1000);
      expect(await one.tables.endpoints.flip('churn', 1, next(2), CHANGE, old!)).toBe(true);
      const young = await two.tables.owners.acquire('controller', 'two', 1000, 1000);
      expect(await one.tables.endpoints.flip('churn', 2, next(3), CHANGE, old!)).toBe(false);
      expect(await two.tables.endpoints.flip('churn', 2, next(3), CHANGE, young!)).toBe(true);
      await two.tables.owners.release(young!);
      expect(await two.tables.endpoints.flip('churn', 3, next(4), CHANGE, young!)).toBe(false);
      expect((await one.tables.endpoints.get('churn'))?.generation).toBe(3);
    });

    it('is undone with the transaction that it was part of', async () => {
      const store = await stores.one();
      await store.tables.endpoints.insert(endpoint(), CHANGE);
      const failed = store.transaction(async ({ endpoints }) => {
        await endpoints.flip('churn', 1, next(2), CHANGE);
        throw new Error('after the flip');
      });
      await expect(failed).rejects.toThrow('after the flip');
      expect((await store.tables.endpoints.get('churn'))?.generation).toBe(1);
      expect((await store.tables.endpoints.history('churn')).items).toHaveLength(1);
    });
  });
};
