/** The stages of a rollout as a bar, and what the current one still waits for. */
import type { RolloutView } from '../../control/port.ts';
import type { StageView } from '../../rollout/decide/status.ts';
import { formatDuration } from '../../rollout/policy/duration.ts';
import type { Stage } from '../../rollout/policy/policy.ts';
import { bar } from './numbers.ts';
import type { Line } from './paint.ts';

type Word = Line[number];

export function stageLines(rollout: RolloutView, width: number): Line[] {
  const { progress, state, weight } = rollout;
  if (progress === undefined) return [];
  const isOver = state !== 'running' && state !== 'holding';
  const words = progress.stages.map((stage, i) => stageWord(stage, i, rollout));
  const lines: Line[] = [['Stages    ', ...words.flatMap((word, i) => (i === 0 ? [word] : ['  ', word]))]];
  if (isOver) return [...lines, ['Weight    ', `the candidate answers ${weight} % of units`]];
  return [...lines, ...progressLines(progress, rollout, width)];
}

const label = ({ shadow, weight, approval }: Stage): string =>
  `${shadow > 0 ? `shadow ${shadow} %` : `${weight} %`}${approval ? ' (approval)' : ''}`;

function stageWord(stage: Stage, i: number, { stage: current, state }: RolloutView): Word {
  if (state === 'promoted' || (i < current && state !== 'rolled-back' && state !== 'aborted'))
    return ['green', `✓ ${label(stage)}`];
  if (i < current) return ['dim', `✓ ${label(stage)}`];
  if (i > current) return ['dim', `· ${label(stage)}`];
  const isOver = state === 'rolled-back' || state === 'aborted';
  return isOver ? ['red', `✗ ${label(stage)}`] : ['bold', `▶ ${label(stage)}`];
}

function* progressLines(progress: StageView, { stage, weight }: RolloutView, width: number): Generator<Line> {
  const now = progress.stages[stage];
  if (now === undefined) return;
  const cells = Math.max(8, Math.min(24, width - 56));
  const share = now.bake === 0 ? 1 : progress.bake / now.bake;
  yield [
    'Stage     ',
    `the candidate answers ${weight} % of units, for ${formatDuration(progress.elapsed)} now`,
  ];
  yield [
    '          ',
    ['cyan', bar(share, cells)],
    ` ${formatDuration(progress.bake)} of ${formatDuration(now.bake)} of evidence time`,
  ];
  const { candidateUnits, stableUnits } = progress;
  yield [
    '          ',
    `units in this stage: candidate ${candidateUnits}, stable ${stableUnits}; ${now.minUnits} of each are wanted`,
  ];
  if (now.approval)
    yield [
      '          ',
      progress.approved ? ['green', 'approved'] : ['yellow', 'waits for a person: plimsoll rollout approve'],
    ];
}
