import { hasExternalEngine } from '../external-engine.ts';
import type { FirstRow } from '../recorder/first-row.ts';
import type { StageTiming } from '../threads/scoring-job.ts';
import type { PredictionContext } from './context.ts';
import { observeStages } from './response-head.ts';
import type { RolloutMeasurement } from './rollout-measurement.ts';

/** Counts the answer sent at `now`, and reports its cost to admission. */
export function countAnswer(
  context: PredictionContext,
  rows: number,
  timing: StageTiming,
  now: number,
): void {
  const { series } = context.version;
  series.answered(rows, now);
  observeStages(series, timing, now - context.startedAt - context.explainingMillis);
  context.destination.recent.answered(context, rows, timing, now);
  learnCost(context, rows, timing, now);
}

/** Reports the measured cost. For engines in other processes the registered cost counts: their waiting time is not work. */
function learnCost(
  context: PredictionContext,
  rows: number,
  { preprocess, predict, postprocess }: StageTiming,
  now: number,
): void {
  const { work, bodyBytes, version, services } = context;
  const { target } = version;
  const seen = (preprocess + predict + postprocess) * 1000;
  const micros = hasExternalEngine(target) ? rows * target.manifest.rowMicros : seen;
  if (work === null) services.admission.learn(context.endpoint, bodyBytes, micros);
  else if (context.loadingMillis === 0) work.answered(bodyBytes, micros, now);
}

/** Reports the answer to the rollout's measurement. */
export const recordMeasurement = (
  context: PredictionContext,
  measurement: RolloutMeasurement,
  first: FirstRow,
): void => measurement.answered(context.latency(performance.now()), first);
