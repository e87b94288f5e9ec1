import { expect, test } from 'vitest';
import type { JobSpec } from '../spec/spec.ts';
import { fillSpec } from './fill.ts';

const specOf = (source: string, sink: string): JobSpec =>
  ({ source: { uri: source, format: null }, sink: { uri: sink } }) as unknown as JobSpec;
const filled = (text: string, due: string, timeZone = 'Europe/Berlin'): string =>
  fillSpec(specOf(text, 'x'), { run: 'r7', due: Date.parse(due), timeZone }).source.uri;

test('a day is the day of the zone that the job is scheduled in', () => {
  expect(filled('in/{date}.csv', '2026-11-01T23:30:00Z')).toBe('in/2026-11-02.csv');
  expect(filled('in/{date}/{hour}.csv', '2026-11-01T23:30:00Z', 'UTC')).toBe('in/2026-11-01/23.csv');
});

test('yesterday is the day before by the calendar, also where a day has 23 or 25 hours', () => {
  expect(filled('{yesterday}', '2026-03-29T22:30:00Z')).toBe('2026-03-29');
  expect(filled('{yesterday}', '2026-10-25T23:30:00Z')).toBe('2026-10-25');
  expect(filled('{yesterday}', '2026-03-01T00:00:00Z')).toBe('2026-02-28');
});

test('both URIs are filled, and other braces are left as they are', () => {
  const spec = fillSpec(specOf('a/{b,c}/*.csv', 'out/{run}.parquet'), {
    run: 'r7',
    due: 0,
    timeZone: 'UTC',
  });
  expect([spec.source.uri, spec.sink.uri]).toEqual(['a/{b,c}/*.csv', 'out/r7.parquet']);
});
