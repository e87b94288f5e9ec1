import type { Registry } from 'prom-client';
import type { EngineStatus } from '../../engine/engine.ts';
import { METRIC_CATALOG } from '../../metrics/catalog.ts';
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
    help: METRIC_CATALOG[name].help,
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
  workers_up: ({ up }) => up,
  worker_restarts_total: ({ restarts }) => restarts,
  queue_depth: ({ waiting }) => waiting,
  worker_resident_memory_bytes: ({ rss }) => rss.reduce((sum, bytes) => sum + bytes, 0),
} as const satisfies Record<string, (status: EngineStatus) => number>;

/** What their names begin with, by the engine whose processes they are. */
const ENGINES_WITH_PROCESSES = { python: 'python_', onnx: 'graph_' } as const;

function addEngines(
  { Counter, Gauge }: typeof import('prom-client'),
  registry: Registry,
  versions: () => readonly LoadedVersion[],
): void {
  const kinds = Object.entries(ENGINES_WITH_PROCESSES);
  const series = kinds.flatMap(([id, prefix]) =>
    Object.entries(OF_ENGINES).map(([suffix, measure]) => ({ id, name: `${prefix}${suffix}`, measure })),
  );
  for (const { id, name, measure } of series) {
    const { help, type } = METRIC_CATALOG[name as keyof typeof METRIC_CATALOG];
    const Kind = type === 'counter' ? Counter : Gauge;
    new Kind({
      ...{ name, help, registers: [registry], labelNames: ['model_name', 'model_version'] },
      collect() {
        this.reset();
        for (const { engine, model, version } of versions()) {
          const status = engine.id === id ? engine.status?.() : undefined;
          if (status) this.inc({ model_name: model, model_version: String(version) }, measure(status));
        }
      },
    });
  }
}
