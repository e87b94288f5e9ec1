/** When a job runs by itself, and how often it is tried. Pure. */
import { backoffMillis } from '../../core/backoff.ts';

/** What starts a run. Each thing that happens starts one run of a job, however often it is seen. */
export type JobTrigger =
  | {
      readonly kind: 'cron';
      /** Five fields, or six with seconds. */
      readonly cron: string;
      /** IANA name; the time of day that people mean. */
      readonly timeZone: string;
      /** Times that passed while nobody looked: run for the last of them, for each (at most 100), or for none. */
      readonly misfire: 'once' | 'all' | 'none';
    }
  /** Files that appear where the source looks, once they have not changed for `settleSeconds`; all that are new make one run. */
  | { readonly kind: 'files'; readonly settleSeconds: number }
  /** `POST /api/v1/jobs/{job}:trigger`; requests with the same `idempotency-key` start one run. */
  | { readonly kind: 'webhook' }
  /** `NOTIFY channel` in a PostgreSQL; the payload, where there is one, names what happened. */
  | { readonly kind: 'notify'; readonly url: string; readonly channel: string }
  /** Another job is done. */
  | { readonly kind: 'upstream'; readonly job: string }
  /** A message in a queue; it is acknowledged once its run is durable. */
  | { readonly kind: 'nats'; readonly url: string; readonly stream: string; readonly subject: string }
  | { readonly kind: 'redis'; readonly url: string; readonly stream: string }
  | { readonly kind: 'kafka'; readonly brokers: readonly string[]; readonly topic: string };

export interface RetryPolicy {
  /** In all, the first one counted. */
  readonly attempts: number;
  /** Before the second attempt; doubled before each later one. Chance takes off up to a fifth. */
  readonly firstSeconds: number;
  readonly longestSeconds: number;
}

export interface JobSchedule {
  readonly triggers: readonly JobTrigger[];
  readonly retries: RetryPolicy;
  /** An attempt that takes longer is ended, and is a failure. */
  readonly timeoutSeconds: number | null;
  /** A run that is due while another one of the job is under way waits for it, or is left out. */
  readonly overlap: 'queue' | 'skip';
}

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
