/**
 * What the monitor knows, for Prometheus: one page over all endpoints, which it writes into the data folder and every scrape
 * takes along. Pure.
 */
import { keysOf } from '../../core/record.ts';
import { catalogFamily, type MetricName } from '../../metrics/catalog.ts';
import type { MetricFamily, MetricLabels, MetricPoint } from '../../metrics/metric-family.ts';
import { prometheusText } from '../../metrics/prometheus-text.ts';

/** A feature or an output against its reference. */
export interface FeatureStatus {
  readonly name: string;
  readonly side: 'input' | 'output';
  /** By method, `psi` for the score that alerts rest on. */
  readonly scores: Readonly<Record<string, number>>;
  /** Natural logarithm of the evidence. */
  readonly evidence: number;
  readonly isDrifting: boolean;
  /** Shares of rows, 0 to 1. */
  readonly missing: number;
  readonly unseen: number;
}

/** A metric of quality with its band. */
export interface MetricStatus {
  readonly metric: string;
  readonly point: number;
  readonly lower: number | null;
  readonly upper: number | null;
}

/** How one version that an endpoint leads to is watched. */
export interface VersionStatus {
  readonly model: string;
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number | null;
  readonly features: readonly FeatureStatus[];
  readonly thresholds: {
    /** By method, as in `FeatureStanding.scores`. */
    readonly scores: Readonly<Record<string, number>>;
    readonly evidence: number | null;
  };
  readonly estimate: MetricStatus | null;
  readonly realized: MetricStatus | null;
  /** The metric's value on the reference. */
  readonly reference: { readonly metric: string; readonly value: number } | null;
  readonly labels: {
    readonly coverage: number | null;
    /** Milliseconds, by quantile. */
    readonly delays: readonly { readonly quantile: number; readonly millis: number }[];
  } | null;
  /** Rows since the version was first seen, by check. They never fall. */
  readonly violations: Readonly<Record<string, number>>;
}

/** How an endpoint is watched. */
export interface EndpointStatus {
  readonly endpoint: string;
  readonly model: string;
  /** Milliseconds since the epoch; null where no look has succeeded yet. */
  readonly lastSuccessAt: number | null;
  readonly runMillis: number | null;
  /** Since the monitor was first started; they never fall. */
  readonly rows: number;
  readonly dropped: number;
  /** Alerts that fire, by name and severity. */
  readonly firing: readonly {
    readonly alertname: string;
    readonly severity: string;
    readonly count: number;
  }[];
  readonly versions: readonly VersionStatus[];
}

/** Features that are shown of each version: more would be more series than a Prometheus likes. */
export const FEATURES_SHOWN = 20;

type Sample = readonly [labels: MetricLabels, value: number | null | undefined];
type Read = (
  standing: EndpointStatus,
  version: VersionStatus,
  labels: MetricLabels,
  shown: number,
) => readonly Sample[];

const byEvidence = ({ features }: VersionStatus, shown: number): readonly FeatureStatus[] =>
  features
    .filter(({ side }) => side === 'input')
    .toSorted((a, b) => b.evidence - a.evidence || (a.name < b.name ? -1 : 1))
    .slice(0, shown);

const ofFeatures =
  (read: (feature: FeatureStatus) => number): Read =>
  (_endpoint, version, labels, shown) =>
    byEvidence(version, shown).map((feature) => [{ ...labels, feature: feature.name }, read(feature)]);

const band = (labels: MetricLabels, quality: MetricStatus | null): readonly Sample[] => {
  if (quality === null) return [];
  const { metric, point, lower, upper } = quality;
  return Object.entries({ point, lower, upper }).map(([bound, value]) => [
    { ...labels, metric, bound },
    value,
  ]);
};

function driftedRatio({ features }: VersionStatus): number | null {
  const inputs = features.filter(({ side }) => side === 'input');
  return inputs.length === 0 ? null : inputs.filter(({ isDrifting }) => isDrifting).length / inputs.length;
}

