import { expect, test } from 'vitest';
import { MonitorPolicies } from './policies.ts';

const endpoint = (name: string, model: string) => ({ name, model, stable: 1, versions: [], rollout: null });

test('requests that name a version themselves are redacted by the strictest rule of the endpoints of the model', async () => {
  const redact = (rules: object) => ({ log: { redact: rules } });
  const rows = [
    { endpoint: 'a', policy: redact({ age: 'bucket', name: 'hash', city: 'drop' }) },
    { endpoint: 'b', policy: redact({ age: 'hash', name: 'drop', city: 'bucket', zip: 'bucket' }) },
    { endpoint: 'c', policy: redact({ other: 'drop' }) },
  ].map((row) => ({ ...row, generation: 1, changedAt: 0, changedBy: 'test' }));
  const policies = new MonitorPolicies({
    monitors: () => Promise.resolve({ items: rows, damaged: [], next: null }),
  });
  await policies.read();
  const endpoints = [endpoint('a', 'churn'), endpoint('b', 'churn'), endpoint('c', 'price')];
  const strictest = { age: 'hash', name: 'drop', city: 'drop', zip: 'bucket' };
  expect(policies.redactionsOf('@churn', endpoints)).toEqual(strictest);
  expect(policies.redactionsOf('@churn', endpoints.toReversed())).toEqual(strictest);
  expect(policies.redactionsOf('c', endpoints)).toEqual({ other: 'drop' });
  // What becomes unreadable stays as it was: what must not be kept is not forgotten.
  rows[2]!.policy = { nonsense: 1 } as never;
  await policies.read();
  expect(policies.redactionsOf('c', endpoints)).toEqual({ other: 'drop' });
});
