import { expect, test } from 'vitest';
import {
  candidateShare,
  firstDraft,
  isGuarded,
  policyIn,
  stagesIn,
  withCandidateShare,
  withGuard,
  withNumber,
  withStage,
  withStages,
  withValue,
  writtenDuration,
} from './policy-draft.ts';

const OUTLINE = {
  stages: [
    { shadow: 100, weight: 0, bake: 600_000, minUnits: 50, approval: false },
    { shadow: 0, weight: 50, bake: 5_400_000, minUnits: 50, approval: true },
    { shadow: 0, weight: 100, bake: 0, minUnits: 50, approval: false },
  ],
  ...{ guards: ['errors'], certificate: true, holdback: 0, maxTime: 86_400_000, onTimeout: 'hold' },
};
const STAGES = [
  { shadow: 100, bake: '10m', minUnits: 50 },
  { weight: 50, bake: '1h30m', minUnits: 50, approval: true },
  { weight: 100, bake: '0s', minUnits: 50 },
];

test('editing begins with what would hold, and keeps what the form does not show', () => {
  expect(firstDraft('canary', { given: null, policy: OUTLINE })).toEqual({ stages: STAGES });
  expect(firstDraft('canary', { given: { segments: 'x-country' }, policy: OUTLINE })).toEqual({
    segments: 'x-country',
    stages: STAGES,
  });
  expect(firstDraft('ab', { given: null, policy: null })).toEqual({
    primary: { metric: '', direction: 'up', maturity: '1d' },
  });
});

test('stages that are read into fields and written again are the same', () => {
  const draft = stagesIn({ stages: STAGES });
  expect(draft.map(({ kind, percent }) => `${kind} ${percent}`)).toEqual([
    'shadow 100',
    'weight 50',
    'weight 100',
  ]);
  expect(withStages({ window: '1s' }, draft)).toEqual({ window: '1s', stages: STAGES });
  expect(withStage(draft).map(({ percent }) => percent)).toEqual(['100', '50', '50', '100']);
});

test('what a field leaves empty is left out, and what is no number goes as it is', () => {
  const [stage] = stagesIn({ stages: [{ weight: 5 }] });
  const of = (given: object) => withStages({}, [{ ...stage!, ...given }])['stages'];
  expect(of({})).toEqual([{ weight: 5 }]);
  expect(of({ percent: 'half' })).toEqual([{ weight: 'half' }]);
  expect(withNumber({ primary: { minimumEffect: 1 } }, ['primary', 'minimumEffect'], '')).toEqual({
    primary: {},
  });
});

test('guards are on unless they are off, but for labels, which are off unless they are named', () => {
  expect([isGuarded({}, 'errors'), isGuarded({}, 'labels')]).toEqual([true, false]);
  const off = withGuard({}, 'errors', false);
  expect(off).toEqual({ guards: { errors: false } });
  expect(withGuard(off, 'errors', true)).toEqual({ guards: {} });
  expect(withGuard({}, 'labels', true)).toEqual({ guards: { labels: { maturity: '1d' } } });
});

test('the arms of an experiment share all units', () => {
  expect(candidateShare({})).toBe('50');
  const policy = withCandidateShare({}, '12.5');
  expect(candidateShare(policy)).toBe('12.5');
  expect(policy['arms']).toMatchObject([{ weight: 87.5 }, { weight: 12.5 }]);
  const three = { arms: ['stable', 'candidate', 'other'].map((name) => ({ name })) };
  expect(candidateShare(three)).toBeNull();
});

test('lengths of time are written as policies write them', () => {
  expect([0, 1500, 90_000, 86_400_000, 5_400_000].map(writtenDuration)).toEqual([
    '0s',
    '1s500ms',
    '1m30s',
    '1d',
    '1h30m',
  ]);
});

test('a text is a policy where it is an object of JSON', () => {
  expect(policyIn('{"window":"1s"}')).toEqual({ window: '1s' });
  expect([policyIn('[1]'), policyIn('{'), policyIn('1')]).toEqual([null, null, null]);
  expect(withValue({ a: { b: 1, c: 2 } }, ['a', 'b'], undefined)).toEqual({ a: { c: 2 } });
});
