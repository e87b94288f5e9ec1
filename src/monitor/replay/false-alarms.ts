/** What people say about false alarms: `1/100000` rows, or `1/90d` of time. Pure. */
import { parseDuration } from '../../text/duration.ts';

export interface FalseAlarms {
  readonly count: number;
  /** What they are accepted in: rows, or milliseconds. */
  readonly per: number;
  readonly unit: 'rows' | 'time';
}

/** Undefined where it is neither. */
export function parseFalseAlarms(text: string): FalseAlarms | undefined {
  const [count = '', per = '', more] = text.split('/').map((part) => part.trim());
  if (more !== undefined || !/^\d+(?:\.\d+)?$/.test(count) || Number(count) <= 0) return undefined;
  const rows = Number(per.replaceAll(/[_,]/g, ''));
  if (/^\d[\d_,]*(?:e\d{1,2})?$/.test(per) && rows > 0)
    return { count: Number(count), per: rows, unit: 'rows' };
  const time = parseDuration(per);
  return time === undefined || time <= 0 ? undefined : { count: Number(count), per: time, unit: 'time' };
}

/** At most so many a row: detectors that fire more often than that say nothing. */
const MOST = 1e-2;

/** False alarms a row. `rate`: rows a millisecond; not needed for those of rows. */
export function falseAlarmsPerRow({ count, per, unit }: FalseAlarms, rate: number): number {
  return Math.min(MOST, count / (unit === 'rows' ? per : per * rate));
}
