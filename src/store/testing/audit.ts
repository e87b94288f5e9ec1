import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstBreak, GENESIS } from '../audit-chain.ts';
import type { AuditEntry, AuditRequest } from '../store.ts';
import { rejectionCodeOf, type StorePlace, storesOf } from './stores.ts';

const entry = (subject: string, body: unknown = {}): AuditEntry => ({
  at: 1_700_000_000_000,
  by: 'ann',
  what: 'version.ready',
  subject,
  body,
});

export const auditContract = (place: StorePlace): void => {
  auditListContract(place);
  describe('the audit log', () => {
    const stores = storesOf(place);

    it('is one chain, whoever writes at the same time', async () => {
      const [one, two] = await stores.two();
      await Promise.all(
        Array.from({ length: 16 }, (_, i) =>
          (i % 2 === 0 ? one : two).transaction(({ audit }) => audit.append(entry(`churn@${i}`))),
        ),
      );
      const { items } = await one.tables.audit.list();
      expect(items).toHaveLength(16);
      expect(items[0]?.previous).toBe(GENESIS);
      expect(firstBreak(items)).toBeNull();
    });

    it('holds nothing of a transaction that failed, and goes on without a gap', async () => {
      const store = await stores.one();
      await store.tables.audit.append(entry('churn@1'));
      const failed = store.transaction(async ({ audit }) => {
        await audit.append(entry('churn@2'));
        throw new Error('later');
      });
      await expect(failed).rejects.toThrow('later');
      const row = await store.tables.audit.append(entry('churn@3'));
      expect(row.seq).toBe(2);
      expect(firstBreak((await store.tables.audit.list()).items)).toBeNull();
    });

    it('is listed oldest first, also by subject', async () => {
      const { tables } = await stores.one();
      const rows = [];
      for (const subject of ['a', 'b', 'a', 'a']) rows.push(await tables.audit.append(entry(subject)));
      expect((await tables.audit.list()).items).toEqual(rows);
      const part = await tables.audit.list({ subject: 'a', limit: 2 });
      expect(part.items.map(({ seq }) => seq)).toEqual([1, 3]);
      const rest = await tables.audit.list({ subject: 'a', limit: 2, cursor: part.next! });
      expect(rest.items.map(({ seq }) => seq)).toEqual([4]);
      expect(rest.next).toBeNull();
    });

    it('verifies whatever JSON its entries hold', async () => {
      const { tables } = await stores.one();
      const text = fc
        .string({ unit: 'binary' })
        .filter((value) => !value.includes('\0') && value.isWellFormed());
      const written = fc.record({ by: text, what: text, subject: text, body: fc.jsonValue() });
      await fc.assert(
        fc.asyncProperty(written, async (given) => {
          const row = await tables.audit.append({ at: 1, ...given });
          const after = { seq: row.seq - 1, hash: row.previous };
          const cursor = Buffer.from(JSON.stringify(['audit', row.seq - 1])).toString('base64url');
          const { items } = await tables.audit.list({ cursor });
          expect(items).toEqual([row]);
          expect(firstBreak(items, after)).toBeNull();
        }),
        { numRuns: 60 },
      );
    });
  });
};

const auditListContract = (place: StorePlace): void => {
  describe('the list of audit entries', () => {
    const stores = storesOf(place);

    it('is listed newest first, and by who, what and when', async () => {
      const { tables } = await stores.one();
      const given = [
        { at: 1, by: 'ann', what: 'rollout.begun', subject: 'rollout/ro_1' },
        { at: 2, by: 'key:bob', what: 'rollout.aborted', subject: 'rollout/ro_1' },
        { at: 3, by: 'ann', what: 'rollouts', subject: '100%' },
        { at: 4, by: 'ann', what: 'key.created', subject: 'key/ro_2' },
      ];
      for (const one of given) await tables.audit.append({ ...one, body: {} });
      const found = async (wanted: AuditRequest): Promise<number[]> =>
        (await tables.audit.list(wanted)).items.map(({ seq }) => seq);
      const first = await tables.audit.list({ order: 'newest', limit: 3 });
      expect(first.items.map(({ seq }) => seq)).toEqual([4, 3, 2]);
      expect(await found({ order: 'newest', cursor: first.next! })).toEqual([1]);
      expect(await rejectionCodeOf(tables.audit.list({ cursor: first.next! }))).toBe('PAGE_INVALID');
      expect(await found({ by: 'ann' })).toEqual([1, 3, 4]);
      expect(await found({ what: 'rollout' })).toEqual([1, 2]);
      expect(await found({ what: 'rollout.aborted' })).toEqual([2]);
      expect(await found({ what: 'rollout%' })).toEqual([]);
      expect(await found({ search: 'RO_1' })).toEqual([1, 2]);
      expect(await found({ search: '%' })).toEqual([3]);
      expect(await found({ search: 'bob' })).toEqual([2]);
      expect(await found({ since: 2, until: 4 })).toEqual([2, 3]);
      expect(await found({ by: 'ann', search: 'ro', since: 2 })).toEqual([3, 4]);
    });

    it('is searched for letters beyond ASCII as they stand there', async () => {
      const { tables } = await stores.one();
      await tables.audit.append({ ...entry('key/ro_3'), by: 'Åsa' });
      const { items } = await tables.audit.list({ search: 'Åsa' });
      expect(items.map(({ by }) => by)).toEqual(['Åsa']);
    });
  });
};
