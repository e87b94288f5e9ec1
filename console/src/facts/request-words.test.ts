import { expect, test } from 'vitest';
import { endWords, type RecentRequest, requestSentence, stageParts } from './request-words.ts';

const NO_STAGES = {
  receive: 0,
  queue: 0,
  load: 0,
  preprocess: 0,
  predict: 0,
  explain: 0,
  postprocess: 0,
  failed: 0,
};
const request = (more: Partial<RecentRequest>): RecentRequest => ({
  ...{ requestId: 'r', at: 0, version: 1, role: 'stable', status: 200, code: null, outcome: 'ok' },
  ...{ rows: 1, bytes: 40, ahead: 0, place: 'loop', isLogged: false, millis: 10, stages: NO_STAGES },
  ...more,
});

test('a sentence says where it was scored, and what took a millisecond or more and more than a quarter', () => {
  const stages = { ...NO_STAGES, queue: 40, predict: 8, postprocess: 2 };
  expect(requestSentence(request({ place: 'thread', ahead: 12, millis: 50, stages }))).toBe(
    'Scored in a thread; waited 40 ms behind 12 others',
  );
  const slow = { ...NO_STAGES, predict: 4, preprocess: 1 };
  expect(requestSentence(request({ millis: 5, stages: slow }))).toBe('Scored on the loop; scoring took 4 ms');
  const quick = { ...NO_STAGES, predict: 0.4, preprocess: 0.1 };
  expect(requestSentence(request({ millis: 0.5, stages: quick }))).toBe('Scored on the loop');
  const loading = { ...NO_STAGES, load: 900, predict: 5 };
  expect(requestSentence(request({ millis: 905, stages: loading }))).toBe(
    'Scored on the loop; the version was loaded first (900 ms)',
  );
});

test('what was refused says why, and how long it had waited', () => {
  const shed = request({
    ...{ status: 504, code: 'DEADLINE_EXCEEDED', outcome: 'overloaded', millis: 30 },
    stages: { ...NO_STAGES, queue: 30 },
  });
  expect([endWords(shed), requestSentence(shed)]).toEqual([
    '504 DEADLINE_EXCEEDED',
    'Refused: it could not be answered before its deadline, after 30 ms',
  ]);
  const gone = request({ status: 499, outcome: 'cancelled', millis: 1500 });
  expect([endWords(gone), requestSentence(gone)]).toEqual(['client left', 'Its client left after 1.5 s']);
  expect(requestSentence(request({ outcome: 'error', code: 'SOMETHING_NEW' }))).toBe('Failed');
});

test('parts stand one after the other, and those that took nothing are not there', () => {
  expect(stageParts(request({ stages: { ...NO_STAGES, receive: 2, predict: 8 } }))).toEqual([
    { name: 'receive', millis: 2, from: 0, share: 0.2 },
    { name: 'predict', millis: 8, from: 0.2, share: 0.8 },
  ]);
});
