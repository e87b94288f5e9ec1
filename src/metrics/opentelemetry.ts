/**
 * Our metrics by OpenTelemetry's conventions: names with dots and without `_total`, units of UCUM, durations as exponential
 * histograms of the same base, so that nothing is lost. What is sent is what a scrape shows, and counted in one place. Pure.
 */
import { hasKey } from '../core/record.ts';
import type { MetricName } from './catalog.ts';
import {
  type HistogramValue,
  histogramCount,
  type MetricFamily,
  type MetricLabels,
  type MetricPoint,
} from './metric-family.ts';

export interface OtelName {
  readonly name: string;
  readonly unit: string;
}

const named = (name: string, unit: string): OtelName => ({ name, unit });

/** By the name that Prometheus knows. */
export const OTEL_NAMES: Readonly<Record<MetricName, OtelName>> = {
  inference_requests_total: named('inference.requests', '{request}'),
  inference_request_duration_seconds: named('inference.request.duration', 's'),
  inference_batch_size: named('inference.batch.size', '{row}'),
  inference_requests_in_flight: named('http.server.active_requests', '{request}'),
  inference_requests_receiving: named('inference.requests.receiving', '{request}'),
  inference_queue_depth: named('inference.queue.depth', '{request}'),
  inference_queue_limit: named('inference.queue.limit', '{request}'),
  inference_queue_predicted_seconds: named('inference.queue.predicted', 's'),
  inference_loop_delay_seconds: named('inference.loop.delay', 's'),
  inference_shed_total: named('inference.shed', '{request}'),
  inference_explanations_total: named('inference.explanations', '{answer}'),
  inference_explanation_duration_seconds: named('inference.explanation.duration', 's'),
  inference_saturation_ratio: named('inference.saturation', '1'),
  model_info: named('model.info', '1'),
  model_loaded: named('model.loaded', '1'),
  model_load_duration_seconds: named('model.load.duration', 's'),
  model_last_prediction_timestamp_seconds: named('model.last_prediction.timestamp', 's'),
  plimsoll_shadow_total: named('plimsoll.shadow.requests', '{request}'),
  plimsoll_route_generation: named('plimsoll.route.generation', '1'),
  plimsoll_recorder_units_total: named('plimsoll.recorder.units', '{unit}'),
  plimsoll_slow_bodies_total: named('plimsoll.slow_bodies', '{body}'),
  plimsoll_connections_open: named('plimsoll.connections.open', '{connection}'),
  plimsoll_connections_limit: named('plimsoll.connections.limit', '{connection}'),
  plimsoll_connections_refused_total: named('plimsoll.connections.refused', '{connection}'),
  plimsoll_connections_evicted_total: named('plimsoll.connections.evicted', '{connection}'),
  plimsoll_requests_refused_total: named('plimsoll.requests.refused', '{request}'),
  serving_workers_ready: named('serving.workers.ready', '{process}'),
  serving_worker_restarts_total: named('serving.worker.restarts', '{process}'),
  python_workers_up: named('python.workers.up', '{process}'),
  python_worker_restarts_total: named('python.worker.restarts', '{process}'),
  python_queue_depth: named('python.queue.depth', '{request}'),
  python_worker_resident_memory_bytes: named('python.worker.memory.resident', 'By'),
  graph_workers_up: named('graph.workers.up', '{process}'),
  graph_worker_restarts_total: named('graph.worker.restarts', '{process}'),
  graph_queue_depth: named('graph.queue.depth', '{request}'),
  graph_worker_resident_memory_bytes: named('graph.worker.memory.resident', 'By'),
  nodejs_eventloop_utilization_ratio: named('nodejs.eventloop.utilization', '1'),
  experiment_metric_difference: named('experiment.metric.difference', '1'),
  experiment_metric_units: named('experiment.metric.units', '{unit}'),
  experiment_segments_differ: named('experiment.segments.differ', '1'),
  model_created_timestamp_seconds: named('model.created.timestamp', 's'),
  model_drift_score: named('model.drift.score', '1'),
  model_drift_threshold: named('model.drift.threshold', '1'),
  model_drift_evidence: named('model.drift.evidence', '1'),
  model_drift_evidence_threshold: named('model.drift.evidence.threshold', '1'),
  model_drifted_features_ratio: named('model.drift.features', '1'),
  model_prediction_drift_score: named('model.drift.prediction.score', '1'),
  model_quality_estimate: named('model.quality.estimate', '1'),
  model_quality_realized: named('model.quality.realized', '1'),
  model_quality_reference: named('model.quality.reference', '1'),
  model_label_coverage_ratio: named('model.label.coverage', '1'),
  model_label_delay_seconds: named('model.label.delay', 's'),
  model_data_violations_total: named('model.data.violations', '{row}'),
  model_missing_ratio: named('model.data.missing', '1'),
  model_unseen_ratio: named('model.data.unseen', '1'),
  model_alerts_firing: named('model.alerts.firing', '{alert}'),
  background_process_resident_memory_bytes: named('background.process.memory.resident', 'By'),
  monitor_last_success_timestamp_seconds: named('monitor.last_success.timestamp', 's'),
  monitor_run_duration_seconds: named('monitor.run.duration', 's'),
  monitor_rows_total: named('monitor.rows', '{row}'),
  monitor_captured_rows_total: named('monitor.captured_rows', '{row}'),
  monitor_dropped_samples_total: named('monitor.dropped_samples', '{row}'),
};

