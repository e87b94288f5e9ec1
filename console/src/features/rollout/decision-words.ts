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
      ? [STATE_NAMES[state]]
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
  if (moment.state !== before.state) return STATE_NAMES[moment.state].toLowerCase();
  return moment.weight === before.weight ? null : shareOf(moment.weight);
}

const shareOf = (weight: number): string => `${Math.round(weight * 100) / 100} %`;
