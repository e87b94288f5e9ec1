import { describe, expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { DEFAULT_SCHEDULE } from './schedule.ts';
import { scheduleFrom } from './schedule-document.ts';

const problemsOf = (document: unknown): readonly string[] => {
  try {
    scheduleFrom('nightly', document);
  } catch (error) {
    if (isPlimsollError(error) && error.code === 'SPEC_INVALID') return error.details['list'] as string[];
    throw error;
  }
  return [];
};

test('what is left out has its default, and a job without a schedule has none', () => {
  expect(scheduleFrom('nightly', null)).toBeNull();
  expect(scheduleFrom('nightly', {})).toEqual(DEFAULT_SCHEDULE);
  const { triggers } = scheduleFrom('nightly', {
    triggers: [{ kind: 'cron', cron: '30 2 * * *' }, 'webhook'],
  })!;
  expect(triggers).toEqual([
    { kind: 'cron', cron: '30 2 * * *', timeZone: 'UTC', misfire: 'once' },
    { kind: 'webhook' },
  ]);
});

test('durations are written as everywhere', () => {
  const schedule = scheduleFrom('nightly', {
    triggers: [{ kind: 'files', settleSeconds: '1m30s' }],
    retries: { attempts: 5, firstSeconds: '10s' },
    timeoutSeconds: '2h',
  });
  expect(schedule).toMatchObject({
    triggers: [{ kind: 'files', settleSeconds: 90 }],
    retries: { attempts: 5, firstSeconds: 10, longestSeconds: 3600 },
    timeoutSeconds: 7200,
  });
});

describe('mistakes', () => {
  test('are all named, with what was wanted and what may have been meant', () => {
    const problems = problemsOf({
      triggers: [
        { kind: 'cron', cron: '61 2 * * *', timezone: 'Europe/Berlin' },
        { kind: 'cron', cron: '0 2 * * *', timeZone: 'Mars/Olympus' },
        { kind: 'crone' },
        { kind: 'redis', stream: 'rows' },
      ],
      overlap: 'drop',
    });
    expect(problems).toHaveLength(6);
    expect(problems[0]).toMatch(/timezone is no key here.*did you mean "timeZone"/);
    expect(problems.join('\n')).toMatch(/minute: 61/);
    expect(problems.join('\n')).toMatch(/Mars\/Olympus/);
    expect(problems.join('\n')).toMatch(
      /schedule\.triggers\[2\]\.kind is "crone", wanted one of cron, files/,
    );
    expect(problems.join('\n')).toMatch(/schedule\.triggers\[3\]\.url is missing/);
    expect(problems.join('\n')).toMatch(/schedule\.overlap is "drop", wanted one of queue, skip/);
  });

  test('a password in a URL is refused; one of the environment is not', () => {
    const redis = (url: string) => ({ triggers: [{ kind: 'redis', url, stream: 's' }] });
    const [problem] = problemsOf(redis('redis://me:canary@host:6379/0'));
    expect(problem).toMatch(/^schedule\.triggers\[0\]\.url is no URL, or one with a password/);
    expect(problem).not.toContain('canary');
    expect(problemsOf(redis(`redis://me:\${REDIS_PASSWORD}@host:6379/0`))).toEqual([]);
    expect(problemsOf(redis(`\${REDIS_URL}`))).toEqual([]);
    expect(problemsOf(redis('redis://host:6379/0'))).toEqual([]);
  });
});
