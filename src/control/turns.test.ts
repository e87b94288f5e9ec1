import { expect, it } from 'vitest';
import { Turns } from './turns.ts';
import { within } from './within.ts';

it('work is done in turns, whether or not the one before failed', async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const slow = turns.take(async () => {
    seen.push('slow begins');
    await new Promise((resolve) => setTimeout(resolve, 5));
    seen.push('slow ends');
    throw new Error('slow failed');
  });
  const quick = turns.take(async () => seen.push('quick'));
  await expect(slow).rejects.toThrow('slow failed');
  expect(await quick).toBe(3);
  expect(seen).toEqual(['slow begins', 'slow ends', 'quick']);
});

it('what takes too long is left to go on, and what fails in time fails as it does', async () => {
  expect(await within(1000, Promise.resolve(7))).toBe(7);
  await expect(within(1000, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await expect(within(5, new Promise(() => undefined))).rejects.toMatchObject({ code: 'FLEET_SLOW' });
});
