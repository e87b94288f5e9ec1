/**
 * Sends metrics by OTLP over HTTP to a collector, where the environment names one; loaded only then. Each process sends what
 * it has counted itself, as an instance of the service.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type HrTime, ValueType } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  MeterProvider,
  type MetricData,
  type MetricProducer,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import type { MetricFamily } from '../metrics/metric-family.ts';
import { type OtelMetric, otelMetrics } from '../metrics/opentelemetry.ts';

export interface OtlpOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Name of this process among those of the service. */
  readonly instance: string;
  readonly families: () => Promise<readonly MetricFamily[]>;
}

/** Milliseconds between two exports, and how long one may take. */
const INTERVAL = 60_000;
const TIMEOUT = 10_000;
/** A collector that does not answer holds up the end of a server for so long at most. */
const CLOSE = 2000;

export interface OtlpExporter {
  /** Sends what there is once more, and ends. */
  close(): Promise<void>;
}

export function startOtlp({ env, instance, families }: OtlpOptions): OtlpExporter {
  const began = toHrTime(Date.now());
  const resource = resourceFromAttributes({
    'service.name': 'plimsoll',
    'service.instance.id': instance,
  }).merge(detectResources({ detectors: [envDetector] }));
  const producer: MetricProducer = {
    collect: async () => {
      const now = toHrTime(Date.now());
      const metrics = otelMetrics(await families()).map((metric) => dataOf(metric, began, now));
      const scopeMetrics = [{ scope: { name: 'plimsoll' }, metrics }];
      return { resourceMetrics: { resource, scopeMetrics }, errors: [] };
    },
  };
  const interval = positive(env['OTEL_METRIC_EXPORT_INTERVAL']) ?? INTERVAL;
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(urlOf(env)),
    exportIntervalMillis: interval,
    exportTimeoutMillis: Math.min(interval, positive(env['OTEL_METRIC_EXPORT_TIMEOUT']) ?? TIMEOUT),
    metricProducers: [producer],
  });
  const provider = new MeterProvider({ resource, readers: [reader] });
  const close = async (): Promise<void> => {
    const ended = provider.shutdown().catch(() => undefined);
    await Promise.race([ended, sleep(CLOSE, undefined, { ref: false })]);
  };
  return { close };
}

/** The exporter itself reads the variables of OpenTelemetry. */
function urlOf(env: OtlpOptions['env']): { url?: string } {
  const base = env['PLIMSOLL_OTLP_ENDPOINT'];
  return base === undefined ? {} : { url: `${base.replace(/\/+$/, '')}/v1/metrics` };
}

const positive = (text: string | undefined): number | undefined => {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : undefined;
};

const toHrTime = (millis: number): HrTime => [Math.floor(millis / 1000), Math.round((millis % 1000) * 1e6)];

function dataOf(metric: OtelMetric, startTime: HrTime, endTime: HrTime): MetricData {
  const { name, unit, description } = metric;
  const about = {
    descriptor: { name, unit, description, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  const timed = <T>(
    points: readonly { readonly attributes: Readonly<Record<string, string>>; readonly value: T }[],
  ) => points.map(({ attributes, value }) => ({ startTime, endTime, attributes, value }));
  if (metric.kind === 'histogram')
    return { ...about, dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM, dataPoints: timed(metric.points) };
  if (metric.kind === 'gauge')
    return { ...about, dataPointType: DataPointType.GAUGE, dataPoints: timed(metric.points) };
  const isMonotonic = metric.kind === 'sum';
  return { ...about, dataPointType: DataPointType.SUM, isMonotonic, dataPoints: timed(metric.points) };
}
