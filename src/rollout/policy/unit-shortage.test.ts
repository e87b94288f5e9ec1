import { expect, test } from 'vitest';
import { lintPolicy } from './lint.ts';
import { parsePolicy } from './policy.ts';
import { unitShortageWarnings } from './unit-shortage.ts';

test('two hundred units are too few for the default policy: the stage at 5 % and the certificate never end', () => {
  const { warnings } = lintPolicy(parsePolicy({}), { rate: 10, errorRate: 0, units: 200 });
  expect(warnings).toEqual([
    'stages[1] waits for 50 distinct units of each arm, and the smaller arm of 200 units has 10: it never ends; it takes 1000 units, or a minUnits of 10 at most',
    'the certificate of fewer than 0.5 % needs 1438 distinct units without a failure, and the candidate is asked for 200 of 200: it is never complete where units come again; a margin of 3.1 % is the narrowest that so few can certify',
    'with 200 units the candidate is not promoted by its evidence: after 1d the rollout ends with "hold"',
  ]);
});

test.each([
  ['enough of them', {}, 1438],
  ['no shadow stage, and twice as many', { stages: [{ weight: 50 }, { weight: 100 }] }, 2876],
  ['no certificate', { certificate: false }, 1000],
  ['a wider margin', { certificate: { margin: 0.05 } }, 1000],
])('nothing is waited for in vain with %s', (_what, policy, units) => {
  expect(unitShortageWarnings(parsePolicy(policy), units)).toEqual([]);
});

test('one unit less is told of', () => {
  expect(unitShortageWarnings(parsePolicy({}), 1437)[0]).toContain('asked for 1437 of 1437');
  expect(unitShortageWarnings(parsePolicy({ certificate: false }), 999)[0]).toContain('stages[1]');
});

test('without a number of units nothing is said of them', () => {
  expect(lintPolicy(parsePolicy({}), { rate: 10, errorRate: 0 }).warnings).toEqual([]);
});

test('what is waited for in vain is expected never', () => {
  const { certificate, promotion } = lintPolicy(parsePolicy({}), { rate: 10, errorRate: 0, units: 200 });
  expect([certificate!.time, promotion]).toEqual([null, null]);
  const uncertified = parsePolicy({ certificate: false });
  expect(lintPolicy(uncertified, { rate: 10, errorRate: 0, units: 999 }).promotion).toBeNull();
  expect(lintPolicy(uncertified, { rate: 10, errorRate: 0, units: 1000 }).promotion).not.toBeNull();
});

test('of the stages that are over nothing is said', () => {
  expect(unitShortageWarnings(parsePolicy({ certificate: false }), 200, 2).join()).not.toContain('stages[1]');
});
