import { Cron } from 'croner';
import { expect, test } from 'vitest';
import { intervalWithin } from './interval.ts';

const DAY = 86_400_000;

test.each([
  ['a second', 1000, '* * * * * *'],
  ['45 s', 45_000, '*/30 * * * * *'],
  ['a minute', 60_000, '* * * * *'],
  ['7 min', 420_000, '*/5 * * * *'],
  ['5 h', 5 * 3_600_000, '0 */4 * * *'],
  ['a day', DAY, '0 2 * * *'],
  ['10 days', 10 * DAY, '0 2 * * 0'],
  ['a year', 365 * DAY, '0 2 1 * *'],
])('within %s', (_, millis, cron) => {
  expect(intervalWithin(millis).cron).toBe(cron);
});

test('no two times that croner names are further apart than was asked for', () => {
  for (let millis = 1000; millis < 40 * DAY; millis *= 2.3) {
    const times = new Cron(intervalWithin(millis).cron, { timezone: 'UTC', paused: true })
      .nextRuns(40, new Date('2026-01-01T00:00:00Z'))
      .map((time) => time.getTime());
    const longest = Math.max(...times.slice(1).map((time, i) => time - times[i]!));
    // A month has up to 31 days, whatever was asked for.
    expect(longest).toBeLessThanOrEqual(millis < 28 * DAY ? millis : 31 * DAY);
  }
});

test('Kubernetes knows no seconds', () => {
  expect(intervalWithin(1000, 'minute')).toEqual({ cron: '* * * * *', millis: 60_000 });
});
