import { elementAt } from '../../core/element-at.ts';
import type { FleetLoad } from '../../metrics/fleet-load.ts';
import type { MetricsSnapshot } from '../../serving/metrics/metrics-snapshot.ts';
import { PREDICTION_OUTCOMES, timesIn } from '../../serving/metrics/serving-metrics.ts';

/** What a snapshot says to those who watch operations. */
export function fleetLoadOf({ series, queueDepth, saturation, usage }: MetricsSnapshot): FleetLoad {
  const versions = series.map(({ model, version, counters, lastAnswer }) => ({
    model,
    version,
    outcomes: Object.fromEntries(
      PREDICTION_OUTCOMES.map((outcome, k) => [outcome, elementAt(counters, k)]),
    ) as FleetLoad['versions'][number]['outcomes'],
    times: timesIn(counters).slice(),
    lastAnswer,
  }));
  return { versions, queueDepth, saturation, ...usage };
}
