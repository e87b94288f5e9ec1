import type { FleetLoad } from '../../control/fleet/load.ts';
import { OUTCOMES, timesIn } from '../../serving/http/metrics.ts';
import type { Snapshot } from '../../serving/http/snapshot.ts';

/** What a snapshot says to those who watch operations. */
export function loadOf({ series, queueDepth, saturation, usage }: Snapshot): FleetLoad {
  const versions = series.map(({ model, version, counters, lastAnswer }) => ({
    model,
    version,
    outcomes: Object.fromEntries(
      OUTCOMES.map((outcome, k) => [outcome, counters[k]!]),
    ) as FleetLoad['versions'][number]['outcomes'],
    times: timesIn(counters).slice(),
    lastAnswer,
  }));
  return { versions, queueDepth, saturation, ...usage };
}
