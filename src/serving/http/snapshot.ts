import type { Metrics } from './metrics.ts';

/** The metrics of a process at one moment, as they cross to another: plain data and typed arrays. */
export interface Snapshot {
  readonly inFlight: number;
  readonly queueDepth: number;
  readonly series: readonly {
    readonly model: string;
    readonly version: number;
    readonly counters: Float64Array;
    /** Milliseconds since the epoch, or null. */
    readonly lastAnswer: number | null;
  }[];
}

/** Copies what is counted. `origin` is the time of `performance.now()` 0. */
export const takeSnapshot = ({ inFlight, queueDepth, series }: Metrics, origin: number): Snapshot => ({
  inFlight,
  queueDepth,
  series: series.map(({ model, version, counters, lastAnswer }) => ({
    model,
    version,
    counters: counters.slice(),
    lastAnswer: lastAnswer === null ? null : origin + lastAnswer,
  })),
});

/** Adds what a process has counted since it began; the times of `metrics` are then since the epoch. */
export function addCounters(metrics: Metrics, { series }: Snapshot): void {
  for (const { model, version, counters, lastAnswer } of series) {
    const sum = metrics.seriesOf(model, version);
    counters.forEach((count, k) => {
      sum.counters[k]! += count;
    });
    if (lastAnswer !== null) sum.lastAnswer = Math.max(lastAnswer, sum.lastAnswer ?? 0);
  }
}

/** Adds everything a process shows: what it has counted, and what it holds now. */
export function addSnapshot(metrics: Metrics, snapshot: Snapshot): void {
  addCounters(metrics, snapshot);
  metrics.inFlight += snapshot.inFlight;
  metrics.queueDepth += snapshot.queueDepth;
}
