import { expect, test } from 'vitest';
import { pathOfSubject, runOf, whatWords, whyOf } from './entry-words.ts';

test('what was done is told in words', () => {
  expect(whatWords('rollout.rolled-back')).toBe('Rollout rolled back');
  expect(whatWords('key.created')).toBe('Key created');
});

test('an entry leads to the page of what it is about', () => {
  expect(pathOfSubject('endpoint/churn')).toEqual(['endpoints', 'churn']);
  expect(pathOfSubject('endpoint/a/b')).toEqual(['endpoints', 'a/b']);
  expect(pathOfSubject('rollout/ro_1')).toEqual(['rollouts', 'ro_1']);
  expect(pathOfSubject('job/nightly')).toEqual(['jobs', 'nightly']);
  expect(pathOfSubject('key/shop')).toEqual(['settings']);
  expect(pathOfSubject('churn@3')).toEqual(['models', 'churn', 'versions', '3']);
  expect(pathOfSubject('alert/a1')).toEqual(['alerts', 'a1']);
  expect(pathOfSubject('churn')).toEqual(['models', 'churn']);
  expect(pathOfSubject('bundles')).toEqual(['settings']);
  expect(pathOfSubject('constructor/x')).toBeNull();
  expect(pathOfSubject('planet/mars')).toBeNull();
});

test('why is what a person said, with what decided it', () => {
  expect(whyOf({ reason: 'it looks wrong', why: 'aborted' })).toBe('it looks wrong: aborted');
  expect(whyOf({ reason: null })).toBe('');
  expect(whyOf('text')).toBe('');
});

test('an entry about a job names its run', () => {
  expect(runOf({ subject: 'job/nightly', body: { run: 'r1' } })).toBe('r1');
  expect(runOf({ subject: 'endpoint/churn', body: { run: 'r1' } })).toBeNull();
});
