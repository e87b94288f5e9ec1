import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { Pitfall } from '../../advise/pitfalls/pitfall.ts';
import { pitfallsPage } from './pitfalls-page.ts';

const pitfall = (name: string, change: Partial<Pitfall> = {}): Pitfall => ({
  ...{
    id: 'no-labels',
    subject: { kind: 'endpoint', name },
    what: 'No label ever came',
    why: 'Nobody knows',
  },
  ...{ evidence: ['500 requests'], fix: 'plimsoll feedback import LABELS.csv', guide: 'docs/accuracy.md' },
  ...change,
});
const page = (...of: Parameters<typeof pitfallsPage>): string =>
  stripVTControlCharacters(pitfallsPage(...of).join('\n'));
const looked = ['a', 'b'].map((name) => ({ kind: 'endpoint' as const, name }));

test('pitfalls are told below what they are about, with what was seen and what mends it', () => {
  const pitfalls = [pitfall('a'), pitfall('b'), pitfall('a', { what: 'Nobody is told', guide: null })];
  expect(page({ pitfalls, looked, passedOver: ['jobs beyond the first 200'] })).toBe(`
endpoint a
  ! No label ever came
    Nobody knows.
    seen: 500 requests
    → plimsoll feedback import LABELS.csv
    (docs/accuracy.md)
  ! Nobody is told
    Nobody knows.
    seen: 500 requests
    → plimsoll feedback import LABELS.csv

endpoint b
  ! No label ever came
    Nobody knows.
    seen: 500 requests
    → plimsoll feedback import LABELS.csv
    (docs/accuracy.md)

3 pitfalls (looked at 2 endpoints)
not looked at: jobs beyond the first 200`);
});

test('where nothing is wrong, it says at what it looked; where there is nothing, nothing', () => {
  expect(page({ pitfalls: [], looked, passedOver: [] })).toBe('\nno pitfalls (looked at 2 endpoints)');
  expect(page({ pitfalls: [], looked: [], passedOver: [] })).toBe('');
});
