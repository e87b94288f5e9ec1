import type { Logger } from '../core/ports.ts';
import type { MetricFamily } from '../metrics/metric-family.ts';
import type { DataPlane } from '../serving/data-plane.ts';
import type { ServingMetrics } from '../serving/metrics/serving-metrics.ts';
import type { SharingServer } from './start.ts';

/** Any of them means that metrics are to be sent; the last two are OpenTelemetry's own. */
const ENDPOINTS = [
  'PLIMSOLL_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
] as const;

export interface ExportOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Name of this process, which ends with its place among the workers. */
  readonly worker: string;
  readonly epoch: number;
  readonly metrics: ServingMetrics;
  readonly plane: DataPlane;
  /** What others have to say, in the Prometheus text format. */
  readonly moreMetrics: () => Promise<string>;
  readonly logger: Logger;
}

/** The server, which sends its metrics to a collector until it closes, where the environment names one. */
export async function sendingMetrics(server: SharingServer, options: ExportOptions): Promise<SharingServer> {
  const { env, worker, epoch, metrics, plane, moreMetrics, logger } = options;
  const wanted = ENDPOINTS.some((name) => (env[name] ?? '') !== '') && env['OTEL_SDK_DISABLED'] !== 'true';
  if (!wanted) return server;
  // What is counted for all workers together is sent by one of them.
  const isFirst = worker.endsWith('/1');
  try {
    const [{ startOtlp }, { metricFamilies }, { parseText }] = await Promise.all([
      import('./otlp.ts'),
      import('../serving/metrics/exposition.ts'),
      import('../metrics/parse-prometheus-text.ts'),
    ]);
    const families = async (): Promise<readonly MetricFamily[]> => [
      ...metricFamilies(metrics, plane.versions, performance.timeOrigin, performance.now()),
      ...(isFirst ? parseText(await moreMetrics()) : []),
    ];
    const otlp = startOtlp({ env, instance: `${worker}/${epoch}`, families });
    const close = async (): Promise<void> => {
      await server.close();
      await otlp.close();
    };
    return { ...server, close };
  } catch (error) {
    // Answers are not to fail because nobody can count them elsewhere.
    logger.error({ error }, 'metrics are not sent: OpenTelemetry could not be started');
    return server;
  }
}
