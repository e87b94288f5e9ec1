import { elementAt } from '../../core/element-at.ts';
import { catalogFamily } from '../../metrics/catalog.ts';
import { DURATION_CELLS, durationHistogram } from '../../metrics/duration-buckets.ts';
import {
  type MetricFamily,
  type MetricLabels,
  type MetricPoint,
  mergeFamilies,
} from '../../metrics/metric-family.ts';
import { parseText } from '../../metrics/parse-prometheus-text.ts';
import { PREDICTION_OUTCOMES } from '../../metrics/prediction-outcome.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import { SHED_REASONS } from '../admission/shed-counters.ts';
import { EXPLANATION_RESULTS } from './explanation-series.ts';
import { addMetricsSnapshot, type MetricsSnapshot } from './metrics-snapshot.ts';
import { type ModelSeries, REFUSAL_REASONS, ROW_BOUNDS, ServingMetrics, STAGES } from './serving-metrics.ts';

/** What a scrape shows of several processes that serve together. */
export interface FleetMetrics {
  readonly snapshot: MetricsSnapshot;
  /** Memory, processor and event loop of each process that answered, in the Prometheus text format. */
  readonly processes: readonly string[];
  /** Processes that answer. */
  readonly ready: number;
  /** Processes that ended and were replaced. */
  readonly restarts: number;
}

const labelsOf = ({ model, version }: { model: string; version: number }): MetricLabels => ({
  model_name: model,
  model_version: version,
});

/** Counts with the names of their cells. */
const valuesOf = <T>(names: readonly T[], counts: Float64Array): readonly (readonly [T, number])[] =>
  [...counts].flatMap((value, k) => {
    const name = names[k];
    return name === undefined ? [] : [[name, value] as const];
  });

const stagePoints = (series: ModelSeries): MetricPoint[] =>
  STAGES.map((stage, s) => ({
    labels: { ...labelsOf(series), stage },
    histogram: durationHistogram(
      series.times.subarray(s * DURATION_CELLS, (s + 1) * DURATION_CELLS),
      elementAt(series.timeSums, s) / 1000,
    ),
  }));

/** Its buckets are those of schema 0 as they are: bucket k is up to 2^k rows. */
const batchPoint = (series: ModelSeries): MetricPoint => ({
  labels: labelsOf(series),
  histogram: {
    bounds: ROW_BOUNDS,
    counts: series.batches,
    sum: series.rows,
    native: { schema: 0, zeroThreshold: 2 ** -128, zeroCount: 0, first: 0, counts: series.batches },
  },
});

/**
 * A version that is not loaded any more is shown for an hour after its last answer. It is shown or not as a whole, and
 * goes on counting where it was if it comes back, so that no counter ever falls between two scrapes.
 */
const GONE_MILLIS = 3_600_000;

function shownSeries(
  metrics: ServingMetrics,
  versions: readonly LoadedVersion[],
  now: number,
): ModelSeries[] {
  const isLoaded = ({ model, version }: ModelSeries): boolean =>
    versions.some((one) => one.model === model && one.version === version);
  return metrics.series.filter(
    (series) => isLoaded(series) || (series.lastAnswer !== null && now - series.lastAnswer < GONE_MILLIS),
  );
}

/**
 * Histograms begin with the first request: one has 15 KB of buckets, and of hundreds of versions most may never be asked.
 * The counters of outcomes are there from the start, so that no increase of theirs is missed.
 */
const hasBeenAsked = ({ outcomes }: ModelSeries): boolean => outcomes.some((count) => count > 0);

/** The prediction path's metrics. `origin` is the time of `performance.now()` 0, `now` what it says; in milliseconds. */
export function metricFamilies(
  metrics: ServingMetrics,
  versions: readonly LoadedVersion[],
  origin: number,
  now: number,
): readonly MetricFamily[] {
  const series = shownSeries(metrics, versions, now);
  return [
    ...requestFamilies(metrics, series),
    ...connectionFamilies(metrics),
    ...versionFamilies(versions),
    catalogFamily(
      'model_last_prediction_timestamp_seconds',
      series.flatMap((one) =>
        one.lastAnswer === null ? [] : [{ labels: labelsOf(one), value: (origin + one.lastAnswer) / 1000 }],
      ),
    ),
    ...rolloutFamilies(metrics),
  ];
}

function requestFamilies(metrics: ServingMetrics, series: readonly ModelSeries[]): MetricFamily[] {
  const { inFlight, queueDepth, limits, saturation } = metrics;
  const asked = series.filter(hasBeenAsked);
  const outcomes = series.flatMap((one) =>
    valuesOf(PREDICTION_OUTCOMES, one.outcomes).map(([outcome, value]) => ({
      labels: { ...labelsOf(one), outcome },
      value,
    })),
  );
  return [
    catalogFamily('inference_requests_total', outcomes),
    catalogFamily('inference_request_duration_seconds', asked.flatMap(stagePoints)),
    catalogFamily('inference_batch_size', asked.map(batchPoint)),
    catalogFamily('inference_requests_in_flight', one(inFlight)),
    catalogFamily('inference_queue_depth', one(queueDepth)),
    catalogFamily('inference_queue_limit', Number.isFinite(limits.queue) ? one(limits.queue) : []),
    catalogFamily('inference_saturation_ratio', one(saturation)),
    ...overloadFamilies(metrics),
    ...explanationFamilies(metrics),
    catalogFamily(
      'plimsoll_requests_refused_total',
      valuesOf(REFUSAL_REASONS, metrics.refusals).map(([reason, value]) => ({ labels: { reason }, value })),
    ),
  ];
}

