/** How the time of a sweep is spent. Pure. */

/** Seconds of each part. */
export interface TimePlan {
  readonly warm: number;
  /** Of the closed loop of one client. */
  readonly calm: number;
  /** Of each closed loop that looks for the peak. */
  readonly peak: number;
  readonly light: number;
  /** Of one rate, and of all of them together. */
  readonly step: number;
  readonly steps: number;
  /** At half of the knee, and at nine tenths. */
  readonly hold: number;
}

export const SECONDS = { least: 5, usual: 60, most: 600 };
/** Closed loops that look for the peak, at most. */
export const PEAK_TRIES = 3;
const STEPS = 8;

/** Half of the time shows what answers take at half and at nine tenths of the knee: a p99.9 wants thousands of them. */
export function timePlan(seconds: number): TimePlan {
  const part = (share: number): number => share * seconds;
  return {
    ...{ warm: part(0.05), calm: part(0.05), peak: part(0.1) / PEAK_TRIES, light: part(0.05) },
    ...{ step: part(0.35) / STEPS, steps: part(0.35), hold: part(0.2) },
  };
}
