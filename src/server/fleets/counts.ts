import type { ModelCounts } from '../../control/fleet/traffic.ts';
import { answeredIn, blamedIn } from '../../serving/http/metrics.ts';

/** What the counters of versions say of their models. */
export function countsOf(
  series: readonly { readonly model: string; readonly counters: Float64Array }[],
): readonly ModelCounts[] {
  const models = new Map<string, ModelCounts>();
  for (const { model, counters } of series) {
    const { requests, failed } = models.get(model) ?? { requests: 0, failed: 0 };
    const blamed = blamedIn(counters);
    models.set(model, {
      model,
      requests: requests + answeredIn(counters) + blamed,
      failed: failed + blamed,
    });
  }
  return [...models.values()];
}
