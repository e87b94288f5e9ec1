import type { LoadedVersion } from '../../registry/version.ts';
import { Metrics, type ModelSeries, OUTCOMES, ROW_BOUNDS, STAGES, TIME_BOUNDS } from './metrics.ts';
import { joinFamilies } from './process-metrics.ts';
import { addSnapshot, type Snapshot } from './snapshot.ts';

/** What a scrape shows of several processes that serve together. */
export interface Totals {
  readonly snapshot: Snapshot;
  /** Memory, processor and event loop of each process that answered, in the Prometheus text format. */
  readonly processes: readonly string[];
  /** Processes that answer. */
  readonly ready: number;
  /** Processes that ended and were replaced. */
  readonly restarts: number;
}

type Labels = Readonly<Record<string, string | number>>;
interface Sample {
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
}

const escaped = (value: string | number): string =>
  String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function sampleLine(name: string, { suffix = '', labels = {}, value }: Sample): string {
  const pairs = Object.entries(labels).map(([key, label]) => `${key}="${escaped(label)}"`);
  const number = Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';
  return `${name}${suffix}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${number}`;
}

const family = (name: string, type: string, help: string, samples: readonly Sample[]): string =>
  [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map((sample) => sampleLine(name, sample)),
    '',
  ].join('\n');

/** Cumulative buckets, sum and count, as Prometheus wants them. */
function histogram(
  labels: Labels,
  bounds: readonly number[],
  counts: ArrayLike<number>,
  sum: number,
): Sample[] {
  let total = 0;
  const buckets = [...bounds, Infinity].map((bound, k): Sample => {
    total += counts[k]!;
    const le = bound === Infinity ? '+Inf' : bound;
    return { suffix: '_bucket', labels: { ...labels, le }, value: total };
  });
  return [...buckets, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: total }];
}

const labelsOf = ({ model, version }: { model: string; version: number }): Labels => ({
  model_name: model,
  model_version: version,
});

function stageHistograms(series: ModelSeries): Sample[] {
  const width = TIME_BOUNDS.length + 1;
  return STAGES.flatMap((stage, s) => {
    const counts = series.times.subarray(s * width, (s + 1) * width);
    return histogram({ ...labelsOf(series), stage }, TIME_BOUNDS, counts, series.timeSums[s]! / 1000);
  });
}

/**
 * A version that is not loaded any more is shown for an hour after its last answer. It is shown or not as a whole, and
 * goes on counting where it was if it comes back, so that no counter ever falls between two scrapes.
 */
const GONE_MILLIS = 3_600_000;

function shownSeries(metrics: Metrics, versions: readonly LoadedVersion[], now: number): ModelSeries[] {
  const isLoaded = ({ model, version }: ModelSeries): boolean =>
    versions.some((one) => one.model === model && one.version === version);
  return metrics.series.filter(
    (series) => isLoaded(series) || (series.lastAnswer !== null && now - series.lastAnswer < GONE_MILLIS),
  );
}

/**
 * The prediction path's metrics in the Prometheus text format, version 0.0.4. `origin` is the time of `performance.now()`
 * 0, `now` what it says; in milliseconds.
 */
export function expose(
  metrics: Metrics,
  versions: readonly LoadedVersion[],
  origin: number,
  now: number,
): string {
  const series = shownSeries(metrics, versions, now);
  const answered = series.filter((one) => one.lastAnswer !== null);
  const outcomes = series.flatMap((one) =>
    OUTCOMES.map(
      (outcome, k): Sample => ({ labels: { ...labelsOf(one), outcome }, value: one.outcomes[k]! }),
    ),
  );
  const info = versions.map((version): Sample => {
    const { digest, runtime, framework, verification } = version.manifest;
    const labels = {
      ...labelsOf(version),
      digest,
      runtime,
      framework: framework.name,
      proof: verification.proof,
    };
    return { labels, value: 1 };
  });
  return [
    family('inference_requests_total', 'counter', 'Prediction requests by how they ended.', outcomes),
    family(
      'inference_request_duration_seconds',
      'histogram',
      'Time of each stage of answered requests.',
      series.flatMap(stageHistograms),
    ),
    family(
      'inference_batch_size',
      'histogram',
      'Rows of answered requests.',
      series.flatMap((one) => histogram(labelsOf(one), ROW_BOUNDS, one.batches, one.rows)),
    ),
    family('inference_requests_in_flight', 'gauge', 'Requests being received or scored.', [
      { value: metrics.inFlight },
    ]),
    family('inference_queue_depth', 'gauge', 'Requests waiting for a scoring thread.', [
      { value: metrics.queueDepth },
    ]),
    family('model_info', 'gauge', 'Versions that answer, and what made them ready.', info),
    family(
      'model_loaded',
      'gauge',
      'Whether a version is loaded.',
      versions.map((version) => ({ labels: labelsOf(version), value: 1 })),
    ),
    family(
      'model_last_prediction_timestamp_seconds',
      'gauge',
      'When a version last answered.',
      answered.map((one) => ({ labels: labelsOf(one), value: (origin + one.lastAnswer!) / 1000 })),
    ),
    ...rolloutFamilies(metrics),
  ].join('\n');
}

function rolloutFamilies({ shadow, generations, units }: Metrics): string[] {
  const copies = shadow.flatMap(({ model, mirrored, dropped }): Sample[] => [
    { labels: { model_name: model, outcome: 'mirrored' }, value: mirrored },
    { labels: { model_name: model, outcome: 'dropped' }, value: dropped },
  ]);
  const routes = [...generations].map(([endpoint, value]): Sample => ({ labels: { endpoint }, value }));
  return [
    family(
      'plimsoll_shadow_total',
      'counter',
      'Copies of requests for candidates that answer nobody.',
      copies,
    ),
    family('plimsoll_route_generation', 'gauge', 'Number of the route that every process follows.', routes),
    family('plimsoll_recorder_units_total', 'counter', 'Units noted for rollouts, once a window and arm.', [
      { value: units },
    ]),
  ];
}

/**
 * The metrics of several workers: what they have counted together, and what each of them uses. `now` is in milliseconds
 * since the epoch.
 */
export function exposeTotals(totals: Totals, versions: readonly LoadedVersion[], now = Date.now()): string {
  const metrics = new Metrics();
  addSnapshot(metrics, totals.snapshot);
  return [
    expose(metrics, versions, 0, now),
    family('serving_workers_ready', 'gauge', 'Processes that answer.', [{ value: totals.ready }]),
    family('serving_worker_restarts_total', 'counter', 'Processes that ended and were replaced.', [
      { value: totals.restarts },
    ]),
    joinFamilies(totals.processes),
  ].join('\n');
}
