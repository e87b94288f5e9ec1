import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../migrations/all.ts';
import type { Tables } from '../store.ts';
import { CHANGE, endpoint, version } from './rows.ts';
import { rejectionCodeOf, type StorePlace, storesOf } from './stores.ts';

export const transactionsContract = (place: StorePlace): void => {
  describe('transactions', () => {
    const stores = storesOf(place);

    it('see what they wrote and show nothing of it before they end', async () => {
      const [one, two] = await stores.two();
      await one.transaction(async ({ versions }) => {
        await versions.insert(version());
        expect(await versions.get('churn', 1)).not.toBeNull();
        expect(await two.tables.versions.get('churn', 1)).toBeNull();
      });
      expect(await two.tables.versions.get('churn', 1)).not.toBeNull();
    });

    it('pass on what was thrown in them, with nothing kept', async () => {
      const store = await stores.one();
      const thrown = new TypeError('not of the store');
      const failed = store.transaction(async (tables) => {
        await tables.versions.insert(version());
        await tables.endpoints.insert(endpoint(), CHANGE);
        throw thrown;
      });
      await expect(failed).rejects.toBe(thrown);
      expect((await store.tables.versions.list('churn')).items).toEqual([]);
      expect(await store.transaction(async () => 'answered')).toBe('answered');
    });

    it('run as if alone: what was read in one still holds when it writes', async () => {
      const [one, two] = await stores.two();
      await one.tables.versions.insert(version({ note: '0' }));
      const increment = ({ transaction }: typeof one) =>
        transaction(async ({ versions }) => {
          const row = await versions.get('churn', 1);
          await sleep(1);
          await versions.update('churn', 1, { note: String(Number(row?.note) + 1) });
        });
      await Promise.all(Array.from({ length: 30 }, (_, i) => increment(i % 2 === 0 ? one : two)));
      expect((await one.tables.versions.get('churn', 1))?.note).toBe('30');
    });

    it('do not overlook a single statement between their reading and their writing', async () => {
      const [one, two] = await stores.two();
      await one.tables.versions.insert(version({ note: 'old', labels: {} }));
      let single: Promise<void> | undefined;
      await one.transaction(async ({ versions }) => {
        const row = await versions.get('churn', 1);
        single ??= two.tables.versions.update('churn', 1, { note: 'new' });
        await Promise.race([single, sleep(50)]);
        await versions.update('churn', 1, { labels: { note: row!.note } });
      });
      await single;
      // Either the statement came first and the transaction read it, or it came last and changed the note alone.
      const row = await two.tables.versions.get('churn', 1);
      expect(row?.note).toBe('new');
      expect(['old', 'new']).toContain(row?.labels['note']);
    });

    it('refuse calls of the store from within, which would wait for ever', async () => {
      const store = await stores.one();
      const inside = store.transaction(() => store.tables.versions.get('churn', 1));
      expect(await rejectionCodeOf(inside)).toBe('INTERNAL');
      const nested = store.transaction(() => store.transaction(async () => 1));
      expect(await rejectionCodeOf(nested)).toBe('INTERNAL');
      expect(await store.tables.versions.get('churn', 1)).toBeNull();
    });
  });

  failedCalls(place);
  openingContract(place);
};

const failedCalls = (place: StorePlace): void => {
  describe('a call that fails in a transaction', () => {
    const stores = storesOf(place);

    it('fails the whole, also where somebody caught it', async () => {
      const store = await stores.one();
      const failing = [
        ({ versions }: Tables) => versions.setAlias('churn', 'champion', 99),
        ({ versions }: Tables) => versions.insert(version({ note: '\0' })),
        ({ versions }: Tables) => versions.list('churn', { limit: 0 }),
      ];
      const codes = ['INTERNAL', 'STORE_VALUE_INVALID', 'PAGE_INVALID'];
      for (const [i, call] of failing.entries()) {
        const caught = store.transaction(async (tables) => {
          await tables.versions.insert(version());
          await rejectionCodeOf(call(tables));
          return 'as if nothing had been';
        });
        expect(await rejectionCodeOf(caught)).toBe(codes[i]);
      }
      expect((await store.tables.versions.list('churn')).items).toEqual([]);
    });
  });
};

const openingContract = (place: StorePlace): void => {
  describe('opening', () => {
    const stores = storesOf(place);

    it('finds what was kept before, and changes nothing of it', async () => {
      const url = await stores.fresh();
      const first = await stores.at(url);
      const row = await first.tables.versions.insert(version());
      const again = await stores.at(url);
      expect(again.kind).toBe(place.name);
      expect(await again.tables.versions.get('churn', 1)).toEqual(row);
      expect(MIGRATIONS.length).toBeGreaterThan(0);
    });

    it('ends with what was begun, and takes no more after that', async () => {
      const store = await stores.one();
      const begun = [
        store.tables.versions.insert(version()),
        store.transaction(async ({ versions }) => {
          await sleep(30);
          return versions.insert(version());
        }),
      ];
      await Promise.all([store.close(), store.close()]);
      const rows = await Promise.all(begun);
      expect(rows.map((row) => row.version).sort()).toEqual([1, 2]);
      expect(await rejectionCodeOf(store.tables.versions.models())).toBe('STORE_UNAVAILABLE');
      expect(await rejectionCodeOf(store.transaction(async () => 1))).toBe('STORE_UNAVAILABLE');
    });

    it('works for many at once on an empty database', async () => {
      const url = await stores.fresh();
      const opened = await Promise.all(Array.from({ length: 5 }, () => stores.at(url)));
      const rows = await Promise.all(opened.map(({ tables }) => tables.versions.insert(version())));
      expect(rows.map((row) => row.version).sort()).toEqual([1, 2, 3, 4, 5]);
    });
  });
};
