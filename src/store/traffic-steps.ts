/** How finely, and how long, it is kept what versions were asked and answered. Pure. */
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Cells of time from the finest on, and how long they are kept, all in milliseconds. */
export const TRAFFIC_STEPS: readonly { readonly step: number; readonly kept: number }[] = [
  { step: MINUTE, kept: 3 * 60 * MINUTE },
  { step: 10 * MINUTE, kept: 2 * DAY + 60 * MINUTE },
  { step: 60 * MINUTE, kept: 90 * DAY + 60 * MINUTE },
];
