import { expect, test } from 'vitest';
import type { Advice } from '../../advise/advice/advice.ts';
import { advise } from '../../advise/advice/advise.ts';
import { describedCost } from '../../advise/cost/described-cost.ts';
import { parseNeeds } from '../../advise/needs/needs.ts';
import { builtInPrices } from '../../advise/prices/built-in.ts';
import { advicePage } from './advice-page.ts';

const COST = describedCost('churn', {
  ...{ perRow: 2000, perRequest: null, memory: null, start: null, runtime: 'native', rowSize: 100 },
});
const adviceOn = (needs: object): Advice => advise(parseNeeds(needs), COST, builtInPrices());

const KNOWN = adviceOn({ requests: '300/s', population: '2 M customers', freshness: '24h' });
const TILL = adviceOn({ requests: '40/s', peak: '200/s', latency: '50ms' });
const LATE = adviceOn({ asked: 'schedule', rows: '3 M/day', latency: '5ms' });

test.each([
  ['known customers', KNOWN],
  ['a till', TILL],
  ['a schedule that is in a hurry', LATE],
])('%s: no line is longer than 80 characters, and nothing in it is no number', (_, advice) => {
  const page = advicePage(advice);
  for (const line of page.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
});

test('the advice is first, with its reasons; then each pattern has a line', () => {
  const page = advicePage(TILL);
  const first = page.replaceAll(/\s+/g, ' ');
  expect(first.startsWith(TILL.headline)).toBe(true);
  for (const reason of TILL.reasons) expect(first).toContain(reason);
  for (const { pattern } of TILL.options) expect(page).toMatch(new RegExp(`^ {2}[▸✗ ] ${pattern} `, 'm'));
  expect(page.match(/^ {2}▸ /gm)).toHaveLength(1);
  expect(page).toMatch(/^ {2}▸ real-time /m);
});

test('wishes that cannot all be had are told before anything else, with the nearest', () => {
  expect(LATE.contradictions.length).toBeGreaterThan(0);
  const page = advicePage(LATE);
  expect(page.split('\n')[0]).toBe('What is wished cannot all be had');
  expect(page).toMatch(/nearest: /);
  expect(page.indexOf('nearest: ')).toBeLessThan(page.indexOf('Patterns'));
});

test('costs are drawn against what turns the advice, with where it is and where it turns', () => {
  const { breakEven } = KNOWN;
  expect(breakEven).not.toBeNull();
  const page = advicePage(KNOWN);
  expect(page).toMatch(/^Where it turns$/m);
  expect(page).toMatch(/● precomputed-table {3}○ real-time/);
  expect(page).toMatch(/┊ here: /);
  expect(page).toContain('USD a month');
});

test('each assumption is told with what half and twice of it come to', () => {
  const page = advicePage(TILL).replaceAll(/\s+/g, ' ');
  for (const { text, twice } of TILL.assumptions) {
    expect(page).toContain(text);
    if (twice !== null) expect(page).toContain(`${twice.value}: `);
  }
});
