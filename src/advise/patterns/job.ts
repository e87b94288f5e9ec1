/** Jobs that a schedule, files or messages start: how often, for how long, at what price. Pure. */
import { predictBatch } from '../capacity/batch.ts';
import type { Batched } from './batch-size.ts';
import type { LatencyOf, Situation } from './situation.ts';
import { HOURS_A_MONTH } from './spending.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY_MILLIS = 24 * HOUR;

/** Milliseconds between runs as people set them: each divides a day, or is a week. */
const EVEN = [15, 30, 60, 120, 180, 240, 360, 480, 720, 1440].map((minutes) => minutes * MINUTE);

/** The longest of the even intervals that leaves `fits`; null where none does. */
export const longestEvery = (
  fits: (every: number) => boolean,
  intervals: readonly number[] = EVEN,
): number | null => intervals.findLast(fits) ?? null;

export const SHORTEST_EVERY = EVEN[0]!;

/** Between a run that is due and its first row: a pod is placed and an image pulled, an instance of SageMaker comes up. */
const COMING: Readonly<Record<string, number>> = { machine: 0, kubernetes: 30_000, sagemaker: 5 * MINUTE };
export const comingOf = ({ wants }: Situation): number => COMING[wants.platform]!;

/** A job of a schedule, a month: pods and instances are there while it runs, a machine always. */
export function scheduledCompute(situation: Situation, { batch, hour }: Batched, every: number): number {
  if (situation.wants.platform === 'machine') return hour * HOURS_A_MONTH;
  const runs = (HOURS_A_MONTH * HOUR) / every;
  return Math.min(1, (batch.run + comingOf(situation)) / every) * every * runs * (hour / HOUR);
}

/** `serve` looks for files every second, and takes those that have been as they are for `settle`. */
const LOOK = 1000;

export interface Gathered {
  /** Share of the time in which a run is under way. */
  readonly busy: number;
  readonly latency: LatencyOf;
  /** Milliseconds and rows of a run at the peak. */
  readonly run: number;
  readonly rows: number;
}

/**
 * Runs that take what has come since the last one: the busier they are, the more each takes. With `rate` requests of `rows` rows and a
 * start of `s`, a run takes `s / (1 − ρ)`, or what one request takes if that is more. Null where work comes faster than it is done.
 */
export function gatheredRuns(
  { cost, wants }: Situation,
  {
    lanes,
    settle,
    chunkRows,
  }: { readonly lanes: number; readonly settle: number; readonly chunkRows?: number },
): Gathered | null {
  const { rowsPerRequest: rows, peak } = wants;
  const millisOf = (count: number): number =>
    predictBatch(cost, {
      rows: count,
      lanes,
      cores: lanes,
      ...(chunkRows === undefined ? {} : { chunkRows }),
    }).seconds * 1000;
  const start = cost.batch.start;
  const alone = millisOf(rows);
  const each = peak <= 0 ? 0 : (millisOf(1000 * rows) - start) / 1000;
  const load = (peak * each) / 1000;
  if (load > MOST_BUSY) return null;
  const run = Math.max(alone, start / (1 - load));
  const busy = Math.min(1, (peak * alone) / 1000);
  // Who comes while a run is under way waits for the rest of it; how far it has got is a matter of chance.
  const waits = (quantile: number): number =>
    busy <= 1 - quantile ? 0 : ((quantile - (1 - busy)) / busy) * run;
  return {
    busy,
    run,
    rows: Math.max(rows, (peak * run * rows) / 1000),
    latency: (quantile) => settle + LOOK + waits(quantile) + run,
  };
}

/** Share of what its lanes can do that a job is to be asked for at most. */
const MOST_BUSY = 0.8;
