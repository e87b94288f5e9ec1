/**
 * The rules of a route once a rollout drives its weights: `deploy` brings backends in and takes them away, but leaves the
 * shares to the rollout. In the Gateway API `rules` is an atomic list, owned as a whole by one manager. Pure.
 */
import { PlimsollError } from '../../../core/errors.ts';
import { isRecord } from '../../../core/record.ts';
import type { KubernetesObject } from '../manifest.ts';
import { ROLLOUT_MANAGER } from './field-managers.ts';
import { liveValueAt, managersOf, recordsAt } from './live.ts';

export interface KeptRules {
  /** What is applied as the rollout: refused where somebody has written since `live` was read. */
  readonly rules: object;
  /** What is applied as `deploy`. */
  readonly rest: object;
}

/** null where no rollout owns the rules. Throws CLOUD_REFUSED where a version that gets requests would go. */
export function keptRules(
  wanted: KubernetesObject,
  live: Readonly<Record<string, unknown>> | null,
): KeptRules | null {
  if (live === null || !managersOf(live, 'f:spec', 'f:rules').includes(ROLLOUT_MANAGER)) return null;
  const weights = weightsOf(recordsAt(live, 'spec', 'rules'));
  const rules = recordsAt(wanted, 'spec', 'rules').map((rule) => ({
    ...rule,
    backendRefs: recordsAt(rule, 'backendRefs').map((backend) => ({
      ...backend,
      weight: weights.get(String(backend['name'])) ?? 0,
    })),
  }));
  const named = new Set(
    rules.flatMap(({ backendRefs }) => backendRefs.map((backend) => (backend as { name?: unknown }).name)),
  );
  const lost = [...weights].filter(([name, weight]) => weight > 0 && !named.has(name)).map(([name]) => name);
  if (lost.length > 0) {
    const reason = `a rollout has sent requests to ${lost.join(', ')}, which would go: apply it beside the new version first, and have the weights moved`;
    throw new PlimsollError('CLOUD_REFUSED', { action: `apply HTTPRoute/${wanted.metadata.name}`, reason });
  }
  const { spec, ...object } = wanted;
  const { rules: _given, ...others } = isRecord(spec) ? spec : {};
  const { apiVersion, kind, metadata } = wanted;
  const resourceVersion = liveValueAt(live, 'metadata', 'resourceVersion');
  const owned = { apiVersion, kind, metadata: { name: metadata.name, resourceVersion }, spec: { rules } };
  return { rules: owned, rest: { ...object, spec: others } };
}

type Rules = readonly Readonly<Record<string, unknown>>[];

/** Weight of each backend; 1 where none is said. */
const weightsOf = (rules: Rules): ReadonlyMap<string, number> =>
  new Map(
    rules.flatMap((rule) =>
      recordsAt(rule, 'backendRefs').map((backend): [string, number] => [
        String(backend['name']),
        typeof backend['weight'] === 'number' ? backend['weight'] : 1,
      ]),
    ),
  );
