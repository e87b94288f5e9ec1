/** Which times of a cron line have come. Time is a parameter. */

import { Cron } from 'croner';
import { elementWhere } from './element-at.ts';
import { messageOf } from './error-text.ts';
import { PlimsollError } from './errors.ts';

export interface CronTrigger {
  /** Five fields, or six with seconds. */
  readonly cron: string;
  /** IANA name; the time of day that people mean. */
  readonly timeZone: string;
  /** Times that passed while nobody looked: run for the last of them, for each (at most 100), or for none. */
  readonly misfire: 'once' | 'all' | 'none';
}

/** Missed times that are made up for at most. */
const MADE_UP_MAX = 100;
/** A time is missed where it is looked at later than this, in milliseconds. */
const LATE_MILLIS = 60_000;

/** Says what is wrong with a cron line or a time zone, or null. */
export function cronProblem({ cron, timeZone }: Pick<CronTrigger, 'cron' | 'timeZone'>): string | null {
  try {
    const next = new Cron(cron, { timezone: timeZone, paused: true }).nextRun(new Date(0));
    return next === null ? `"${cron}" names a time that never comes` : null;
  } catch (error) {
    const [reason = ''] = messageOf(error).split('. ');
    return reason;
  }
}

/**
 * Times after `since` up to `now`, in milliseconds since the epoch, that a run is to be started for, oldest first. A time
 * of day that a change of clocks leaves out comes when the clocks have changed; one that comes twice counts once.
 */
export function dueTimes(trigger: CronTrigger, since: number, now: number): readonly number[] {
  const line = lineOf(trigger);
  const times: number[] = [];
  for (let next = line.nextRun(new Date(since)); next !== null && next.getTime() <= now; ) {
    times.push(next.getTime());
    // Only the last ones can matter; a line of seconds that slept for a year is not to fill the memory.
    if (times.length > 2 * MADE_UP_MAX) times.splice(0, MADE_UP_MAX);
    next = line.nextRun(next);
  }
  const onTime = times.filter((time) => now - time <= LATE_MILLIS);
  switch (trigger.misfire) {
    case 'all':
      return times.slice(-MADE_UP_MAX);
    case 'once':
      return onTime.length > 0 ? onTime : times.slice(-1);
    case 'none':
      return onTime;
  }
}

/** The next time after `now`, or null. */
export const nextTime = (trigger: CronTrigger, now: number): number | null =>
  lineOf(trigger).nextRun(new Date(now))?.getTime() ?? null;

function lineOf(trigger: CronTrigger): Cron {
  const problem = cronProblem(trigger);
  if (problem !== null)
    throw new PlimsollError('INTERNAL', { action: 'reading a schedule', reason: problem });
  return new Cron(trigger.cron, { timezone: trigger.timeZone, paused: true });
}

/** A time with the offset of its zone, as a due run is named: `2026-10-25T02:30:00+02:00`. */
export function zoned(time: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  }).formatToParts(time);
  const part = (type: Intl.DateTimeFormatPartTypes): string =>
    elementWhere(parts, (one) => one.type === type).value;
  const offset = part('timeZoneName').replace('GMT', '') || '+00:00';
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}${offset}`;
}
