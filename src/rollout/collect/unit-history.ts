/**
 * What the windows of one unit have been so far, in 32 bits: what tells apart units from windows of units. Pure.
 *
 * Bits 0–1 windows in which it was seen in an arm, up to LASTING · 2–3 how many of the last ones in a row it failed in,
 * where LASTING stays · 4 seen in this stage · 5 copied in this stage · 6 copied ever · 7–9 windows in a row in which
 * exactly one version failed its copies, the first of each row left out, up to REPEATS_MAX · 10 exactly one version did
 * so in the last window of copies · 16–23 seen in arm 0 … 7 · 24–31 failed in arm 0 … 7 (arms beyond share the last).
 */

/** A unit that fails in so many of its windows in a row fails again and again, and not by chance. */
export const LASTING_WINDOWS_MIN = 3;
/** Windows of one unit that count as repeated discordance: a single unit, however busy, must not decide. */
const REPEATS_MAX = 7;

export const SEEN_IN_STAGE = 1 << 4;
export const COPIED_IN_STAGE = 1 << 5;
export const COPIED = 1 << 6;
const REPEATS_SHIFT = 7;
const DISCORDANT = 1 << 10;
const STAGE_BITS = SEEN_IN_STAGE | COPIED_IN_STAGE;
const ARMS_APART = 8;

/** Every bit that a history may have. */
export const HISTORY_MASK = (0xffff0000 | 0x7ff) >>> 0;

const armBit = (first: number, arm: number): number => (1 << (first + Math.min(arm, ARMS_APART - 1))) >>> 0;
export const seenInArmBit = (arm: number): number => armBit(16, arm);
export const failedInArmBit = (arm: number): number => armBit(24, arm);

/** Windows in which the unit was seen, and in which it failed in a row. */
export const windowsSeen = (history: number): number => history & 3;
export const windowsFailedInARow = (history: number): number => (history >>> 2) & 3;

/** The history after a window in an arm. */
export function afterArm(history: number, arm: number, failed: boolean): number {
  const windows = Math.min(LASTING_WINDOWS_MIN, windowsSeen(history) + 1);
  const before = windowsFailedInARow(history);
  const failings = failed || before === LASTING_WINDOWS_MIN ? Math.min(LASTING_WINDOWS_MIN, before + 1) : 0;
  const bits = SEEN_IN_STAGE | seenInArmBit(arm) | (failed ? failedInArmBit(arm) : 0);
  return ((history & ~0xf) | windows | (failings << 2) | bits) >>> 0;
}

/** Whether a window in which exactly one version fails the unit's copies repeats the last one, and counts. */
export const isRepeat = (history: number, isDiscordant: boolean): boolean =>
  isDiscordant && (history & DISCORDANT) !== 0 && repeatsOf(history) < REPEATS_MAX;

const repeatsOf = (history: number): number => (history >>> REPEATS_SHIFT) & REPEATS_MAX;

/** The history after a window in which requests were copied. */
export function afterCopies(history: number, isDiscordant: boolean): number {
  const repeats = repeatsOf(history) + Number(isRepeat(history, isDiscordant));
  const others = history & ~((REPEATS_MAX << REPEATS_SHIFT) | DISCORDANT);
  const bits = COPIED_IN_STAGE | COPIED | (isDiscordant ? DISCORDANT : 0);
  return (others | bits | (repeats << REPEATS_SHIFT)) >>> 0;
}

/** Another stage begins. */
export const forNextStage = (history: number): number => (history & ~STAGE_BITS) >>> 0;
/** Arms are compared from now on: how often the unit came and failed before says nothing of either. */
export const forComparison = (history: number): number => (history & ~0xf) >>> 0;
