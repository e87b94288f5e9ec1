/** What was said and decided, in words. Pure. */
import type { RolloutHistory } from '../../api/generated/control-api.ts';
import { STATE_NAMES } from '../../facts/rollout-words.ts';

export type Decision = RolloutHistory['moments'][number];

const TOLD: Readonly<Record<string, string>> = {
  pause: 'paused it',
  resume: 'resumed it',
  approve: 'let the stage end',
  promote: 'promoted it',
  abort: 'aborted it',
};

/** What a moment changed against the one before: who did what, and what came of it. */
export function decisionWords(
  { command, by, state, stage, weight }: Decision,
  before: Decision | undefined,
): string {
  const changes = [
    ...(command === null ? [] : [`${by ?? 'Somebody'} ${TOLD[command] ?? command}`]),
    ...(before !== undefined && before.state !== state && !(command !== null && state === 'running')
      ? [stateOf({ command, state })]
      : []),
    ...(before === undefined
      ? [`Began at ${shareOf(weight)}`]
      : before.stage !== stage || before.weight !== weight
        ? [`${shareOf(before.weight)} → ${shareOf(weight)}`]
        : []),
  ];
  return changes.join(' · ');
}

/** Short enough for a chart; null where nothing is drawn. */
export function markWords(moment: Decision, before: Decision | undefined): string | null {
  if (before === undefined) return null;
  if (moment.state !== before.state)
    return moment.state === 'running' ? 'resumed' : stateOf(moment).toLowerCase();
  return moment.weight === before.weight ? null : shareOf(moment.weight);
}

/** It holds by itself where it cannot go on: only a pause is a pause. */
const stateOf = ({ command, state }: Pick<Decision, 'command' | 'state'>): string =>
  state === 'holding' && command !== 'pause' ? 'Held' : STATE_NAMES[state];

const shareOf = (weight: number): string => `${Math.round(weight * 100) / 100} %`;
