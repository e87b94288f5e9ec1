import { expect, test } from 'vitest';
import { parseNeeds, WRITTEN_NEEDS } from '../../advise/needs/needs.ts';
import { type KnownNeeds, MODEL_QUESTION, modelNeedOf, promptOf, QUESTIONS } from './questions.ts';

const asked = (known: KnownNeeds): readonly string[] =>
  QUESTIONS.filter((question) => question.isAsked(known)).map(({ need }) => need);

test('each question is about a need of the file, and the answer that it shows is one', () => {
  for (const { need, example, choices } of QUESTIONS) {
    expect(Object.keys(WRITTEN_NEEDS.properties ?? {})).toContain(need);
    for (const answer of choices ?? [example])
      expect(() => parseNeeds({ requests: '1/s', [need]: answer }), `${need}: ${answer}`).not.toThrow();
  }
});

test('a schedule is asked for its rows and its period, a request for its traffic', () => {
  expect(asked({ asked: 'schedule' })).toEqual([
    'asked',
    'rows',
    'every',
    'freshness',
    'latency',
    'budget',
    'platform',
  ]);
  expect(asked({})).toContain('requests');
  expect(asked({})).not.toContain('rows');
  expect(asked({ rows: '3 M/day' })).not.toContain('requests');
});

test('no line of a prompt is longer than a terminal is wide', () => {
  for (const question of [MODEL_QUESTION, ...QUESTIONS])
    for (const known of [{}, { asked: 'schedule' }, { asked: 'event' }])
      for (const line of promptOf(question, known).split('\n')) expect(line.length, line).toBeLessThan(80);
});

test('a prompt shows an answer with its unit, and what is taken where nothing is said', () => {
  const [, requests, peak] = QUESTIONS;
  expect(promptOf(requests!, {})).toBe(
    'Requests or events, on average, while there is traffic?\n  such as 40/s: ',
  );
  expect(promptOf(peak!, {})).toContain('[three times the average]');
  const late = QUESTIONS.find(({ need }) => need === 'latency')!;
  expect(promptOf(late, { asked: 'schedule' })).toContain('[a quarter of the period]');
});

test('a time describes a model that is not here, and anything else names one', () => {
  expect(modelNeedOf('30us')).toEqual({ perRow: '30us' });
  expect(modelNeedOf('churn@3')).toBe('churn@3');
  expect(() =>
    parseNeeds({ requests: '1/s', model: modelNeedOf(MODEL_QUESTION.example!.split(', ')[1]!) }),
  ).not.toThrow();
});
