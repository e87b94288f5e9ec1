import { describe, expect, it } from 'vitest';
import type { ApiKeyRow } from '../access.ts';
import { type StorePlace, storesOf } from './stores.ts';

const key = (id: string, change: Partial<ApiKeyRow> = {}): ApiKeyRow => ({
  id,
  name: 'ci',
  hash: id.padEnd(64, '0'),
  scope: 'predict',
  endpoints: ['churn', 'a "quoted" name'],
  createdAt: 1000,
  createdBy: 'ann',
  expiresAt: null,
  revokedAt: null,
  ...change,
});

export const apiKeysContract = (place: StorePlace): void => {
  describe('API keys', () => {
    const stores = storesOf(place);

    it('come back as they were put in, in order of their making', async () => {
      const { tables } = await stores.one();
      const rows = [key('b'), key('a', { createdAt: 1001, scope: 'admin', endpoints: [], expiresAt: 5 })];
      for (const row of rows) await tables.apiKeys.insert(row);
      expect((await tables.apiKeys.list()).items).toEqual(rows);
    });

    it('hold until they are over, and not at that very moment', async () => {
      const { tables } = await stores.one();
      await tables.apiKeys.insert(key('a', { expiresAt: 2000 }));
      await tables.apiKeys.insert(key('b'));
      await tables.apiKeys.insert(key('c', { revokedAt: 1500 }));
      const at = async (now: number) => (await tables.apiKeys.active(now)).items.map(({ id }) => id);
      expect(await at(1999)).toEqual(['a', 'b']);
      expect(await at(2000)).toEqual(['b']);
      await tables.apiKeys.change('b', { revokedAt: 1999 });
      expect(await at(1)).toEqual(['a']);
    });

    it('are forgotten once they have been over for long enough', async () => {
      const { tables } = await stores.one();
      await tables.apiKeys.insert(key('a', { revokedAt: 1500 }));
      await tables.apiKeys.insert(key('b', { expiresAt: 2500 }));
      await tables.apiKeys.insert(key('c'));
      expect(await tables.apiKeys.prune(2000)).toBe(1);
      expect((await tables.apiKeys.list()).items.map(({ id }) => id)).toEqual(['b', 'c']);
    });
  });
};
