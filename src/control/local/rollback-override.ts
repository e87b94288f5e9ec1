/** A rollback without the store: what it would be, from what was read last and what the workers have loaded. */

import type { Actor } from '../../core/actor.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { SnapshotPublisher } from '../fleet/snapshot-publisher.ts';
import type { NewOverride, RouteOverride } from '../overrides/route-override.ts';

export interface OverridePorts {
  readonly controller: { readonly overrideOf: (endpoint: string) => RouteOverride | null };
  readonly publisher: Pick<SnapshotPublisher, 'lastRead' | 'loaded'>;
}

/** What a person wants. */
export interface RollbackRequest {
  readonly name: string;
  /** Version to go to; null for the one before. */
  readonly to: number | null;
  readonly generation: number | null;
  readonly actor: Actor;
}

/**
 * Null where too little is known: the endpoint is not, or the version is neither the stable one nor the one before, so
 * that its history would have to be read. Throws GENERATION_CONFLICT, ROLLBACK_REFUSED, and VERSION_UNSERVED where no
 * worker has it loaded.
 */
export function rollbackOverride(
  { controller, publisher }: OverridePorts,
  { name, to, generation, actor }: RollbackRequest,
): NewOverride | null {
  const row = publisher.lastRead?.endpoints.find((one) => one.name === name);
  if (row === undefined) return null;
  const { model, stable, previous, rollout } = row;
  if (generation !== null && generation !== row.generation)
    throw new PlimsollError('GENERATION_CONFLICT', {
      ...{ endpoint: name, found: row.generation, wanted: generation },
    });
  const held = controller.overrideOf(name)?.version ?? null;
  const version = to ?? held ?? (rollout === null ? previous : stable);
  if (version === null)
    throw new PlimsollError('ROLLBACK_REFUSED', {
      endpoint: name,
      reason: 'no other version has answered yet',
    });
  if (version !== stable && version !== previous) return null;
  if (!publisher.loaded.has(`${model}@${version}`))
    throw new PlimsollError('VERSION_UNSERVED', { model, version });
  const runs = publisher.lastRead?.rollouts.find(({ id }) => id === rollout);
  const others = [
    stable,
    ...row.route.ranges.map((range) => range.version),
    ...(runs ? [runs.candidate] : []),
  ];
  const from = [...new Set(others)].filter((other) => other !== version);
  const { by, reason = 'rolled back while the store is away' } = actor;
  return { endpoint: name, rollout, version, from, by, reason, isHarmful: false };
}
