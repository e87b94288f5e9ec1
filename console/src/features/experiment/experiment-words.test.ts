import { expect, test } from 'vitest';
import type { ExperimentView, RolloutView } from '../../api/generated/control-api.ts';
import { conclusionWords } from './conclusion-words.ts';
import { barOf, type MetricResult, standingIn, standingWords } from './metric-words.ts';
import { outlookWords, ruleWords } from './rule-words.ts';

const REVENUE: MetricResult = {
  ...{ metric: 'revenue', scale: 'plain', isPrimary: true, isGuardrail: false, direction: 'up', margin: 0 },
  ...{ arm: 'candidate', units: [1204, 1190], mean: 12.41, controlMean: 11.9 },
  ...{ estimate: 0.51, lower: 0.12, upper: 0.9, atTheEnd: null, chance: 0.998 },
};
const RULE: ExperimentView['rule'] = {
  ...{ bar: 0, alpha: 0.05, maturity: 86_400_000, elapsed: 0, deadline: 30 * 86_400_000 },
  ...{ onTimeout: 'hold', isFixed: false, minimumEffect: 0.5, segments: null, segmentGuard: null },
};
const ARM = { version: 1, share: 0.5, units: 1200, lost: null, guards: {} };
const VIEW: ExperimentView = {
  arms: [
    { ...ARM, name: 'stable', isControl: true },
    { ...ARM, name: 'candidate', version: 2, isControl: false },
  ],
  metrics: [REVENUE],
  ...{ segments: [], differences: [], split: { p: 0.4, alpha: 0.001 }, rule: RULE, winner: null, looks: [] },
  outlook: {
    ...{ arm: 'candidate', rate: 0.1, deviation: 10, units: 112_320, detectable: 0.2 },
    ...{ minimumEffect: 241_200_000, decision: 3_600_000 },
  },
};
const rollout = (more: Partial<RolloutView>): RolloutView =>
  ({ state: 'running', reason: 'Collecting', ...more }) as RolloutView;

test('the conclusion is a sentence: what won, what lost, or what is not known', () => {
  expect(conclusionWords(rollout({ state: 'promoted' }), { ...VIEW, winner: 'candidate' })).toBe(
    'candidate wins and answers everybody. It is at +0.51 revenue a unit (between +0.12 and +0.9 at every look) against stable.',
  );
  const undecided = { ...REVENUE, lower: -0.1 };
  expect(
    conclusionWords(rollout({ state: 'promoted' }), { ...VIEW, metrics: [undecided], winner: 'candidate' }),
  ).toContain("by a person's word");
  expect(conclusionWords(rollout({}), { ...VIEW, metrics: [undecided] })).toMatch(
    /^Nothing is decided yet. cand/,
  );
  const lost = VIEW.arms.map((arm) => ({ ...arm, lost: arm.isControl ? null : 'guardrail visits' }));
  expect(conclusionWords(rollout({ state: 'rolled-back' }), { ...VIEW, arms: lost })).toMatch(
    /^candidate broke the guardrail visits. Everybody is answered by stable again/,
  );
  const empty = { ...REVENUE, estimate: null, lower: null, upper: null };
  expect(conclusionWords(rollout({}), { ...VIEW, metrics: [empty] })).toContain('Nothing is known yet');
  expect(conclusionWords(rollout({}), { ...VIEW, metrics: [{ ...REVENUE, lower: null }] })).toContain(
    'Too few values',
  );
  expect(conclusionWords(rollout({}), { ...VIEW, split: { p: 1e-9, alpha: 0.001 } })).toMatch(
    /^Nothing can be concluded/,
  );
});

test('an arm stands where its whole interval lies, in the direction that is better', () => {
  const less = { ...REVENUE, direction: 'down' } as const;
  expect([standingIn(REVENUE, RULE), standingIn(less, RULE)]).toEqual(['ahead', 'behind']);
  expect(standingIn({ ...REVENUE, lower: -1 }, RULE)).toBe('open');
  expect(standingIn({ ...REVENUE, lower: null }, RULE)).toBe('unknown');
  const guardrail = { ...less, isPrimary: false, isGuardrail: true, margin: 1 };
  expect([barOf(guardrail, RULE), barOf({ ...REVENUE, isPrimary: false }, RULE)]).toEqual([1, 0]);
  expect(standingWords(guardrail, RULE).words).toBe('Holds');
  expect(standingWords({ ...guardrail, lower: 1.1, upper: 2 }, RULE)).toEqual({
    words: 'Broken',
    level: 'act',
  });
  expect(barOf(REVENUE, { ...RULE, bar: -0.3 })).toBe(-0.3);
});

test('what decides is said, and what is expected of the traffic', () => {
  const rules = ruleWords(VIEW, REVENUE).join(' ');
  expect(rules).toContain('revenue decides; more is better.');
  expect(rules).toContain('5 % of experiments ever find a winner');
  expect(rules).toContain('A unit counts 1 d after its first answer');
  expect(outlookWords(VIEW, REVENUE).join(' ')).toContain(
    'The minimum effect of 0.5 is expected to be found 2 d 19 h after the beginning.',
  );
  expect(outlookWords({ ...VIEW, outlook: null }, REVENUE)).toEqual([]);
});
