import { expect, test } from 'vitest';
import type { RolloutView } from '../../api/generated/control-api.ts';
import { type Decision, decisionWords, markWords } from './decision-words.ts';
import { gateWords } from './gate-words.ts';
import { commandsOf, offerOf } from './offers.ts';
import { stageSpans } from './stage-spans.ts';

const moment = (at: number, more: Partial<Decision> = {}): Decision => ({
  ...{ at, command: null, by: null, state: 'running', stage: 0, weight: 5, reason: '' },
  ...more,
});
const STORY = [
  moment(10),
  moment(20, { command: 'pause', by: 'ann', state: 'holding' }),
  moment(30, { command: 'resume', by: 'ann' }),
  moment(40, { stage: 1, weight: 25 }),
  moment(50, { stage: 1, weight: 0, state: 'rolled-back' }),
];

test('a decision says who did what, and what changed', () => {
  expect(STORY.map((one, k) => decisionWords(one, STORY[k - 1]))).toEqual([
    'Began at 5 %',
    'ann paused it · Paused',
    'ann resumed it',
    '5 % → 25 %',
    'Rolled back · 25 % → 0 %',
  ]);
  expect(STORY.map((one, k) => markWords(one, STORY[k - 1]))).toEqual([
    ...[null, 'paused', 'resumed', '25 %', 'rolled back'],
  ]);
  expect(decisionWords(moment(20, { state: 'holding' }), moment(10))).toBe('Held');
});

test('a stage lasts from its first moment to that of the next, or to the end of the rollout', () => {
  expect(stageSpans(STORY, 3, 60)).toEqual([{ from: 10, to: 40 }, { from: 40, to: 50 }, null]);
  expect(stageSpans(STORY.slice(0, 4), 2, null)).toEqual([
    { from: 10, to: 40 },
    { from: 40, to: null },
  ]);
});

test('a gate says what there is of what is wanted', () => {
  const rollout = {
    stage: 0,
    progress: {
      stages: [{ weight: 50, bake: 300_000, minUnits: 50 }],
      ...{ bake: 120_000, elapsed: 200_000, candidateUnits: 12, stableUnits: 90 },
    },
    evidence: { errors: { certificate: { log: Math.log(4), bound: Math.log(20) } }, outputs: {} },
  } as unknown as RolloutView;
  const told = (kind: Parameters<typeof gateWords>[0]['kind'], what = '', isPassed = false) =>
    gateWords({ kind, what, isPassed }, rollout);
  expect(told('bake')).toBe('Windows in which both versions were seen: 2 min of 5 min');
  expect(told('units')).toBe('Units: 12 of the candidate and 90 of stable; 50 of each are wanted');
  expect(told('doubt', 'evidence of harm in outputs to fall below ten to one')).toBe(
    'Evidence of harm must fall below ten to one: outputs is above it',
  );
  expect(told('certificate')).toBe('Certificate of no harm: errors at 4 to 1 of 20 to 1');
  expect([told('certificate', '', true), told('approval')]).toEqual([
    'Certified: no harm',
    'A person must approve',
  ]);
});

test('what is offered fits the state and the strategy', () => {
  const rollout = (more: object): RolloutView =>
    ({ ...{ strategy: 'canary', state: 'running', stage: 0, weight: 5 }, ...more }) as unknown as RolloutView;
  expect(commandsOf(rollout({}))).toEqual(['pause', 'promote', 'abort']);
  expect(commandsOf(rollout({ state: 'holding', strategy: 'shadow' }))).toEqual(['resume', 'abort']);
  expect(commandsOf(rollout({ state: 'promoted' }))).toEqual([]);
  const waiting = {
    progress: { stages: [{ approval: true, bake: 1 }], approved: false, elapsed: 2 },
  };
  expect(commandsOf(rollout(waiting))[0]).toBe('approve');
  expect(offerOf('promote', rollout({ strategy: 'ab', candidate: 2, stableVersion: 1 })).title).toContain(
    'stands best',
  );
});
