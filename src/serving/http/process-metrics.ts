import { METRICS } from '../../metrics/catalog.ts';

/** Gauges with the name of a counter, which OpenMetrics refuses; each is the sum of another that stays. */
const SUMS = ['nodejs_active_resources_total', 'nodejs_active_handles_total', 'nodejs_active_requests_total'];

/**
 * Memory, processor and event loop of this process in the Prometheus text format, loaded by the first scrape: a server
 * that nobody scrapes carries none of it.
 */
export async function loadProcessMetrics(
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
  return () => registry.metrics();
}
