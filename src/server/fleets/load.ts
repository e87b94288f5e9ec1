import { elementAt } from '../../core/element-at.ts';
import { recordOf } from '../../core/record.ts';
import type { FleetLoad } from '../../metrics/fleet-load.ts';
import { PREDICTION_OUTCOMES } from '../../metrics/prediction-outcome.ts';
import type { MetricsSnapshot } from '../../serving/metrics/metrics-snapshot.ts';
import { timesIn } from '../../serving/metrics/serving-metrics.ts';

/** What a snapshot says to those who watch operations. */
export function fleetLoadOf({ series, queueDepth, saturation, usage }: MetricsSnapshot): FleetLoad {
  const versions = series.map(({ model, version, counters, lastAnswer }) => ({
    model,
    version,
    outcomes: recordOf(PREDICTION_OUTCOMES, (_, k) => elementAt(counters, k)),
    times: timesIn(counters).slice(),
    lastAnswer,
  }));
  return { versions, queueDepth, saturation, ...usage };
}
