import { expect, test } from 'vitest';
import { cronWords } from './cron-words.ts';

test.each([
  ['30 2 * * *', 'every day at 02:30'],
  ['0 30 2 * * *', 'every day at 02:30'],
  ['15 30 2 * * *', 'every day at 02:30:15'],
  ['0 6,18 * * *', 'every day at 06:00 and 18:00'],
  ['0 9 * * 1-5', 'every Monday to Friday at 09:00'],
  ['0 9 * * MON,THU', 'every Monday and Thursday at 09:00'],
  ['0 9 * * 7', 'every Sunday at 09:00'],
  ['0 3 1,15 * *', 'every month on day 1 and 15 at 03:00'],
  ['* * * * *', 'every minute'],
  ['*/15 * * * *', 'every 15 minutes'],
  ['*/10 * * * * *', 'every 10 seconds'],
  ['0 * * * *', 'every hour, on the hour'],
  ['20 * * * *', 'every hour, at 20 min past'],
  ['20 */6 * * *', 'every 6 hours, at 20 min past'],
])('%s is %s', (line, words) => expect(cronWords(line)).toBe(words));

test.each([
  '0 9 1 * 1',
  '0 9 * 2 *',
  '5-10 * * * *',
  '0 9 * * 9',
  '0 9 L * *',
  '@daily',
  '',
  '0 9 * * 1#2',
  '0 9 * * MON#1',
  '0 9 * * FRIL',
  '*/5 * * * 1',
])('what is not as usual stands for itself: %s', (line) => expect(cronWords(line)).toBe(`cron ${line}`));
