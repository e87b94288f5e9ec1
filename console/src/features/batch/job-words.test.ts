import { expect, test } from 'vitest';
import type { RunView } from '../../api/generated/control-api.ts';
import { badRowsOf, needsPerson, paceOf, placeWords, stateWords, toneOf, triggerWords } from './job-words.ts';

const RUN: RunView = {
  ...{ id: 'r', job: 'nightly', number: 1, cause: 'server', due: 'server/1', state: 'running', attempt: 1 },
  ...{ createdAt: 0, startedAt: 0, endedAt: null, notBefore: 0, progress: null, error: null, receipt: null },
};
const rows = { read: 300, ok: 290, rejected: 6, failed: 3, skipped: 1 };

test('what starts a job is told in words', () => {
  const schedule = {
    triggers: [
      { kind: 'cron', cron: '30 2 * * *', timeZone: 'Europe/Berlin' },
      { kind: 'files', settleSeconds: 10 },
      { kind: 'upstream', job: 'load' },
      { kind: 'something new' },
    ],
    ...{ retries: { attempts: 3, firstSeconds: 30, longestSeconds: 60 }, timeoutSeconds: null },
    overlap: 'queue' as const,
  };
  expect(triggerWords(schedule)).toEqual([
    'every day at 02:30 (Europe/Berlin)',
    'when files appear that have not changed for 10 s',
    'when a run of load is done',
    'something new',
  ]);
  expect(triggerWords(null)).toEqual([]);
});

test('a run that failed for what passes is tried again, which is no failure yet', () => {
  const error = { code: 'SOURCE_UNAVAILABLE', message: '', hint: '' };
  expect(stateWords({ state: 'queued', error })).toBe('Is tried again');
  expect([toneOf({ state: 'queued', error }), toneOf({ state: 'queued', error: null })]).toEqual([
    'watch',
    'moving',
  ]);
  expect(needsPerson({ latest: { ...RUN, state: 'queued', error } })).toBe(false);
  expect(needsPerson({ latest: { ...RUN, state: 'held' } })).toBe(true);
  expect(needsPerson({ latest: null })).toBe(false);
});

test('how far a run is follows from its chunks, and so does its end', () => {
  expect(paceOf(RUN, 0)).toBeNull();
  const progress = { rows, chunks: { done: 1, of: 4 }, seconds: 10 };
  expect(paceOf({ progress }, 1000)).toEqual({ share: 0.25, rowsPerSecond: 30, endsAt: 31_000 });
  expect(paceOf({ progress: { ...progress, chunks: { done: 0, of: 4 } } }, 0)).toMatchObject({
    endsAt: null,
  });
  expect(badRowsOf({ progress, receipt: null })).toBe(10);
  expect(badRowsOf(RUN)).toBeNull();
});

test('places are told by their last parts', () => {
  expect(placeWords('/data/in/2026/rows.parquet')).toBe('…/2026/rows.parquet');
  expect(placeWords('postgres://db/shop?table=scores')).toBe('postgres: scores');
  expect(placeWords('s3://bucket/a/b/*.csv')).toBe('…/b/*.csv');
  expect(placeWords('in.csv')).toBe('in.csv');
});
