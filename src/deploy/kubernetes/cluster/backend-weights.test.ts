import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { percentsOf, rulesWith } from './backend-weights.ts';

const rulesOf = (weights: Readonly<Record<string, number | undefined>>) => [
  {
    backendRefs: Object.entries(weights).map(([name, weight]) => ({
      name,
      port: 80,
      ...(weight === undefined ? {} : { weight }),
    })),
  },
];

describe('Shares of versions', () => {
  test('are weights over their sum, of which one that is not said is 1', () => {
    expect([...percentsOf('churn', rulesOf({ 'churn-v1': 3, 'churn-v2': undefined }))]).toEqual([
      [1, 75],
      [2, 25],
    ]);
    expect([...percentsOf('churn', rulesOf({ 'churn-v1': 0, other: 5 }))]).toEqual([[1, 0]]);
    expect(percentsOf('churn', rulesOf({ 'churn-v01': 1, 'churn-vx': 1, churn: 1 })).size).toBe(0);
  });

  test('are left as they are where they are so already, whatever the weights', () => {
    const rules = rulesOf({ 'churn-v1': 950, 'churn-v2': 50 });
    expect(
      rulesWith(
        'churn',
        rules,
        new Map([
          [1, 95],
          [2, 5],
        ]),
      ),
    ).toBeNull();
    expect(
      rulesWith(
        'churn',
        rules,
        new Map([
          [1, 90],
          [2, 10],
        ]),
      ),
    ).toEqual(rulesOf({ 'churn-v1': 90, 'churn-v2': 10 }));
  });

  test('are written to every rule, where a single one has others', () => {
    const so = rulesOf({ 'churn-v1': 95, 'churn-v2': 5 });
    const other = rulesOf({ 'churn-v1': 50, 'churn-v2': 50 });
    const wanted = new Map([
      [1, 95],
      [2, 5],
    ]);
    expect(rulesWith('churn', [...so, ...other], wanted)).toEqual([...so, ...so]);
    expect(rulesWith('churn', [...so, ...so], wanted)).toBeNull();
  });

  test('come back as they were written, to a hundredth of a percent, and touch nothing else', () => {
    const seed = Date.now() % 2 ** 31;
    const shares = fc.integer({ min: 0, max: 10_000 });
    fc.assert(
      fc.property(shares, (parts) => {
        const percents = new Map([
          [1, 100 - parts / 100],
          [2, parts / 100],
        ]);
        const rules = [
          { timeouts: { request: '60s' }, ...rulesOf({ 'churn-v1': 7, 'churn-v2': 5, else: 2 })[0] },
        ];
        const written = rulesWith('churn', rules, percents) ?? rules;
        const back = percentsOf('churn', written);
        for (const [version, percent] of percents)
          expect(Math.abs(back.get(version)! - percent)).toBeLessThan(0.006);
        expect(written[0]).toMatchObject({ timeouts: { request: '60s' } });
        expect((written[0]!['backendRefs'] as object[])[2]).toEqual({ name: 'else', port: 80, weight: 2 });
      }),
      { seed, verbose: true },
    );
  });
});
