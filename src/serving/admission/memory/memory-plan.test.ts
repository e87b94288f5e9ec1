import { expect, test } from 'vitest';
import { planThreadMemory, THREAD_BASE_BYTES } from './memory-plan.ts';

const MB = 2 ** 20;
const plan = (available: number, models = 0, threads = 3) =>
  planThreadMemory({ available: available * MB, models: models * MB, threads });

test('what all parts may take together is what is there', () => {
  for (const available of [256, 400, 512, 900, 2000, 24_000]) {
    const { threads, room, bodies } = plan(available, 20);
    const all = bodies + threads * (THREAD_BASE_BYTES + 20 * MB + room.heap + room.external);
    expect(all).toBeLessThanOrEqual(available * MB);
  }
});

test('where memory is short fewer threads get more each', () => {
  expect(plan(400).threads).toBe(1);
  expect(plan(24_000).threads).toBe(3);
  expect(plan(400).room.heap).toBeGreaterThan(60 * MB);
});

test('versions that each thread loads leave less for requests', () => {
  expect(plan(2000, 300, 2).room.heap).toBeLessThan(plan(2000, 0, 2).room.heap);
});

test('a process that has next to nothing takes small requests still', () => {
  const { threads, room, bodies } = plan(10);
  expect(threads).toBe(1);
  expect(Math.min(room.heap, room.external, bodies)).toBeGreaterThan(4 * MB);
});
