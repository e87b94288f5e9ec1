import type { Clock } from '../core/ports.ts';
import type { Engine } from '../engine/engine.ts';
import type { Batch } from '../model/batch.ts';

/** Time given to one measurement, and the calls it must at least contain. */
const BUDGET_MILLIS = 25;
const CALLS_MIN = 5;
const CALLS_MAX = 20_000;

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
  const deadline = clock.monotonic() + budget;
  let now = clock.monotonic();
  while (samples.length < CALLS_MIN || (now < deadline && samples.length < CALLS_MAX)) {
    const before = now;
    // Calls are timed in groups of eight: the clock itself costs as much as a small model.
    for (let i = 0; i < 8; i++) {
      const answer = engine.infer(batch);
      if (answer instanceof Promise) await answer;
    }
    now = clock.monotonic();
    samples.push(((now - before) * 1000) / 8);
  }
  return samples;
}
