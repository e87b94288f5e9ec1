/** The schedule of a job as the ledger keeps it. Pure. */
import { isRecord } from '../../core/record.ts';
import type { JobRow } from '../../store/ledger/ledger.ts';
import { DEFAULT_SCHEDULE, type JobSchedule } from './schedule.ts';

/** Checked when it was stored; what a later release added has its default. Null where the job is only run by hand. */
export const scheduleOf = ({ schedule }: JobRow): JobSchedule | null =>
  isRecord(schedule) ? { ...DEFAULT_SCHEDULE, ...(schedule as Partial<JobSchedule>) } : null;
