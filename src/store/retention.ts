/** What a store forgets, so that it does not grow for ever. Versions, routes, decisions and the audit log all stay. */
import type { Store } from './store.ts';
import { TRAFFIC_STEPS } from './traffic-steps.ts';

const DAY = 86_400_000;

/** How long things are kept, in milliseconds. */
export const RETENTION = {
  /** Answers, labels and business values: one by one, they say something about a person. */
  feedback: 90 * DAY,
  /** Flags of units, after their rollout ended. Nobody counts with them any more. */
  units: 90 * DAY,
  /** Answers to requests that carried an idempotency key. */
  idempotency: DAY,
} as const;

/** Removes what is past its time at `now`. In several processes at once it is only done sooner. */
export async function forget({ tables }: Store, now: number): Promise<void> {
  await tables.feedback.prune(now - RETENTION.feedback);
  await tables.rollouts.forgetUnits(now - RETENTION.units);
  await tables.idempotency.prune(now - RETENTION.idempotency);
  for (const { step, kept } of TRAFFIC_STEPS) await tables.traffic.prune(step, now - kept);
}
