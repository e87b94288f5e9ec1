/** Rollouts in words: what kind they are, and how they stand. Pure. */
import type { RolloutSummary, RolloutView } from '../api/generated/control-api.ts';
import { type Level, waitsForApproval } from './standing.ts';

/** What a rollout of this kind does, so that nobody takes it for another. */
export function strategyWords({
  strategy,
  candidate,
  stableVersion,
}: Pick<RolloutView, 'strategy' | 'candidate' | 'stableVersion'>): string {
  const [next, now] = [`version ${candidate}`, `version ${stableVersion}`];
  return {
    canary: `A canary: ${next} answers a growing share of units, and goes on only while nothing speaks against it.`,
    ab: `An experiment: units are split over arms, and one metric decides which version everybody gets.`,
    shadow: `A shadow: ${next} is asked what ${now} answers, and answers nobody. It is never promoted by itself.`,
    'blue-green': `Blue-green: ${next} takes over in one step; both versions stay loaded, and a few units stay with ${now} to compare with.`,
    immediate: `A replacement: everybody got ${next} at once, by a person's word. No evidence was asked for.`,
    placebo: `A placebo: ${now} against itself. A rollback would be a false alarm, and nothing is promoted.`,
  }[strategy];
}

export const STATE_NAMES: Readonly<Record<RolloutSummary['state'], string>> = {
  running: 'Running',
  holding: 'Paused',
  promoted: 'Promoted',
  'rolled-back': 'Rolled back',
  aborted: 'Aborted',
};

export const STATE_LEVELS: Readonly<Record<RolloutSummary['state'], Level>> = {
  running: 'moving',
  holding: 'act',
  promoted: 'steady',
  'rolled-back': 'watch',
  aborted: 'idle',
};

/** How it stands, and whether a person is needed. */
export function rolloutStanding(rollout: RolloutView): { readonly words: string; readonly level: Level } {
  const { state, holdCause } = rollout;
  if (waitsForApproval(rollout)) return { words: 'Waits for approval', level: 'act' };
  // It holds by itself where it cannot go on: only a pause is a pause.
  return {
    words: state === 'holding' && holdCause !== 'paused' ? 'Waits for a person' : STATE_NAMES[state],
    level: STATE_LEVELS[state],
  };
}
