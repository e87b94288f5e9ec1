import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDesired, rolloutsIn } from './desired-state.ts';

const parse = (value: unknown) => parseDesired(value, 'plimsoll.yaml', ['port', 'models']);

test('what a file leaves out is left as it is', () => {
  expect(parse({}).endpoints.size).toBe(0);
  expect(parse({ endpoints: { churn: {} }, port: 8080 }).endpoints.get('churn')).toEqual({
    version: null,
    rollout: { strategy: 'canary', policy: null },
    rules: null,
    unit: null,
  });
});

test('all mistakes are named at once, with their paths', () => {
  const file = {
    endpoints: {
      churn: { version: 0, rules: [{ header: 'X-Beta', values: [], version: 3 }], rolout: {} },
      'a b': {},
      fraud: { rollout: { policy: { stages: [{ weight: 200 }] } } },
    },
    aliases: { churn: { champion: 'two' } },
    prot: 8080,
  };
  for (const path of [
    'endpoints.churn.version',
    'endpoints.churn.rules[0].header',
    'endpoints.churn.rules[0].values',
    'endpoints.churn.rolout',
    'the name endpoints.a b',
    'aliases.churn.champion',
    'prot is no key',
  ])
    expect(() => parse(file)).toThrow(path);
});

test('a policy is judged before anything is planned', () => {
  const file = { endpoints: { fraud: { rollout: { policy: { stages: [{ weight: 200 }] } } } } };
  expect(() => parse(file)).toThrow('endpoints.fraud.rollout.policy: stages[0].weight is 200');
});

test('whatever a file holds is parsed or refused in words', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom('endpoints', 'aliases', 'x'), (value, key) => {
      for (const file of [value, { [key]: value }, { [key]: { churn: value } }]) {
        try {
          parse(file);
        } catch (error) {
          expect(error).toMatchObject({ code: 'DESIRED_INVALID' });
        }
      }
    }),
  );
});

test('how endpoints get to their versions is the part of a file that others go by', () => {
  const policy = { stages: [{ weight: 10 }] };
  const endpoints = { churn: { rollout: { strategy: 'blue-green', policy } }, fraud: { version: 2 } };
  expect(rolloutsIn(endpoints, 'plimsoll.yaml')).toEqual({
    churn: { strategy: 'blue-green', policy },
    fraud: { strategy: 'canary', policy: null },
  });
  const wrong = { churn: { rollout: { policy: { stagse: [] } } } };
  expect(() => rolloutsIn(wrong, 'plimsoll.yaml')).toThrow('endpoints.churn.rollout.policy');
});
