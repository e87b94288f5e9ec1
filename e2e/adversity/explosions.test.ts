import { expect, test } from 'vitest';
import { endure } from './explosions.ts';

const ROUNDS = 5;

test.each([1, 2])(
  'a graph that explodes and is killed, five times each, is back; another model never notices, with workers: %i',
  {
    timeout: 120_000,
  },
  async (workers) => {
    const { right, wrong, exploded, killed } = await endure(ROUNDS, workers);
    expect(wrong).toEqual([]);
    expect(right).toBeGreaterThan(50);
    expect(exploded.filter((said) => !/^(422 GRAPH_MEMORY|503 ENGINE_CRASHED)$/.test(said))).toEqual([]);
    expect(killed).toBeGreaterThanOrEqual(ROUNDS * workers);
  },
);
