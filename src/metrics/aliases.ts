/** The same counts under the names of other servers, so that boards made for those go on showing something. Pure. */
import { elementAt, valueOfKey } from '../core/element-at.ts';
import type { AliasSet } from './alias-sets.ts';
import {
  type HistogramValue,
  histogramCount,
  type MetricFamily,
  type MetricLabels,
  type MetricPoint,
  type MetricType,
} from './metric-family.ts';

/** Statuses that clients of this server see, by how a request ended. */
const STATUSES: Readonly<Record<string, string>> = {
  ...{ ok: '200', invalid: '422', overloaded: '503', error: '500', cancelled: '499' },
};

/** What the sets are made of. */
interface Counted {
  readonly outcomes: readonly {
    readonly labels: MetricLabels;
    readonly outcome: string;
    readonly value: number;
  }[];
  /** Durations by stage. */
  readonly stages: (
    stage: string,
  ) => readonly { readonly labels: MetricLabels; readonly histogram: HistogramValue }[];
  readonly batches: readonly { readonly labels: MetricLabels; readonly histogram: HistogramValue }[];
  readonly inFlight: number;
  readonly loaded: readonly MetricLabels[];
}

export interface MetricAlias {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly labels: readonly string[];
  readonly points: (counted: Counted) => readonly MetricPoint[];
}

/** Labels of a version, by other names. */
const version =
  (model: string, number: string) =>
  (labels: MetricLabels): MetricLabels => ({
    [model]: valueOfKey(labels, 'model_name'),
    [number]: valueOfKey(labels, 'model_version'),
  });
const plain = version('model', 'version');
const ours = version('model_name', 'model_version');
const bento = (labels: MetricLabels): MetricLabels => ({
  ...version('service_name', 'service_version')(labels),
  endpoint: '/predict',
});
const onlyModel =
  (name: string) =>
  (labels: MetricLabels): MetricLabels => ({ [name]: valueOfKey(labels, 'model_name') });

type Relabel = (labels: MetricLabels) => MetricLabels;

const requests =
  (relabel: Relabel, wanted: (outcome: string) => boolean) =>
  ({ outcomes }: Counted): readonly MetricPoint[] =>
    summed(
      outcomes
        .filter(({ outcome }) => wanted(outcome))
        .map(({ labels, value }) => ({ labels: relabel(labels), value })),
    );
const byStatus =
  (relabel: Relabel, label: string) =>
  ({ outcomes }: Counted): readonly MetricPoint[] =>
    summed(
      outcomes.map(({ labels, outcome, value }) => ({
        labels: { ...relabel(labels), [label]: STATUSES[outcome] ?? outcome },
        value,
      })),
    );
const durations =
  (stage: string, relabel: Relabel) =>
  ({ stages }: Counted): readonly MetricPoint[] =>
    merged(stages(stage).map(({ labels, histogram }) => ({ labels: relabel(labels), histogram })));
const micros =
  (stage: string, relabel: Relabel) =>
  ({ stages }: Counted): readonly MetricPoint[] =>
    summed(
      stages(stage).map(({ labels, histogram }) => ({
        labels: relabel(labels),
        value: Math.round(histogram.sum * 1e6),
      })),
    );

const isOk = (outcome: string): boolean => outcome === 'ok';
const isNotOk = (outcome: string): boolean => outcome !== 'ok';

const alias = (
  name: string,
  type: MetricType,
  labels: readonly string[],
  help: string,
  points: MetricAlias['points'],
): MetricAlias => ({ name, type, labels, help, points });

const TRITON_STAGES = {
  request: ['total', 'Microseconds of answered requests.'],
  queue: ['queue', 'Microseconds that requests waited.'],
  compute_input: ['preprocess', 'Microseconds of reading inputs.'],
  compute_infer: ['predict', 'Microseconds of scoring.'],
  compute_output: ['postprocess', 'Microseconds of writing outputs.'],
} as const;

