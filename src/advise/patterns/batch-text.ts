/** What jobs are told by. Pure. */
import { countText } from '../../text/count.ts';
import { lengthText } from '../needs/case.ts';
import type { BatchSize } from './option.ts';
import type { Situation } from './situation.ts';

/** `1 lane on one c5.large`, `4 lanes in a pod`, `40 lanes on a cluster of 3 pods`. */
export function batchText({ lanes, machines, instance }: BatchSize): string {
  const words = countText(lanes, 'lane');
  if (machines > 1) return `${words} on a cluster of ${machines} ${instance ?? 'pods'}`;
  return instance === null ? `${words} in a pod` : `${words} on one ${instance}`;
}

/** Below this share of its time, a machine of its own is mostly idle. */
const IDLE = 0.05;
/** What a machine that is always there cannot do. */
export const idleText = ({ wants }: Situation, run: number, every: number): readonly string[] =>
  wants.platform === 'machine' && run < IDLE * every
    ? [
        `cost less while it does not run: the machine is there for ${lengthText(run)} of work every ${lengthText(every)}, and has room for other jobs`,
      ]
    : [];
