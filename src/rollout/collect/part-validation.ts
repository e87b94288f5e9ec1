/** Whether a piece of a part is what a worker can have recorded: a defect in one worker must not spoil a window. Pure. */

import type { RecordingSpec } from '../route.ts';
import { LATENCY_BINS, PAIR_ARM, type WindowPart } from '../window-part.ts';

/** Most of anything that one piece counts. */
const COUNT_MAX = 2 ** 26;
/** Most samples, answers and values of segments that one piece carries. */
const LIST_MAX = 2 ** 16;

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0 && value <= COUNT_MAX;

const isIndex = (value: number, length: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < length;

/** Flags that a recording can set: failed and one for each mark. */
export const flagsMask = ({ slow, shifted }: Pick<RecordingSpec, 'slow' | 'shifted'>): number =>
  2 ** (1 + slow.length + shifted.length) - 1;

export function isValidPart(part: WindowPart, recording: RecordingSpec): boolean {
  const { arms } = recording;
  const lists = [part.samples, part.answers, part.segments];
  return (
    isCount(part.seq) &&
    Number.isSafeInteger(part.window) &&
    Number.isSafeInteger(part.epoch) &&
    lists.every(({ length }) => length <= LIST_MAX) &&
    areUnitsSound(part, recording) &&
    part.answers.every(({ arm, at }) => isIndex(arm, arms.length) && Number.isFinite(at)) &&
    part.nameless.every(
      ({ arm, flags, segment, count }) =>
        Number.isInteger(flags) && isMember(arm, flags, segment, part, recording) && isCount(count),
    ) &&
    part.latency.length <= arms.length &&
    part.latency.every((bins) => bins.length <= LATENCY_BINS) &&
    isCount(part.shadow.mirrored) &&
    isCount(part.shadow.dropped)
  );
}

function areUnitsSound(part: WindowPart, recording: RecordingSpec): boolean {
  const { high, low, arm, flags, segment } = part.units;
  if (![high, low, arm, segment].every(({ length }) => length === flags.length)) return false;
  for (let i = 0; i < flags.length; i++)
    if (!isMember(arm[i]!, flags[i]!, segment[i]!, part, recording)) return false;
  return true;
}

function isMember(
  arm: number,
  flags: number,
  segment: number,
  { segments }: WindowPart,
  recording: RecordingSpec,
): boolean {
  const known = flagsMask(recording);
  const allowed = arm === PAIR_ARM ? (known | (known << 16)) >>> 0 : known;
  const isArm = arm === PAIR_ARM || isIndex(arm, recording.arms.length);
  return isArm && (flags & ~allowed) === 0 && isIndex(segment, Math.max(1, segments.length));
}
