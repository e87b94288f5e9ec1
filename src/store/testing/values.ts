import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { event, rollout, version } from './rows.ts';
import { rejectionCodeOf, type StorePlace, storesOf } from './stores.ts';

const HOSTILE = [
  `'; drop table versions; --`,
  '"quoted" `ticks` \\backslash',
  '%_$1 ? :name @x',
  '\u0001\u001f\u007f\r\n\t',
  'é vs e\u0301, ﷽, 👩‍👩‍👧, \u{10ffff}',
  '',
  'x'.repeat(1_000_000),
];

export const valuesContract = (place: StorePlace): void => {
  describe('values', () => {
    const stores = storesOf(place);

    it('come back as the same text, whatever it is made of', async () => {
      const { tables } = await stores.one();
      for (const note of HOSTILE) {
        const row = await tables.versions.insert(version({ note, labels: { [note]: note } }));
        expect(await tables.versions.get('churn', row.version)).toEqual(row);
      }
    });

    it('of JSON come back as they were put in', async () => {
      const { tables } = await stores.one();
      let seq = 0;
      await fc.assert(
        fc.asyncProperty(fc.jsonValue(), async (value) => {
          const body = JSON.parse(JSON.stringify(value));
          await tables.rollouts.append(event(seq, { body }));
          const [row] = await tables.rollouts.events('ro_1', seq, 1);
          seq += 1;
          expect(row?.body).toEqual(body);
        }),
        { numRuns: 50 },
      );
    });

    it('that one database would refuse or change are refused by both', async () => {
      const { tables } = await stores.one();
      const refused = [
        () => tables.versions.insert(version({ note: 'a\0b' })),
        () => tables.versions.insert(version({ note: 'half \ud800 a character' })),
        () => tables.versions.insert(version({ createdAt: 0.5 })),
        () => tables.versions.insert(version({ createdAt: Number.NaN })),
        () => tables.versions.insert(version({ createdAt: 2 ** 53 })),
        () => tables.versions.get('churn\0', 1),
        () => tables.versions.get('churn', 1e300),
        () => tables.rollouts.append(event(0, { body: { rate: Number.POSITIVE_INFINITY } })),
        () => tables.idempotency.put('k\0', '', 200, null, 1),
      ];
      for (const call of refused) expect(await rejectionCodeOf(call())).toBe('STORE_VALUE_INVALID');
      expect((await tables.versions.list('churn')).items).toEqual([]);
    });

    it('may be the largest and smallest whole numbers that are exact', async () => {
      const { tables } = await stores.one();
      for (const seed of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 31, 0]) {
        await tables.rollouts.insert(rollout({ id: `ro_${seed}`, seed, endedAt: 1 }));
        expect((await tables.rollouts.get(`ro_${seed}`))?.seed).toBe(seed);
      }
    });
  });

  describe('answers to keys', () => {
    const stores = storesOf(place);

    it('are the first that was given, until they are pruned', async () => {
      const [one, two] = await stores.two();
      expect(await one.tables.idempotency.get('k')).toBeNull();
      await one.tables.idempotency.put('k', 'f1', 201, { id: 1 }, 10);
      await two.tables.idempotency.put('k', 'f2', 409, undefined, 20);
      await two.tables.idempotency.put('j', 'f3', 204, undefined, 20);
      const first = { fingerprint: 'f1', status: 201, body: { id: 1 } };
      expect(await two.tables.idempotency.get('k')).toEqual(first);
      expect(await one.tables.idempotency.get('j')).toEqual({ fingerprint: 'f3', status: 204, body: null });
      await one.tables.idempotency.prune(10);
      expect(await one.tables.idempotency.get('k')).toEqual(first);
      await one.tables.idempotency.prune(11);
      expect(await one.tables.idempotency.get('k')).toBeNull();
      expect(await one.tables.idempotency.get('j')).not.toBeNull();
    });
  });
};
