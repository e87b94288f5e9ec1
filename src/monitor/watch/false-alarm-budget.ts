/** From false alarms in a span of time, as people count them, to false alarms a row, as detectors do. Pure. */
import type { MonitorPolicy } from '../policy/policy.ts';

/** Detectors of a busy endpoint need no more evidence than this, those of a quiet one no less. */
const LEAST = 1e-12;
const MOST = 1e-3;
/** A rate that has changed by less changes no threshold: bounds are not to wander with the time of day. */
const STEP = 2;

/** `rate`: rows a millisecond. */
export function falseAlarmsARow({ count, span }: MonitorPolicy['falseAlarms'], rate: number): number {
  const rows = span * rate;
  const wanted = rows > 0 ? count / rows : MOST;
  return Math.min(MOST, Math.max(LEAST, wanted));
}

/** The budget that is in force: the one before, as long as it is near what is wanted. */
export function keptBudget(before: number | null, wanted: number): number {
  if (before === null) return wanted;
  return wanted > before * STEP || wanted < before / STEP ? wanted : before;
}
