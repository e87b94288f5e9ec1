import { expect, test } from 'vitest';
import type { PageRequest } from '../../store/store.ts';
import { limitedList } from './limited-list.ts';

/** Numbers from 0 on, part by part, as lists of the store give them. */
const numbers =
  (count: number, asked: number[] = []) =>
  async ({ limit = 100, cursor = '0' }: PageRequest) => {
    asked.push(limit);
    const from = Number(cursor);
    const items = Array.from({ length: Math.min(limit, count - from) }, (_, k) => from + k);
    const next = from + items.length < count ? String(from + items.length) : null;
    return { items, next };
  };

test('a list is read part by part up to its limit, and says whether there is more', async () => {
  expect(await limitedList(numbers(250), 500)).toMatchObject({ items: { length: 250 }, hasMore: false });
  const asked: number[] = [];
  const { items, hasMore } = await limitedList(numbers(1000, asked), 250);
  expect([items.length, hasMore, asked]).toEqual([250, true, [100, 100, 50]]);
  expect(await limitedList(numbers(250), 250)).toMatchObject({ items: { length: 250 }, hasMore: false });
  expect(await limitedList(numbers(0), 10)).toEqual({ items: [], hasMore: false });
});

test('a list in order ends where what is wanted of it does', async () => {
  const asked: number[] = [];
  const young = await limitedList(numbers(1000, asked), 500, (one) => one < 130);
  expect([young.items.length, young.hasMore, asked.length]).toEqual([130, false, 2]);
});
