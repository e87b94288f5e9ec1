import type { ModelCost } from '../model-cost.ts';

/** A model of 10 µs a row whose requests take the same time each. */
export const A_COST: ModelCost = {
  source: 'measured',
  model: 'forest.joblib',
  runtime: 'native',
  machine: { cpu: 'A processor', cores: 2, node: 'v24.0.0' },
  rowBytes: 64,
  online: {
    loopRows: 100,
    away: 'threads',
    loop: { request: 60, row: 10 },
    door: { request: 120, row: 0.1 },
    scoring: { request: 100, row: 11 },
    beside: { request: 10, row: 0 },
    pause: { loop: 100, away: 200 },
    togetherRows: 0,
    contention: 1,
    spread: [1],
    memory: 150_000_000,
    awayMemory: 60_000_000,
    start: 600,
  },
  batch: { start: 900, row: 12, lane: 10, memory: 200_000_000 },
};