/** What is said of each version. */
const OF_VERSIONS = {
  model_drift_score: (_endpoint, version, labels, shown) =>
    byEvidence(version, shown).flatMap(({ name, scores }) =>
      Object.entries(scores).map(([method, value]): Sample => [{ ...labels, feature: name, method }, value]),
    ),
  model_drift_threshold: (_endpoint, { thresholds }, labels) =>
    Object.entries(thresholds.scores).map(([method, value]) => [{ ...labels, method }, value]),
  model_drift_evidence: ofFeatures(({ evidence }) => evidence),
  model_drift_evidence_threshold: (_endpoint, { thresholds }, labels) => [[labels, thresholds.evidence]],
  model_drifted_features_ratio: (_endpoint, version, labels) => [[labels, driftedRatio(version)]],
  model_prediction_drift_score: (_endpoint, { features }, labels, shown) =>
    features
      .filter(({ side }) => side === 'output')
      .slice(0, shown)
      .flatMap(({ name, scores }) =>
        Object.entries(scores).map(([method, value]): Sample => [{ ...labels, output: name, method }, value]),
      ),
  model_quality_estimate: (_endpoint, { estimate }, labels) => band(labels, estimate),
  model_quality_realized: (_endpoint, { realized }, labels) => band(labels, realized),
  model_quality_reference: (_endpoint, { reference }, labels) =>
    reference === null ? [] : [[{ ...labels, metric: reference.metric }, reference.value]],
  model_label_coverage_ratio: (_endpoint, version, labels) => [[labels, version.labels?.coverage]],
  model_label_delay_seconds: (_endpoint, version, labels) =>
    (version.labels?.delays ?? []).map(({ quantile, millis }) => [{ ...labels, quantile }, millis / 1000]),
  model_data_violations_total: (_endpoint, { violations }, labels) =>
    Object.entries(violations).map(([check, rows]) => [{ ...labels, check }, rows]),
  model_missing_ratio: ofFeatures(({ missing }) => missing),
  model_unseen_ratio: ofFeatures(({ unseen }) => unseen),
} satisfies Partial<Record<MetricName, Read>>;

/** What is said of each endpoint. */
const OF_ENDPOINTS = {
  model_alerts_firing: ({ endpoint, model, firing }) =>
    firing.map(({ alertname, severity, count }) => [
      { endpoint, model_name: model, alertname, severity },
      count,
    ]),
  monitor_last_success_timestamp_seconds: ({ endpoint, lastSuccessAt }) => [
    [{ endpoint }, lastSuccessAt === null ? null : lastSuccessAt / 1000],
  ],
  monitor_run_duration_seconds: ({ endpoint, runMillis }) => [
    [{ endpoint }, runMillis === null ? null : runMillis / 1000],
  ],
  monitor_rows_total: ({ endpoint, rows }) => [[{ endpoint }, rows]],
  monitor_dropped_samples_total: ({ endpoint, dropped }) => [[{ endpoint }, dropped]],
} satisfies Partial<Record<MetricName, (standing: EndpointStatus) => readonly Sample[]>>;

/** A value that is not known is no sample: zero would be a lie, and NaN hides in every sum. */
const pointsOf = (samples: readonly Sample[]): readonly MetricPoint[] =>
  samples.flatMap(([labels, value]) => (value == null || Number.isNaN(value) ? [] : [{ labels, value }]));

function createdPoints(standings: readonly EndpointStatus[]): readonly MetricPoint[] {
  const created = new Map<string, MetricPoint>();
  for (const { model, version, createdAt } of standings.flatMap(({ versions }) => versions)) {
    if (createdAt === null) continue;
    const labels = { model_name: model, model_version: version };
    created.set(JSON.stringify(labels), { labels, value: createdAt / 1000 });
  }
  return [...created.values()];
}

function monitoringFamilies(
  standings: readonly EndpointStatus[],
  shown: number = FEATURES_SHOWN,
): readonly MetricFamily[] {
  const ofVersions = keysOf(OF_VERSIONS).map((name) =>
    catalogFamily(
      name,
      standings.flatMap((standing) =>
        standing.versions.flatMap((version) => {
          const { model, version: number } = version;
          const labels = { endpoint: standing.endpoint, model_name: model, model_version: number };
          const read: Read = OF_VERSIONS[name];
          return pointsOf(read(standing, version, labels, shown));
        }),
      ),
    ),
  );
  const ofEndpoints = keysOf(OF_ENDPOINTS).map((name) =>
    catalogFamily(
      name,
      standings.flatMap((standing) => pointsOf(OF_ENDPOINTS[name](standing))),
    ),
  );
  return [
    catalogFamily('model_created_timestamp_seconds', createdPoints(standings)),
    ...ofVersions,
    ...ofEndpoints,
  ];
}

/** The file that a scrape takes along, in the Prometheus text format. */
export const monitoringMetrics = (standings: readonly EndpointStatus[], shown?: number): string =>
  prometheusText(monitoringFamilies(standings, shown));
