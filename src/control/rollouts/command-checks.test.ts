import { expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { ROLLOUT } from '../../server/api/testing/control.ts';
import type { RolloutCommand, RolloutView } from '../port.ts';
import { refuseCommandWithoutEffect, refuseImpossibleCommand } from './command-checks.ts';

const said = (work: () => void): string => {
  try {
    work();
  } catch (error) {
    if (isPlimsollError(error)) return `${error.message}. ${error.hint}`;
    throw error;
  }
  return 'obeyed';
};
const over = (state: RolloutView['state'], reason: string): RolloutView => ({
  ...ROLLOUT,
  ...{ state, reason, endedAt: '2026-01-01T01:00:00.000Z' },
});

test('a rollout that is over takes no word, and the refusal names the way back', () => {
  expect(said(() => refuseImpossibleCommand('abort', over('promoted', 'Promoted by ana')))).toBe(
    'Cannot abort rollout ro_1 of "churn": it is over (Promoted by ana). To take version 2 back: plimsoll rollback churn --to 1',
  );
  expect(said(() => refuseImpossibleCommand('resume', over('aborted', 'Aborted by ana')))).toContain(
    'To try again: plimsoll rollout start churn --to 2',
  );
});

test('the same word again is obeyed: a caller who got no answer may repeat it', () => {
  expect(said(() => refuseImpossibleCommand('abort', over('aborted', 'Aborted by ana')))).toBe('obeyed');
  expect(said(() => refuseImpossibleCommand('promote', over('promoted', 'Promoted by ana')))).toBe('obeyed');
});

test('an approval that no stage asks for is refused', () => {
  expect(said(() => refuseImpossibleCommand('approve', ROLLOUT))).toContain(
    'stage 3 of 5 asks for no approval',
  );
  expect(said(() => refuseImpossibleCommand('approve', { ...ROLLOUT, stage: 3 }))).toBe('obeyed');
});

test('a word that moved nothing is told so, one that did is obeyed', () => {
  const holding: RolloutView = { ...ROLLOUT, state: 'holding', reason: 'every stage is done' };
  const cases: readonly (readonly [RolloutCommand, RolloutView, RolloutView, string])[] = [
    ['resume', holding, holding, 'it is holding (every stage is done)'],
    ['resume', holding, ROLLOUT, 'obeyed'],
    ['resume', ROLLOUT, ROLLOUT, 'obeyed'],
    ['pause', ROLLOUT, holding, 'obeyed'],
    ['pause', holding, holding, 'obeyed'],
    ['promote', ROLLOUT, ROLLOUT, 'it is running'],
    ['promote', ROLLOUT, over('rolled-back', 'harm'), 'obeyed'],
    ['approve', ROLLOUT, { ...ROLLOUT, progress: { ...ROLLOUT.progress!, approved: true } }, 'obeyed'],
    ['approve', holding, holding, 'Resume it first'],
  ];
  for (const [command, before, after, wanted] of cases)
    expect(
      said(() => refuseCommandWithoutEffect(command, before, after)),
      command,
    ).toContain(wanted);
});
