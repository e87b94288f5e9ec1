import { expect, test } from 'vitest';
import { noTargetWords, targetsOf } from './targets.ts';

const endpoint = (given: object) => ({
  name: 'churn',
  model: 'churn',
  stable: 1,
  previous: null,
  rollout: null,
  ...given,
});

test('a version goes to endpoints of its model that another one answers, and where nothing is on its way', () => {
  const all = [
    endpoint({}),
    endpoint({ name: 'busy', rollout: { id: 'ro_1', candidate: 3 } }),
    endpoint({ name: 'served', stable: 2 }),
    endpoint({ name: 'other', model: 'fraud' }),
  ];
  expect(targetsOf('churn', 2, all).map(({ name }) => name)).toEqual(['churn']);
});

test('where it can go nowhere it is said why', () => {
  expect(noTargetWords('churn', 2, [endpoint({ rollout: { id: 'ro_1', candidate: 3 } })])).toEqual({
    text: 'Version 3 is being rolled out at churn: wait for its end, or end it.',
    rollout: 'ro_1',
  });
  expect(noTargetWords('churn', 1, [endpoint({})]).text).toContain('It is the first');
  expect(noTargetWords('churn', 2, [endpoint({ stable: 2, previous: 1 })]).text).toBe(
    'Version 2 answers everybody at churn already.',
  );
  expect(noTargetWords('churn', 2, []).text).toContain('No endpoint is of churn');
});
