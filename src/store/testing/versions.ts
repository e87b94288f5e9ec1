import { describe, expect, it } from 'vitest';
import { version } from './rows.ts';
import { rejectionCodeOf, type StorePlace, storesOf } from './stores.ts';

export const versionsContract = (place: StorePlace): void => {
  describe('versions', () => {
    const stores = storesOf(place);

    it('are numbered from 1 by model, and come back as they were put in', async () => {
      const { tables } = await stores.one();
      const first = await tables.versions.insert(version());
      const second = await tables.versions.insert(
        version({ digest: 'b'.repeat(64), labels: {}, checks: [] }),
      );
      const other = await tables.versions.insert(version({ model: 'fraud' }));
      expect([first.version, second.version, other.version]).toEqual([1, 2, 1]);
      expect(first).toEqual({ ...version(), version: 1 });
      expect(await tables.versions.get('churn', 1)).toEqual(first);
      expect(await tables.versions.get('churn', 2)).toEqual(second);
      expect(await tables.versions.get('churn', 3)).toBeNull();
      expect(await tables.versions.get('Churn', 1)).toBeNull();
    });

    it('get different numbers from two writers at once', async () => {
      const [one, two] = await stores.two();
      const writers = Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? one : two));
      const rows = await Promise.all(writers.map(({ tables }) => tables.versions.insert(version())));
      expect(rows.map((row) => row.version).sort((a, b) => a - b)).toEqual(writers.map((_, i) => i + 1));
    });

    it('are found by digest, the newest first', async () => {
      const { tables } = await stores.one();
      await tables.versions.insert(version({ state: 'refused' }));
      await tables.versions.insert(version({ digest: 'b'.repeat(64) }));
      expect((await tables.versions.byDigest('churn', 'a'.repeat(64)))?.version).toBe(1);
      await tables.versions.insert(version());
      expect((await tables.versions.byDigest('churn', 'a'.repeat(64)))?.version).toBe(3);
      expect(await tables.versions.byDigest('fraud', 'a'.repeat(64))).toBeNull();
    });

    it('change in what is named and in nothing else', async () => {
      const { tables } = await stores.one();
      const before = await tables.versions.insert(version());
      await tables.versions.insert(version());
      await tables.versions.update('churn', 1, {});
      expect(await tables.versions.get('churn', 1)).toEqual(before);
      await tables.versions.update('churn', 1, { state: 'archived', labels: {}, note: '' });
      expect(await tables.versions.get('churn', 1)).toEqual({ ...before, state: 'archived', labels: {} });
      expect((await tables.versions.get('churn', 2))?.state).toBe('ready');
    });

    it('name the bundles that must stay: all but those of refused versions alone', async () => {
      const { tables } = await stores.one();
      await tables.versions.insert(version({ digest: 'r'.repeat(64), state: 'refused' }));
      await tables.versions.insert(version({ digest: 'b'.repeat(64), state: 'refused' }));
      await tables.versions.insert(version({ digest: 'b'.repeat(64), state: 'archived' }));
      await tables.versions.insert(version({ model: 'fraud' }));
      expect(await tables.versions.digests()).toEqual(['a'.repeat(64), 'b'.repeat(64)]);
    });
  });

  aliasesContract(place);
};

const aliasesContract = (place: StorePlace): void => {
  describe('aliases', () => {
    const stores = storesOf(place);

    it('are set, moved and taken away', async () => {
      const { tables } = await stores.one();
      await tables.versions.insert(version());
      await tables.versions.insert(version());
      await tables.versions.setAlias('churn', 'champion', 1);
      await tables.versions.setAlias('churn', '__proto__', 2);
      await tables.versions.setAlias('churn', 'champion', 2);
      const aliases = await tables.versions.aliases('churn');
      expect(Object.entries(aliases)).toEqual([
        ['__proto__', 2],
        ['champion', 2],
      ]);
      await tables.versions.setAlias('churn', 'champion', null);
      await tables.versions.setAlias('churn', 'never', null);
      expect(Object.keys(await tables.versions.aliases('churn'))).toEqual(['__proto__']);
      expect(await tables.versions.aliases('fraud')).toEqual({});
    });

    it('do not name a version that is not there', async () => {
      const { tables } = await stores.one();
      expect(await rejectionCodeOf(tables.versions.setAlias('churn', 'champion', 1))).toBe('INTERNAL');
      expect(await tables.versions.aliases('churn')).toEqual({});
    });
  });
};
