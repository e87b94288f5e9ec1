import type { ModelCounts } from '../../control/fleet/traffic-meter.ts';
import { distinctUnits } from '../../serving/metrics/caller-counts.ts';
import type { MetricsSnapshot } from '../../serving/metrics/metrics-snapshot.ts';
import { answeredIn, blamedIn } from '../../serving/metrics/serving-metrics.ts';

/** What the counters of versions say of their models. */
export function countsOf({
  series,
  callers,
}: Pick<MetricsSnapshot, 'series' | 'callers'>): readonly ModelCounts[] {
  const models = new Map<string, Pick<ModelCounts, 'model' | 'requests' | 'failed'>>();
  for (const { model, counters } of series) {
    const { requests, failed } = models.get(model) ?? { requests: 0, failed: 0 };
    const blamed = blamedIn(counters);
    models.set(model, {
      model,
      requests: requests + answeredIn(counters) + blamed,
      failed: failed + blamed,
    });
  }
  return [...models.values()].map((counts) => ({ ...counts, ...unitsOf(counts.model, callers) }));
}

function unitsOf(
  model: string,
  callers: MetricsSnapshot['callers'],
): Pick<ModelCounts, 'units' | 'nameless'> {
  const found = callers.find((one) => one.model === model);
  return found === undefined
    ? { units: 0, nameless: 0 }
    : { units: distinctUnits(found), nameless: found.nameless };
}
