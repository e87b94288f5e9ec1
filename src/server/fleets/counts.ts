import type { ModelCounts } from '../../control/fleet/traffic.ts';
import { unitsIn } from '../../serving/http/callers.ts';
import { answeredIn, blamedIn } from '../../serving/http/metrics.ts';
import type { Snapshot } from '../../serving/http/snapshot.ts';

/** What the counters of versions say of their models. */
export function countsOf({ series, callers }: Pick<Snapshot, 'series' | 'callers'>): readonly ModelCounts[] {
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

function unitsOf(model: string, callers: Snapshot['callers']): Pick<ModelCounts, 'units' | 'nameless'> {
  const found = callers.find((one) => one.model === model);
  return found === undefined
    ? { units: 0, nameless: 0 }
    : { units: unitsIn(found), nameless: found.nameless };
}
