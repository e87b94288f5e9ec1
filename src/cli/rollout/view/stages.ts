/** The stages of a rollout as a bar, and what the current one still waits for. */
import type { RolloutView } from '../../../control/port.ts';
import type { StageView } from '../../../rollout/decide/status.ts';
import type { RolloutStage } from '../../../rollout/policy/policy.ts';
import { grouped } from '../../../text/numbers.ts';

import { elapsedText, evidenceBar } from './numbers.ts';
import { type StyledLine, wordsOf, wrapWords } from './styled-line.ts';

type Word = StyledLine[number];

export function stageLines(rollout: RolloutView, width: number): StyledLine[] {
  const { progress, state, weight } = rollout;
  if (progress === undefined) return [];
  const isOver = state !== 'running' && state !== 'holding';
  const words = progress.stages.map((stage, i) => stageWord(stage, i, rollout));
  const lines = wrapWords('Stages', words, width, '  ');
  if (isOver)
    return [...lines, ...wrapWords('Weight', [`the candidate answers ${weight} % of units`], width)];
  return [...lines, ...progressLines(progress, rollout, width)];
}

const label = ({ shadow, weight, approval }: RolloutStage): string =>
  `${shadow > 0 ? `shadow ${shadow} %` : `${weight} %`}${approval ? ' (approval)' : ''}`;

/** A person may promote early: stages that were skipped are not ticked. */
function stageWord(stage: RolloutStage, i: number, { stage: current, state }: RolloutView): Word {
  const hasFailed = state === 'rolled-back' || state === 'aborted';
  if (i < current) return [hasFailed ? 'dim' : 'green', `✓ ${label(stage)}`];
  if (state === 'promoted')
    return stage.weight === 100 ? ['green', `✓ ${label(stage)}`] : ['dim', `» ${label(stage)}`];
  if (i > current) return ['dim', `· ${label(stage)}`];
  return hasFailed ? ['red', `✗ ${label(stage)}`] : ['bold', `▶ ${label(stage)}`];
}

function progressLines(progress: StageView, rollout: RolloutView, width: number): StyledLine[] {
  const { stage, weight, state, endpoint } = rollout;
  const now = progress.stages[stage];
  if (now === undefined) return [];
  const { elapsed, bake, candidateUnits, stableUnits, approved } = progress;
  const exposure =
    now.shadow > 0
      ? `the candidate sees copies of ${now.shadow} % of requests; nobody gets its answers`
      : `the candidate answers ${weight} % of units`;
  const cells = Math.max(8, Math.min(24, width - 56));
  const units = `units in this stage: candidate ${grouped(candidateUnits)}, stable ${grouped(stableUnits)}; ${grouped(now.minUnits)} of each are wanted`;
  return [
    ...wrapWords('Stage', wordsOf(`${exposure}; for ${elapsedText(elapsed)} now`), width),
    ...wrapWords(
      '',
      [
        ['cyan', evidenceBar(now.bake === 0 ? 1 : bake / now.bake, cells)],
        `${elapsedText(bake)} of ${elapsedText(now.bake)} of evidence time`,
      ],
      width,
    ),
    ...wrapWords('', wordsOf(units), width),
    ...(now.approval
      ? wrapWords('', [approved ? ['green', 'approved'] : waits('approve', endpoint)], width)
      : []),
    ...(state === 'holding' ? wrapWords('', [waits('resume', endpoint)], width) : []),
  ];
}

const waits = (command: string, endpoint: string): Word => [
  'yellow',
  `waits for a person: plimsoll rollout ${command} ${endpoint}`,
];
