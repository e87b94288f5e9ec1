/** What jobs are told by. Pure. */
import { countText } from '../../text/count.ts';
import { lengthText } from '../needs/case.ts';
import type { ServingPlatform } from '../needs/needs.ts';
import type { BatchSize, Obstacle } from './option.ts';
import type { Situation } from './situation.ts';

/** `1 lane on a c5.large`, `4 lanes in a pod`. */
export function batchText({ lanes, machines, instance }: BatchSize): string {
  const words = countText(lanes, 'lane');
  if (machines > 1) return `${words} on ${machines} machines (${instance ?? 'pods'})`;
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

const NEAREST: Readonly<Record<string, string>> = {
  sagemaker: 'platform: kubernetes or machine',
};

/** Why a job cannot run there; null where it can. */
export function notOn({ wants }: Situation, platform: ServingPlatform): Obstacle | null {
  if (wants.offline)
    return {
      need: 'offline',
      what: 'its answers would have to come over a network that is not there',
      nearest: 'the model beside the application: edge',
    };
  if (wants.platform !== platform) return null;
  return {
    need: 'platform',
    what: 'SageMaker starts no jobs by files, by messages or by the minute',
    nearest: NEAREST[platform] ?? '',
  };
}
