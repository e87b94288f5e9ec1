/** What becomes of rollouts, by what is told of them. */
import type { Story } from './story.ts';
import { trafficOf, WORLD_POLICY } from './world.ts';

export const STORIES: Readonly<Record<string, Story>> = {
  'that is promoted': { traffic: trafficOf(400), seconds: 12 },
  'that is rolled back': { traffic: trafficOf(400, 80), seconds: 6 },
  'that is paused, resumed and aborted': {
    traffic: trafficOf(400),
    seconds: 7,
    commands: { 2: 'pause', 3: 'resume', 5: 'abort' },
  },
  'that shadows first': {
    row: {
      policy: { ...WORLD_POLICY, stages: [{ shadow: 100, bake: '2s', minUnits: 0 }, ...WORLD_POLICY.stages] },
    },
    traffic: trafficOf(400),
    seconds: 12,
  },
};
