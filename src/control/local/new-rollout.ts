import { randomBytes, randomInt } from 'node:crypto';
import type { Actor } from '../../core/actor.ts';
import { PlimsollError } from '../../core/errors.ts';
import { sha256Hex } from '../../core/sha256.ts';
import type { EndpointRow, RolloutRow, Tables } from '../../store/store.ts';
import type { NewRollout } from '../port.ts';
import { findVersion } from './find.ts';

/** Earlier rollouts of an endpoint that are looked through for one of the same candidate. */
const EARLIER = 1000;
/** Most bytes of a policy as it is given. */
const POLICY_MAX = 65_536;

/**
 * The row of a rollout that may begin at `now` (milliseconds since the epoch). Throws ROLLOUT_REFUSED with the way on,
 * VERSION_UNKNOWN.
 */
export async function newRollout(
  tables: Tables,
  endpoint: EndpointRow,
  { candidate, strategy, policy }: NewRollout,
  actor: Actor,
  now: number,
): Promise<RolloutRow> {
  const refused = (reason: string, way: string): never => {
    throw new PlimsollError('ROLLOUT_REFUSED', { candidate, endpoint: endpoint.name, reason, way });
  };
  const wanted = await findVersion(tables, endpoint.model, candidate);
  const stable = await findVersion(tables, endpoint.model, endpoint.stable);
  if (wanted.state !== 'ready')
    refused(
      `it is ${wanted.state}`,
      '`plimsoll models` shows its checks; push the file again when it is mended',
    );
  if (strategy === 'placebo' && candidate !== endpoint.stable)
    refused(`a placebo compares version ${endpoint.stable} with itself`, `Give --to ${endpoint.stable}`);
  if (strategy !== 'placebo' && candidate === endpoint.stable)
    refused('it answers everybody already', 'Push another version first: plimsoll push FILE --name M');
  if (endpoint.rollout !== null)
    refused(
      `rollout ${endpoint.rollout} is under way`,
      `Wait for it, or end it: plimsoll rollout abort ${endpoint.rollout}`,
    );
  const text = JSON.stringify(policy ?? null);
  if (text.length > POLICY_MAX)
    refused(`its policy has ${text.length} characters`, `Write it in ${POLICY_MAX} characters or fewer`);
  return {
    id: `ro_${randomBytes(10).toString('hex')}`,
    endpoint: endpoint.name,
    strategy,
    candidate,
    stable: endpoint.stable,
    binding: {
      candidate: wanted.digest,
      stable: stable.digest,
      policyHash: sha256Hex(`${strategy} ${text}`),
    },
    policy: policy ?? null,
    seed: await seedFor(tables, endpoint.name, wanted.digest),
    reason: actor.reason ?? '',
    by: actor.by,
    startedAt: now,
    endedAt: null,
    state: 'running',
    rolledBackAutomatically: false,
  };
}

/** New for every candidate, so that not always the same units go first; the same when one is tried again. */
async function seedFor(tables: Tables, endpoint: string, digest: string): Promise<number> {
  const { items } = await tables.rollouts.list(endpoint, { limit: EARLIER });
  return items.find(({ binding }) => binding.candidate === digest)?.seed ?? randomInt(2 ** 32);
}
