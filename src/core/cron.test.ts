import { describe, expect, test } from 'vitest';
import { pauseBefore } from '../jobs/schedule/schedule.ts';
import { cronProblem, dueTimes, nextTime, zoned } from './cron.ts';

const berlin = { cron: '30 2 * * *', timeZone: 'Europe/Berlin', misfire: 'once' } as const;
const at = (text: string): number => Date.parse(text);
const iso = (times: readonly number[]): string[] => times.map((time) => new Date(time).toISOString());

/** Looks every `step` milliseconds, as a scheduler does, and keeps what was due. */
function watched(trigger: Parameters<typeof dueTimes>[0], from: string, to: string, step: number): string[] {
  const seen: number[] = [];
  for (let since = at(from); since < at(to); since += step)
    seen.push(...dueTimes(trigger, since, since + step));
  return iso(seen);
}

describe('a nightly job in Europe/Berlin', () => {
  // Clocks go from 02:00 to 03:00 on 2026-03-29 and from 03:00 back to 02:00 on 2026-10-25 (IANA tzdata).
  test('runs once in the night in which its time does not exist', () => {
    expect(watched(berlin, '2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z', 60_000)).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
  });

  test('runs once in the night in which its time comes twice', () => {
    expect(watched(berlin, '2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z', 60_000)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  test('names its runs by the time of its zone', () => {
    expect(zoned(at('2026-10-25T00:30:00Z'), 'Europe/Berlin')).toBe('2026-10-25T02:30:00+02:00');
    expect(zoned(at('2026-10-25T01:30:00Z'), 'Europe/Berlin')).toBe('2026-10-25T02:30:00+01:00');
    expect(zoned(at('2026-10-25T00:00:00Z'), 'UTC')).toBe('2026-10-25T00:00:00+00:00');
    expect(zoned(at('2026-01-01T00:00:00Z'), 'Asia/Kathmandu')).toBe('2026-01-01T05:45:00+05:45');
  });
});

test('a job of every half hour runs in each of the hours that clocks repeat', () => {
  const half = { ...berlin, cron: '*/30 * * * *' };
  expect(watched(half, '2026-10-24T23:45:00Z', '2026-10-25T02:00:00Z', 60_000)).toHaveLength(5);
});

test('times that were missed are made up for once, one by one, or not at all', () => {
  const hourly = { cron: '0 * * * *', timeZone: 'UTC' };
  const [since, now] = [at('2026-01-01T00:00:00Z'), at('2026-01-01T05:30:00Z')];
  expect(iso(dueTimes({ ...hourly, misfire: 'once' }, since, now))).toEqual(['2026-01-01T05:00:00.000Z']);
  expect(dueTimes({ ...hourly, misfire: 'all' }, since, now)).toHaveLength(5);
  expect(dueTimes({ ...hourly, misfire: 'none' }, since, now)).toEqual([]);
  // On time, all three do the same.
  for (const misfire of ['once', 'all', 'none'] as const) {
    expect(iso(dueTimes({ ...hourly, misfire }, now - 1, at('2026-01-01T06:00:30Z')))).toEqual([
      '2026-01-01T06:00:00.000Z',
    ]);
  }
});

test('a clock that is set back starts nothing again, one that jumps a year ahead starts a hundred at most', () => {
  const minutely = { cron: '* * * * *', timeZone: 'UTC', misfire: 'all' } as const;
  const now = at('2026-06-01T00:00:00Z');
  expect(dueTimes(minutely, now, now - 3_600_000)).toEqual([]);
  const late = dueTimes(minutely, now, at('2026-06-08T00:00:00Z'));
  expect(late).toHaveLength(100);
  expect(iso(late).at(-1)).toBe('2026-06-08T00:00:00.000Z');
});

test('a line that is none, a zone that is none and a day that never comes are named', () => {
  expect(cronProblem(berlin)).toBeNull();
  expect(cronProblem({ ...berlin, cron: '61 * * * *' })).toMatch(/minute: 61/);
  expect(cronProblem({ ...berlin, timeZone: 'Mars/Olympus' })).toMatch(/Mars\/Olympus/);
  expect(cronProblem({ ...berlin, cron: '0 0 30 2 *' })).toMatch(/never comes/);
  expect(nextTime(berlin, at('2026-10-25T00:30:00Z'))).toBe(at('2026-10-26T01:30:00Z'));
});

test('pauses between attempts double up to the longest, and end with the attempts', () => {
  const retries = { attempts: 5, firstSeconds: 30, longestSeconds: 100 };
  expect([2, 3, 4, 5, 6].map((next) => pauseBefore(next, retries))).toEqual([30, 60, 100, 100, null]);
});
