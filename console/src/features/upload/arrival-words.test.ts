import { expect, test } from 'vitest';
import type { EndpointView, ModelView, VersionView } from '../../api/generated/control-api.ts';
import { arrivalWords, earlierOf, nameProblem, outcomeWords } from './arrival-words.ts';

const version = (number: number, state: VersionView['state'] = 'ready') =>
  ({ model: 'churn', version: number, state }) as VersionView;
const models = [{ name: 'churn', latest: version(2) }] as unknown as readonly ModelView[];
const endpoint = (given: Partial<EndpointView>) =>
  [
    { name: 'churn', model: 'churn', stable: 1, previous: null, rollout: null, ...given },
  ] as readonly EndpointView[];

test('before it is sent it is said whom it will answer: nobody, or everybody where it is the first', () => {
  expect(arrivalWords('churn', models, endpoint({}))).toBe(
    'It becomes version 3 of churn. Version 1 goes on answering everybody at churn until you choose how the new one gets its traffic.',
  );
  expect(arrivalWords('churn', models, [])).toContain('as soon as its checks pass');
  expect(arrivalWords('fraud', models, endpoint({}))).toContain('nothing to compare it with');
});

test('afterwards it is said what has become of it', () => {
  expect(outcomeWords(version(1), null, endpoint({}))).toContain('it is the first');
  expect(outcomeWords(version(2), null, endpoint({}))).toBe(
    'Version 2 of churn is ready. It answers nobody yet.',
  );
  expect(outcomeWords(version(2), null, endpoint({ stable: 2, previous: 1 }))).toContain(
    'answers everybody at churn',
  );
  expect(outcomeWords(version(2, 'refused'), null, endpoint({}))).toContain(
    'Nothing has changed for callers',
  );
  const rolling = endpoint({ rollout: { candidate: 2 } as EndpointView['rollout'] });
  expect(outcomeWords(version(2), null, rolling)).toContain('is being rolled out');
});

test('the same bytes again are told apart from a new version', () => {
  expect(earlierOf(version(3, 'validating'), 2)).toBeNull();
  expect(earlierOf(version(2), 2)).toBe('ready');
  expect(earlierOf(version(1, 'validating'), 2)).toBe('proved again');
  expect(outcomeWords(version(2), 'ready', endpoint({}))).toContain('These bytes were uploaded before');
  expect(outcomeWords(version(2, 'validating'), 'proved again', endpoint({}))).toContain('checked again');
});

test('a name that no model can have is told', () => {
  expect([nameProblem('churn-2'), nameProblem('a'.repeat(100))]).toEqual([null, null]);
  for (const name of ['', '-churn', 'my model', 'a'.repeat(101)]) expect(nameProblem(name)).not.toBeNull();
});
