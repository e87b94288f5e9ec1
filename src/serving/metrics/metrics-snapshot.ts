import { addTo } from '../../core/vector.ts';
import type { CallerCounts } from './caller-counts.ts';
import type { ProcessUsage } from './process-usage.ts';
import type {
  CaptureSeries,
  ConnectionCounts,
  SaturationLimits,
  ServingMetrics,
  ShadowSeries,
} from './serving-metrics.ts';

/** The metrics of a process at one moment, as they cross to another: plain data and typed arrays. */
export interface MetricsSnapshot {
  readonly inFlight: number;
  readonly receiving: number;
  readonly slowBodies: number;
  readonly queueDepth: number;
  readonly buffered: number;
  readonly limits: SaturationLimits;
  readonly saturation: number;
  readonly usage: ProcessUsage;
  readonly series: readonly {
    readonly model: string;
    readonly version: number;
    readonly counters: Float64Array;
    /** Milliseconds since the epoch, or null. */
    readonly lastAnswer: number | null;
  }[];
  readonly shadow: readonly Readonly<ShadowSeries>[];
  readonly units: number;
  readonly callers: readonly CallerCounts[];
  readonly refusals: Float64Array;
  readonly connections: Readonly<ConnectionCounts>;
  readonly capture: readonly Readonly<CaptureSeries>[];
  readonly explanations: readonly { readonly model: string; readonly counters: Float64Array }[];
  readonly shed: readonly { readonly endpoint: string; readonly counts: Float64Array }[];
  /** Seconds of work that wait, by endpoint. */
  readonly waiting: ReadonlyMap<string, number>;
  /** Milliseconds. */
  readonly loopDelay: number;
  readonly generations: ReadonlyMap<string, number>;
}

/** Copies what is counted. `origin` is the time of `performance.now()` 0. */
export const takeMetricsSnapshot = (metrics: ServingMetrics, origin: number): MetricsSnapshot => ({
  inFlight: metrics.inFlight,
  receiving: metrics.receiving,
  slowBodies: metrics.slowBodies,
  queueDepth: metrics.queueDepth,
  buffered: metrics.buffered,
  limits: metrics.limits,
  saturation: metrics.saturation,
  usage: metrics.usage,
  shadow: metrics.shadow.map((counts) => ({ ...counts })),
  units: metrics.units,
  callers: metrics.callers.filter(({ named, nameless }) => named + nameless > 0).map((one) => one.counts()),
  refusals: metrics.refusals.slice(),
  connections: { ...metrics.connections },
  capture: metrics.capture.map((counts) => ({ ...counts })),
  explanations: metrics.explanations.map(({ model, counters }) => ({ model, counters: counters.slice() })),
  shed: metrics.shed.map(({ endpoint, counts }) => ({ endpoint, counts: counts.slice() })),
  waiting: metrics.waiting(),
  loopDelay: metrics.loopDelay(),
  generations: new Map(metrics.generations),
  series: metrics.series.map(({ model, version, counters, lastAnswer }) => ({
    model,
    version,
    counters: counters.slice(),
    lastAnswer: lastAnswer === null ? null : origin + lastAnswer,
  })),
});

/** Adds what a process has counted since it began; the times of `metrics` are then since the epoch. */
export function addCounters(metrics: ServingMetrics, snapshot: MetricsSnapshot): void {
  const { series, shadow, units, capture, refusals, connections, shed } = snapshot;
  for (const { endpoint, counts } of shed) {
    addTo(metrics.shedOf(endpoint).counts, counts);
  }
  for (const one of snapshot.explanations) addTo(metrics.explanationsOf(one.model).counters, one.counters);
  metrics.units += units;
  for (const one of snapshot.callers) metrics.callersOf(one.model).add(one);
  metrics.slowBodies += snapshot.slowBodies;
  metrics.connections.refused += connections.refused;
  metrics.connections.evicted += connections.evicted;
  addTo(metrics.refusals, refusals);
  for (const { endpoint, captured, dropped } of capture) {
    const sum = metrics.captureOf(endpoint);
    sum.captured += captured;
    sum.dropped += dropped;
  }
  for (const { model, mirrored, dropped } of shadow) {
    const sum = metrics.shadowOf(model);
    sum.mirrored += mirrored;
    sum.dropped += dropped;
  }
  for (const { model, version, counters, lastAnswer } of series) {
    const sum = metrics.seriesOf(model, version);
    addTo(sum.counters, counters);
    if (lastAnswer !== null) sum.lastAnswer = Math.max(lastAnswer, sum.lastAnswer ?? 0);
  }
}

/** Adds everything a process shows: what it has counted, and what it holds now. */
export function addMetricsSnapshot(metrics: ServingMetrics, snapshot: MetricsSnapshot): void {
  addCounters(metrics, snapshot);
  metrics.inFlight += snapshot.inFlight;
  metrics.receiving += snapshot.receiving;
  metrics.queueDepth += snapshot.queueDepth;
  metrics.buffered += snapshot.buffered;
  metrics.connections.open += snapshot.connections.open;
  metrics.connections.limit += snapshot.connections.limit;
  addWaiting(metrics, snapshot);
  const { memory, loopBusy } = snapshot.usage;
  metrics.usage = {
    memory: metrics.usage.memory + memory,
    loopBusy: Math.max(metrics.usage.loopBusy, loopBusy),
  };
  metrics.limits = sumOfLimits(metrics.limits, snapshot.limits);
  for (const [endpoint, generation] of snapshot.generations) {
    // Who lags behind is to be seen.
    const others = metrics.generations.get(endpoint) ?? generation;
    metrics.generations.set(endpoint, Math.min(others, generation));
  }
}

/** Work of all processes; of the loops, the latest. */
function addWaiting(metrics: ServingMetrics, { waiting, loopDelay }: MetricsSnapshot): void {
  const sum = new Map(metrics.waiting());
  for (const [endpoint, seconds] of waiting) sum.set(endpoint, (sum.get(endpoint) ?? 0) + seconds);
  const latest = Math.max(metrics.loopDelay(), loopDelay);
  metrics.waiting = () => sum;
  metrics.loopDelay = () => latest;
}

/** Limits hold for each process; together they hold as much more. A process that has none adds nothing. */
function sumOfLimits(known: SaturationLimits, added: SaturationLimits): SaturationLimits {
  const sum = (a: number, b: number): number =>
    Number.isFinite(a) && Number.isFinite(b) ? a + b : Math.min(a, b);
  return {
    inFlight: sum(known.inFlight, added.inFlight),
    receiving: sum(known.receiving, added.receiving),
    queue: sum(known.queue, added.queue),
    buffered: sum(known.buffered, added.buffered),
  };
}