/** An exponential histogram as OpenTelemetry has it: bucket k holds what is above base^(offset + k), up to base^(offset + k + 1). */
export interface OtelHistogram {
  readonly count: number;
  readonly sum: number;
  readonly scale: number;
  readonly zeroCount: number;
  readonly positive: { offset: number; bucketCounts: number[] };
  readonly negative: { offset: number; bucketCounts: number[] };
}

export interface OtelPoint<T> {
  readonly attributes: Readonly<Record<string, string>>;
  readonly value: T;
}

export type OtelMetric = OtelName & { readonly description: string } & (
    | { readonly kind: 'sum' | 'gauge' | 'updown'; readonly points: readonly OtelPoint<number>[] }
    | { readonly kind: 'histogram'; readonly points: readonly OtelPoint<OtelHistogram>[] }
  );

/** What is named above, in its order of families; other families are not ours. */
export function otelMetrics(families: readonly MetricFamily[]): readonly OtelMetric[] {
  return families.flatMap((family): OtelMetric[] => {
    if (!hasKey(OTEL_NAMES, family.name) || family.points.length === 0) return [];
    const metric = metricOf(family, OTEL_NAMES[family.name]);
    return family.name === 'inference_request_duration_seconds' ? [metric, httpDuration(family)] : [metric];
  });
}

function metricOf(
  { name, help: description, type, points }: MetricFamily,
  names: (typeof OTEL_NAMES)[keyof typeof OTEL_NAMES],
): OtelMetric {
  const about = { ...names, description };
  if (type === 'histogram') return { ...about, kind: 'histogram', points: points.flatMap(histogramPoint) };
  const kind = type === 'counter' ? 'sum' : name === 'inference_requests_in_flight' ? 'updown' : 'gauge';
  const values = points.flatMap((point) =>
    'value' in point ? [{ attributes: attributesOf(point.labels), value: point.value }] : [],
  );
  return { ...about, kind, points: values };
}

/** Answered requests as semantic conventions of HTTP count them. */
function httpDuration({ points }: MetricFamily): OtelMetric {
  const whole = points.filter(({ labels }) => labels['stage'] === 'total');
  return {
    name: 'http.server.request.duration',
    unit: 's',
    description: 'Duration of HTTP server requests that were answered with a prediction.',
    kind: 'histogram',
    points: whole.flatMap(histogramPoint).map(({ attributes, value }) => {
      const { stage, ...rest } = attributes;
      void stage;
      return { attributes: { ...rest, ...HTTP_ATTRIBUTES }, value };
    }),
  };
}

const HTTP_ATTRIBUTES = {
  'http.request.method': 'POST',
  'http.response.status_code': '200',
  'url.scheme': 'http',
} as const;

function histogramPoint(point: MetricPoint): OtelPoint<OtelHistogram>[] {
  if (!('histogram' in point) || point.histogram.native === undefined) return [];
  const value = exponential(point.histogram, point.histogram.native);
  return [{ attributes: attributesOf(point.labels), value }];
}

function exponential(
  histogram: HistogramValue,
  { schema, zeroCount, first, counts }: NonNullable<HistogramValue['native']>,
): OtelHistogram {
  const all = Array.from(counts);
  const begin = Math.max(
    0,
    all.findIndex((count) => count > 0),
  );
  return {
    count: histogramCount(histogram),
    sum: histogram.sum,
    scale: schema,
    zeroCount,
    positive: {
      // Prometheus numbers a bucket by its upper bound, OpenTelemetry by its lower.
      offset: first + begin - 1,
      bucketCounts: all.slice(begin, all.findLastIndex((count) => count > 0) + 1),
    },
    negative: { offset: 0, bucketCounts: [] },
  };
}

/** `model_name` is `model.name`. */
const attributesOf = (labels: MetricLabels): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [
      name.replace(/^model_(name|version)$/, 'model.$1'),
      String(value),
    ]),
  );
