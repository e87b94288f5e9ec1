/** When a job runs by itself, and how often it is tried. Pure. */

import type { Static } from 'typebox';
import { backoffMillis } from '../../core/backoff.ts';
import type { RETRIES, SCHEDULE, TRIGGER } from './schedule-document.ts';

export type JobTrigger = Static<typeof TRIGGER>;
export type RetryPolicy = Static<typeof RETRIES>;
export type JobSchedule = Static<typeof SCHEDULE>;

export const DEFAULT_SCHEDULE: JobSchedule = {
  triggers: [],
  retries: { attempts: 3, firstSeconds: 30, longestSeconds: 3600 },
  timeoutSeconds: null,
  overlap: 'queue',
};

const JITTER = 0.2;

/** Seconds to wait before attempt `next` (2, 3 …), or null where there is none left; `chance` in [0, 1). */
export function pauseBefore(
  next: number,
  { attempts, firstSeconds, longestSeconds }: RetryPolicy,
  chance = 0,
): number | null {
  if (next > attempts) return null;
  const policy = { firstMillis: firstSeconds * 1000, maxMillis: longestSeconds * 1000, jitter: JITTER };
  return backoffMillis(policy, next - 1, chance) / 1000;
}
