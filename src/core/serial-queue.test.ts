import { expect, it } from 'vitest';
import { SerialQueue } from './serial-queue.ts';

it('work is done in turns, whether or not the one before failed', async () => {
  const turns = new SerialQueue();
  const seen: string[] = [];
  const slow = turns.take(async () => {
    seen.push('slow begins');
    await new Promise((resolve) => setTimeout(resolve, 5));
    seen.push('slow ends');
    throw new Error('slow failed');
  });
  const quick = turns.take(async () => seen.push('quick'));
  expect(turns.pending).toBe(2);
  await expect(slow).rejects.toThrow('slow failed');
  expect(await quick).toBe(3);
  expect(seen).toEqual(['slow begins', 'slow ends', 'quick']);
  expect(turns.pending).toBe(0);
});
