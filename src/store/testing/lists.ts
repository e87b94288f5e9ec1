import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { singleVersionRoute } from '../../rollout/route.ts';
import type { Page, PageRequest, Tables } from '../store.ts';
import { CHANGE, endpoint, rollout, version } from './rows.ts';
import { rejectionCodeOf, type StorePlace, storesOf } from './stores.ts';

/** All items of a list, by parts of this size. */
async function walked<T>(
  limit: number,
  part: (page: PageRequest) => Promise<Page<T>>,
): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await part({ limit, ...(cursor === null ? {} : { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items;
}

const LISTS = (tables: Tables): Readonly<Record<string, (page: PageRequest) => Promise<Page<unknown>>>> => ({
  versions: (page) => tables.versions.list('churn', page),
  models: (page) => tables.versions.models(page),
  endpoints: (page) => tables.endpoints.list(page),
  history: (page) => tables.endpoints.history('churn', page),
  rollouts: (page) => tables.rollouts.list('churn', page),
  audit: (page) => tables.audit.list(page),
});

export const listsContract = (place: StorePlace): void => {
  describe('lists', () => {
    const stores = storesOf(place);

    it('come in parts of any size without loss or repetition, newest first where they say so', async () => {
      const { tables } = await stores.one();
      await filled(tables);
      for (const limit of [1, 2, 3, 7, 1000]) {
        const versions = await walked(limit, (page) => tables.versions.list('churn', page));
        expect(versions.map((row) => row.version)).toEqual([7, 6, 5, 4, 3, 2, 1]);
        const history = await walked(limit, (page) => tables.endpoints.history('churn', page));
        expect(history.map((row) => row.generation)).toEqual([5, 4, 3, 2, 1]);
        const rollouts = await walked(limit, (page) => tables.rollouts.list('churn', page));
        expect(rollouts.map((row) => row.id)).toEqual(['c', 'e', 'd', 'b', 'a']);
      }
    });

    it('of names are ordered by their bytes in both databases', async () => {
      const { tables } = await stores.one();
      const names = [
        'b',
        'a',
        'B',
        'ä',
        'a-b',
        'a_b',
        'ab',
        '10',
        '9',
        '😀',
        '\ufb33',
        "o'; drop table versions",
      ];
      for (const name of names) await tables.versions.insert(version({ model: name }));
      for (const name of names) await tables.endpoints.insert(endpoint(name), CHANGE);
      const sorted = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await walked(5, (page) => tables.versions.models(page))).toEqual(sorted);
      const endpoints = await walked(5, (page) => tables.endpoints.list(page));
      expect(endpoints.map(({ name }) => name)).toEqual(sorted);
    });

    it('go on where they were when rows come and go between', async () => {
      const { tables } = await stores.one();
      await filled(tables);
      const first = await tables.versions.list('churn', { limit: 3 });
      await tables.versions.insert(version());
      const rest = await tables.versions.list('churn', { cursor: first.next! });
      expect(rest.items.map((row) => row.version)).toEqual([4, 3, 2, 1]);
    });
  });

  hostilePages(place);
};

async function filled(tables: Tables): Promise<void> {
  for (let i = 0; i < 7; i += 1) await tables.versions.insert(version());
  await tables.endpoints.insert(endpoint(), CHANGE);
  for (let generation = 1; generation < 5; generation += 1) {
    const route = singleVersionRoute('churn', 'churn', 1, generation + 1);
    await tables.endpoints.flip('churn', generation, { route }, CHANGE);
  }
  const starts = { a: 10, b: 20, c: 90, d: 20, e: 20 };
  for (const [id, startedAt] of Object.entries(starts)) {
    await tables.rollouts.insert(rollout({ id, startedAt, endedAt: startedAt + 1 }));
  }
}

const hostilePages = (place: StorePlace): void => {
  describe('hostile requests for lists', () => {
    const stores = storesOf(place);

    it('are refused where the cursor is none that this list gave out', async () => {
      const { tables } = await stores.one();
      await filled(tables);
      const foreign = (await tables.versions.list('churn', { limit: 1 })).next!;
      const of = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const cursors = [
        '',
        'x',
        '💥',
        of(null),
        of({}),
        of(['audit']),
        of(['audit', '1 or 1=1']),
        of(['audit', 0.5]),
      ];
      const more = [
        of(['audit', 1, 1]),
        of(['audit', [1]]),
        of(['audit', 1e300]),
        'A'.repeat(10_000),
        foreign,
      ];
      for (const cursor of [...cursors, ...more]) {
        expect(await rejectionCodeOf(tables.audit.list({ cursor })), cursor.slice(0, 40)).toBe(
          'PAGE_INVALID',
        );
      }
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary' }), async (cursor) => {
          expect(await rejectionCodeOf(tables.audit.list({ cursor }))).toBe('PAGE_INVALID');
        }),
      );
    });

    it('are refused where the limit is out of bounds, in every list', async () => {
      const { tables } = await stores.one();
      for (const [name, list] of Object.entries(LISTS(tables))) {
        for (const limit of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1001]) {
          expect(await rejectionCodeOf(list({ limit })), name).toBe('PAGE_INVALID');
        }
        expect(await list({ limit: 1000 })).toMatchObject({ items: [], next: null });
      }
      expect(await rejectionCodeOf(tables.rollouts.events('ro_1', 0, 1001))).toBe('PAGE_INVALID');
    });
  });
};