function connectionFamilies({ connections, receiving, slowBodies }: ServingMetrics): MetricFamily[] {
  const { open, limit, refused, evicted } = connections;
  return [
    catalogFamily('inference_requests_receiving', one(receiving)),
    catalogFamily('plimsoll_slow_bodies_total', one(slowBodies)),
    catalogFamily('plimsoll_connections_open', one(open)),
    catalogFamily('plimsoll_connections_limit', one(limit)),
    catalogFamily('plimsoll_connections_refused_total', one(refused)),
    catalogFamily('plimsoll_connections_evicted_total', one(evicted)),
  ];
}

function explanationFamilies({ explanations }: ServingMetrics): MetricFamily[] {
  const results = explanations.flatMap(({ model, results: counts }) =>
    valuesOf(EXPLANATION_RESULTS, counts).map(([result, value]) => ({
      labels: { model_name: model, result },
      value,
    })),
  );
  const times = explanations.map(({ model, times: cells, millis }) => ({
    labels: { model_name: model },
    histogram: durationHistogram(cells, millis / 1000),
  }));
  return [
    catalogFamily('inference_explanations_total', results),
    catalogFamily('inference_explanation_duration_seconds', times),
  ];
}

function overloadFamilies({ waiting, loopDelay, shed }: ServingMetrics): MetricFamily[] {
  const seconds = [...waiting()].map(([endpoint, value]) => ({ labels: { endpoint }, value }));
  const counts = shed.flatMap(({ endpoint, counts }) =>
    valuesOf(SHED_REASONS, counts).map(([reason, value]) => ({ labels: { endpoint, reason }, value })),
  );
  return [
    catalogFamily('inference_queue_predicted_seconds', seconds),
    catalogFamily('inference_loop_delay_seconds', one(loopDelay() / 1000)),
    catalogFamily('inference_shed_total', counts),
  ];
}

const one = (value: number): readonly MetricPoint[] => [{ labels: {}, value }];

function versionFamilies(versions: readonly LoadedVersion[]): MetricFamily[] {
  const info = versions.map((version) => {
    const { digest, runtime, framework, verification } = version.manifest;
    const about = {
      ...{ digest, runtime, framework: framework.name, proof: verification.proof },
      device: version.device ?? 'cpu',
    };
    return { labels: { ...labelsOf(version), ...about }, value: 1 };
  });
  const loads = versions.flatMap((version) =>
    version.loadMillis === undefined ? [] : [{ labels: labelsOf(version), value: version.loadMillis / 1000 }],
  );
  return [
    catalogFamily('model_info', info),
    catalogFamily(
      'model_loaded',
      versions.map((version) => ({ labels: labelsOf(version), value: 1 })),
    ),
    catalogFamily('model_load_duration_seconds', loads),
  ];
}

function rolloutFamilies({ shadow, generations, units, capture }: ServingMetrics): MetricFamily[] {
  const copies = shadow.flatMap(({ model, mirrored, dropped }) => [
    { labels: { model_name: model, outcome: 'mirrored' }, value: mirrored },
    { labels: { model_name: model, outcome: 'dropped' }, value: dropped },
  ]);
  const routes = [...generations].map(([endpoint, value]) => ({ labels: { endpoint }, value }));
  return [
    catalogFamily('plimsoll_shadow_total', copies),
    catalogFamily('plimsoll_route_generation', routes),
    catalogFamily('plimsoll_recorder_units_total', one(units)),
    catalogFamily(
      'monitor_captured_rows_total',
      capture.map(({ endpoint, captured }) => ({ labels: { endpoint }, value: captured })),
    ),
  ];
}

/**
 * The metrics of several workers: what they have counted together, and what each of them uses. `now` is in milliseconds
 * since the epoch.
 */
export function fleetMetricFamilies(
  totals: FleetMetrics,
  versions: readonly LoadedVersion[],
  now = Date.now(),
): readonly MetricFamily[] {
  const metrics = new ServingMetrics();
  addMetricsSnapshot(metrics, totals.snapshot);
  return [
    ...metricFamilies(metrics, versions, 0, now),
    catalogFamily('serving_workers_ready', one(totals.ready)),
    catalogFamily('serving_worker_restarts_total', one(totals.restarts)),
    ...mergeFamilies(totals.processes.flatMap(parseText)),
  ];
}
