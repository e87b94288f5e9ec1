import { Command } from 'commander';
import { expect, test } from 'vitest';
import { WRITTEN_NEEDS } from '../../advise/needs/needs.ts';
import { addNeedFlags, needsInFlags, problemOfFlag } from './need-flags.ts';

const parsed = (...words: readonly string[]) =>
  needsInFlags(addNeedFlags(new Command()).parse(words, { from: 'user' }).opts());

test('each flag is a need of the file, under its own name there', () => {
  const needs = parsed(
    ...['--asked', 'event', '--requests', '40/s', '--peak', '200/s', '--rows-per-request', '20 rows'],
    ...['--rows', '3 M/day', '--population', '2 M customers', '--fresh', '24h', '--latency', '50ms'],
    ...['--quantile', 'p95', '--every', '1h', '--hours', '10h', '--budget', '500 $/month'],
    ...['--devices', '40 tills', '--database', 'none', '--label-delay', '30d', '--platform', 'kubernetes'],
    ...['--name', 'till', '--offline', '--no-spare'],
  );
  const known = Object.keys(WRITTEN_NEEDS.properties ?? {});
  expect(Object.keys(needs).filter((need) => !known.includes(need))).toEqual([]);
  // The model is an argument of its own.
  expect(known.filter((need) => !(need in needs))).toEqual(['model']);
  expect(needs).toMatchObject({ freshness: '24h', rowsPerRequest: '20 rows', offline: true, spare: false });
});

test('what is not said is left out', () => {
  expect(parsed('--requests', '1/s')).toEqual({ requests: '1/s' });
});

test('a problem of a flag names the flag, and one of the file its key', () => {
  const flags = { freshness: '24' };
  expect(problemOfFlag('freshness is "24", wanted a time', flags)).toBe('--fresh is "24", wanted a time');
  expect(problemOfFlag('latency is "5", wanted a time', flags)).toBe('latency is "5", wanted a time');
});