export const ALIASES: Readonly<Record<AliasSet, readonly MetricAlias[]>> = {
  mlserver: [
    alias(
      'model_infer_request_success_total',
      'counter',
      ['model', 'version'],
      'Requests that were answered.',
      requests(plain, isOk),
    ),
    alias(
      'model_infer_request_failure_total',
      'counter',
      ['model', 'version'],
      'Requests that were not.',
      requests(plain, isNotOk),
    ),
    alias(
      'model_infer_request_duration',
      'summary',
      ['model', 'version'],
      'Seconds of answered requests.',
      ({ stages }) =>
        stages('total').map(({ labels, histogram }) => ({
          labels: plain(labels),
          summary: { quantiles: [], sum: histogram.sum, count: histogramCount(histogram) },
        })),
    ),
    alias(
      'rest_server_requests_total',
      'counter',
      ['method', 'status_code'],
      'Requests by status.',
      byStatus(() => ({ method: 'POST' }), 'status_code'),
    ),
    alias(
      'rest_server_request_duration_seconds',
      'histogram',
      ['method'],
      'Duration of answered requests.',
      durations('total', () => ({ method: 'POST' })),
    ),
    alias(
      'rest_server_requests_in_progress',
      'gauge',
      ['method'],
      'Requests being answered.',
      ({ inFlight }) => [{ labels: { method: 'POST' }, value: inFlight }],
    ),
  ],
  kserve: (['preprocess', 'predict', 'postprocess'] as const).map((stage) =>
    alias(
      `request_${stage}_seconds`,
      'histogram',
      ['model_name'],
      `Duration of the stage ${stage}.`,
      durations(stage, onlyModel('model_name')),
    ),
  ),
  triton: [
    alias(
      'nv_inference_request_success',
      'counter',
      ['model', 'version'],
      'Requests that were answered.',
      requests(plain, isOk),
    ),
    alias(
      'nv_inference_request_failure',
      'counter',
      ['model', 'version'],
      'Requests that were not.',
      requests(plain, isNotOk),
    ),
    alias('nv_inference_count', 'counter', ['model', 'version'], 'Rows that were scored.', ({ batches }) =>
      batches.map(({ labels, histogram }) => ({ labels: plain(labels), value: histogram.sum })),
    ),
    alias(
      'nv_inference_exec_count',
      'counter',
      ['model', 'version'],
      'Batches that were scored.',
      requests(plain, isOk),
    ),
    ...Object.entries(TRITON_STAGES).map(([name, [stage, help]]) =>
      alias(`nv_inference_${name}_duration_us`, 'counter', ['model', 'version'], help, micros(stage, plain)),
    ),
  ],
  bentoml: [
    alias(
      'bentoml_service_request_total',
      'counter',
      ['service_name', 'service_version', 'endpoint', 'http_response_code'],
      'Requests by status.',
      byStatus(bento, 'http_response_code'),
    ),
    alias(
      'bentoml_service_request_duration_seconds',
      'histogram',
      ['service_name', 'service_version', 'endpoint'],
      'Duration of answered requests.',
      durations('total', bento),
    ),
  ],
  torchserve: [
    alias(
      'ts_inference_requests_total',
      'counter',
      ['model_name', 'model_version'],
      'Requests.',
      requests(ours, () => true),
    ),
    alias(
      'ts_inference_latency_microseconds',
      'counter',
      ['model_name', 'model_version'],
      'Microseconds of answered requests.',
      micros('total', ours),
    ),
    alias(
      'ts_queue_latency_microseconds',
      'counter',
      ['model_name', 'model_version'],
      'Microseconds that requests waited.',
      micros('queue', ours),
    ),
  ],
  seldon: [
    alias(
      'seldon_model_infer_total',
      'counter',
      ['model', 'code', 'method_type'],
      'Requests by status.',
      byStatus((labels) => ({ ...onlyModel('model')(labels), method_type: 'rest' }), 'code'),
    ),
    alias(
      'seldon_model_infer_api_seconds',
      'histogram',
      ['model', 'method_type'],
      'Duration of answered requests.',
      durations('total', (labels) => ({ ...onlyModel('model')(labels), method_type: 'rest' })),
    ),
    alias('seldon_loaded_model_gauge', 'gauge', ['model'], 'Versions that are loaded.', ({ loaded }) =>
      summed(loaded.map((labels) => ({ labels: onlyModel('model')(labels), value: 1 }))),
    ),
  ],
};

/** Families of the sets, out of ours. */
export function aliasFamilies(
  families: readonly MetricFamily[],
  sets: readonly AliasSet[],
): readonly MetricFamily[] {
  if (sets.length === 0) return [];
  const counted = countedIn(families);
  return sets.flatMap((set) =>
    ALIASES[set].map(({ name, type, help, points }) => ({ name, type, help, points: points(counted) })),
  );
}

function countedIn(families: readonly MetricFamily[]): Counted {
  const pointsOf = (name: string): readonly MetricPoint[] =>
    families.find((family) => family.name === name)?.points ?? [];
  const values = (name: string) => pointsOf(name).filter((point) => 'value' in point);
  const histograms = (name: string) => pointsOf(name).filter((point) => 'histogram' in point);
  return {
    outcomes: values('inference_requests_total').map(({ labels, value }) => ({
      ...{ labels, value, outcome: String(labels['outcome']) },
    })),
    stages: (stage) =>
      histograms('inference_request_duration_seconds').filter(({ labels }) => labels['stage'] === stage),
    batches: histograms('inference_batch_size'),
    inFlight: values('inference_requests_in_flight')[0]?.value ?? 0,
    loaded: values('model_loaded').map(({ labels }) => labels),
  };
}

/** Series that have the same labels now are one. */
function summed(
  points: readonly { readonly labels: MetricLabels; readonly value: number }[],
): readonly MetricPoint[] {
  return [...Map.groupBy(points, ({ labels }) => JSON.stringify(labels)).values()].map((group) => ({
    labels: elementAt(group, 0).labels,
    value: group.reduce((sum, { value }) => sum + value, 0),
  }));
}

function merged(
  points: readonly { readonly labels: MetricLabels; readonly histogram: HistogramValue }[],
): readonly MetricPoint[] {
  return [...Map.groupBy(points, ({ labels }) => JSON.stringify(labels)).values()].map((group) => {
    const { labels, histogram: first } = elementAt(group, 0);
    const counts = Array.from(first.counts, (_, k) =>
      group.reduce((sum, { histogram }) => sum + elementAt(histogram.counts, k), 0),
    );
    const sum = group.reduce((total, { histogram }) => total + histogram.sum, 0);
    return { labels, histogram: { bounds: first.bounds, counts, sum } };
  });
}
