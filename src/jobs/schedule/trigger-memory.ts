/** What triggers remember between two looks; kept with the job, together with the runs that it led to. Pure. */
import { isRecord } from '../../core/record.ts';

export interface TriggerMemory {
  /** Time up to which a cron line was looked at, by line and zone. */
  readonly lines: Readonly<Record<string, number>>;
  /** Files that were there: path and what told one state of it from another. Null before the first look. */
  readonly files: Readonly<Record<string, string>> | null;
  /** The last run of each job before this one that was seen to be done; '' where it had none. */
  readonly upstream: Readonly<Record<string, string>>;
}

const NOTHING: TriggerMemory = { lines: {}, files: null, upstream: {} };

/** Of a job that was never looked at there is none. */
export const memoryOf = (kept: unknown): TriggerMemory =>
  isRecord(kept) ? { ...NOTHING, ...(kept as Partial<TriggerMemory>) } : NOTHING;
