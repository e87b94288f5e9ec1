import type { Registry } from 'prom-client';
import type { EngineStatus } from '../../engine/engine.ts';
import { METRICS } from '../../metrics/catalog.ts';
import type { LoadedVersion } from '../../registry/version.ts';

/** Gauges with the name of a counter, which OpenMetrics refuses; each is the sum of another that stays. */
const SUMS = ['nodejs_active_resources_total', 'nodejs_active_handles_total', 'nodejs_active_requests_total'];

/**
 * Memory, processor and event loop of this process, and of the processes of its engines, in the Prometheus text format, loaded by the first scrape: a server
 * that nobody scrapes carries none of it.
 */
export async function loadProcessMetrics(
  versions: () => readonly LoadedVersion[],
  labels: Readonly<Record<string, string>> = {},
): Promise<() => Promise<string>> {
  // A CommonJS package: inside the bundle only its default export is there.
  const { default: prom } = await import('prom-client');
  const registry = new prom.Registry();
  registry.setDefaultLabels(labels);
  prom.collectDefaultMetrics({ register: registry });
  for (const sum of SUMS) registry.removeSingleMetric(sum);
  const name = 'nodejs_eventloop_utilization_ratio';
  let before = performance.eventLoopUtilization();
  new prom.Gauge({
    name,
    help: METRICS[name].help,
    registers: [registry],
    collect() {
      const now = performance.eventLoopUtilization();
      this.set(performance.eventLoopUtilization(now, before).utilization);
      before = now;
    },
  });
  addEngines(prom, registry, versions);
  return () => registry.metrics();
}

/** What is shown of each engine with processes of its own. */
const OF_ENGINES = {
  python_workers_up: ({ up }) => up,
  python_worker_restarts_total: ({ restarts }) => restarts,
  python_queue_depth: ({ waiting }) => waiting,
  python_worker_resident_memory_bytes: ({ rss }) => rss.reduce((sum, bytes) => sum + bytes, 0),
} as const satisfies Partial<Record<keyof typeof METRICS, (status: EngineStatus) => number>>;

function addEngines(
  { Counter, Gauge }: typeof import('prom-client'),
  registry: Registry,
  versions: () => readonly LoadedVersion[],
): void {
  for (const [name, measure] of Object.entries(OF_ENGINES)) {
    const { help, type } = METRICS[name as keyof typeof OF_ENGINES];
    const Kind = type === 'counter' ? Counter : Gauge;
    new Kind({
      ...{ name, help, registers: [registry], labelNames: ['model_name', 'model_version'] },
      collect() {
        this.reset();
        for (const { engine, model, version } of versions()) {
          const status = engine.status?.();
          if (status) this.inc({ model_name: model, model_version: String(version) }, measure(status));
        }
      },
    });
  }
}
