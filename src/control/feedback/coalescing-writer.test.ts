import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CoalescingWriter } from './coalescing-writer.ts';

test('what comes while work is under way is done in one piece after it, in order', async () => {
  const batches: number[][] = [];
  const together = new CoalescingWriter<number>(async (items) => {
    batches.push([...items]);
    await turn();
  }, 100);
  const added = Promise.all([together.add([1]), together.add([2, 3]), together.add([4])]);
  expect(together.waiting).toBe(3);
  await added;
  expect(together.waiting).toBe(0);
  await together.add([5]);
  expect(batches).toEqual([[1], [2, 3, 4], [5]]);
});

test('a piece holds no more than was said, unless one call alone brings more', async () => {
  const sizes: number[] = [];
  const together = new CoalescingWriter<number>(async (items) => {
    sizes.push(items.length);
    await turn();
  }, 3);
  const some = (count: number) => together.add(Array<number>(count).fill(0));
  await Promise.all([some(1), some(2), some(2), some(7), some(1)]);
  expect(sizes).toEqual([1, 2, 2, 7, 1]);
});

test('those whose piece fails hear of it, later ones do not', async () => {
  const together = new CoalescingWriter<string>(async (items) => {
    await turn();
    if (items.includes('bad')) throw new Error('no room');
  }, 10);
  const outcomes = await Promise.allSettled([
    together.add(['good']),
    together.add(['bad']),
    together.add(['beside']),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  await expect(together.add(['later'])).resolves.toBeUndefined();
});
