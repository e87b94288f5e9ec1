import type { Clock } from '../core/ports.ts';
import type { Engine } from '../engine/engine.ts';
import type { Batch } from '../model/batch.ts';

/** Time given to one measurement; a call that takes longer is measured once. */
const BUDGET_MILLIS = 25;
/** Calls are timed in groups: the clock itself costs as much as a small model. */
const GROUP = 8;
const GROUPS_MAX = 20_000;

/** Microseconds of one call with `batch` (one row): the fastest tenth, after warm-up, so that noise does not count. */
export async function measureMicros(engine: Engine, batch: Batch, clock: Clock): Promise<number> {
  await timeCalls(engine, batch, clock, BUDGET_MILLIS);
  const samples = await timeCalls(engine, batch, clock, BUDGET_MILLIS);
  samples.sort((a, b) => a - b);
  const fastest = samples.slice(0, Math.max(1, Math.ceil(samples.length / 10)));
  return fastest.reduce((sum, value) => sum + value, 0) / fastest.length;
}

async function timeCalls(engine: Engine, batch: Batch, clock: Clock, budget: number): Promise<number[]> {
  const samples: number[] = [];
  const start = clock.monotonic();
  let now = start;
  for (let group = 1; samples.length < GROUPS_MAX; group = GROUP) {
    const before = now;
    for (let i = 0; i < group; i++) {
      const answer = engine.infer(batch);
      if (answer instanceof Promise) await answer;
    }
    now = clock.monotonic();
    // The first call alone warms up, and says enough of a model that takes long.
    if (group === GROUP || now - start > budget) samples.push(((now - before) * 1000) / group);
    if (now - start > budget) break;
  }
  return samples;
}
