/** Which marks of a recording an answer is beyond, as bits. Pure. */

import type { RecordingSpec } from '../../rollout/route.ts';
import { shiftBit, slowBit } from '../../rollout/window-part.ts';
import type { FirstRow } from './first-row.ts';

type Marks = Pick<RecordingSpec, 'slow' | 'shifted'>;

/** Bits of the latency marks that so many milliseconds are beyond. */
export function slowFlags({ slow }: Marks, millis: number): number {
  let flags = 0;
  slow.forEach((mark, i) => {
    if (millis > mark.millis) flags |= slowBit(i);
  });
  return flags;
}

/** Bits of the marks that a first row is beyond. */
export function shiftFlags({ slow, shifted }: Marks, { score, label }: FirstRow): number {
  let flags = 0;
  shifted.forEach((mark, i) => {
    const isBeyond =
      mark.kind === 'label'
        ? label === mark.limit
        : score !== null && (mark.kind === 'below' ? score < mark.limit : score > mark.limit);
    if (isBeyond) flags |= shiftBit({ slow }, i);
  });
  return flags;
}
