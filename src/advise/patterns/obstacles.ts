/** What is in the way of several patterns. Pure. */
import type { Obstacle } from './option.ts';
import type { Situation } from './situation.ts';

const OFFLINE: Obstacle = {
  need: 'offline',
  what: 'its answers would have to come over a network that is not there',
  nearest: 'the model beside the application: edge',
};

const ON_SAGEMAKER: Obstacle = {
  need: 'platform',
  what: 'SageMaker starts no jobs by files, by messages or by the minute',
  nearest: 'platform: kubernetes or machine',
};

/** No machine of the table of prices is large enough for it. */
export const TOO_SMALL: Obstacle = {
  need: 'platform',
  what: 'no machine of the table of prices holds the model',
  nearest: 'a table of prices with a larger one: --prices FILE',
};

/** What is answered elsewhere does not reach who has no network. */
export const offline = ({ wants }: Situation): readonly Obstacle[] => (wants.offline ? [OFFLINE] : []);

/** Jobs that something else than a person starts run in a server of ours. */
export const unstarted = (situation: Situation): readonly Obstacle[] => [
  ...offline(situation),
  ...(situation.wants.platform === 'sagemaker' ? [ON_SAGEMAKER] : []),
];
