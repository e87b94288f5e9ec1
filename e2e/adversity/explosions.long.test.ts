import { expect, test } from 'vitest';
import { endure } from './explosions.ts';

const ROUNDS = 20;

test.each([1, 2])(
  'a graph that explodes and is killed, twenty times each, is back; another model never notices, with workers: %i',
  {
    timeout: 400_000,
  },
  async (workers) => {
    const { right, wrong, exploded, killed } = await endure(ROUNDS, workers);
    expect(wrong).toEqual([]);
    expect(right).toBeGreaterThan(200);
    expect(exploded.filter((said) => !/^(422 GRAPH_MEMORY|503 ENGINE_CRASHED)$/.test(said))).toEqual([]);
    expect(killed).toBeGreaterThanOrEqual(ROUNDS * workers);
  },
);
