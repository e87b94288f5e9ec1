import { expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { assumedOf, caseOf, lengthText, rateText } from './case.ts';
import { parseNeeds } from './needs.ts';

/** Every problem that a document has. */
function problemsOf(document: unknown): readonly string[] {
  try {
    parseNeeds(document);
  } catch (error) {
    if (isPlimsollError(error) && error.code === 'ADVICE_INVALID') return error.details['list'] as string[];
    throw error;
  }
  return [];
}

test('rates, times, counts, sizes and money are read with their units', () => {
  const needs = parseNeeds({
    requests: '12000/min',
    peak: '1.5 k/s',
    rows: '3 M/day',
    rowsPerRequest: '20 rows',
    population: '2 M customers',
    latency: '50 ms',
    freshness: '1h30min',
    quantile: 'p99.9',
    budget: '500 $/month',
    model: { perRow: '2.4us', memory: '300 MB', runtime: 'python' },
  });
  expect(needs).toMatchObject({
    requests: 200,
    peak: 1500,
    rowsPerRequest: 20,
    population: 2e6,
    latency: 50,
    freshness: 5_400_000,
    quantile: 0.999,
    budget: { amount: 500, currency: 'USD' },
    model: { perRow: 2.4, memory: 3e8, runtime: 'python' },
  });
  expect(needs.rows! * 86_400).toBeCloseTo(3e6, 6);
  expect(parseNeeds({ rows: '1/s', budget: '12 EUR/year' }).budget).toEqual({ amount: 1, currency: 'EUR' });
});

test.each([
  ['requests', 200, '"200/s"'],
  ['requests', '200', '"200/s"'],
  ['rows', 3_000_000, '"3000000/day"'],
  ['latency', 50, '"50ms"'],
  ['freshness', 24, '"24h"'],
  ['budget', 500, '"500 $/month"'],
  ['rowsPerRequest', 20, '"20 rows"'],
  ['population', '7', '"7 customers"'],
])('%s without a unit is refused, with what is there and what was likely meant', (name, value, meant) => {
  const [problem, ...others] = problemsOf({ requests: '1/s', [name]: value });
  expect(others).toEqual([]);
  expect(problem).toContain(`${name} is ${JSON.stringify(value)}, wanted `);
  expect(problem).toContain(`did you mean ${meant}?`);
});

test('every mistake is told at once, each with its path', () => {
  const problems = problemsOf({
    requests: '5/fortnight',
    latency: '-5ms',
    platform: 'mainframe',
    model: { perRow: 3 },
    requsts: '1/s',
  });
  expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
    'requsts',
    'requests',
    'latency',
    'platform',
    'model.perRow',
  ]);
  expect(problems[0]).toContain('did you mean "requests"?');
});

test('needs without any amount of work are refused', () => {
  expect(problemsOf({ latency: '50ms' })).toEqual([
    'requests, rows and population are missing, wanted at least one, such as requests: "200/s"',
  ]);
});

test.each(['', '1'.repeat(60), '1/', '/s', '0/s', '1e9/s', '99 G/s', '١/s', '1/s\n', 'NaN/s'])(
  'the hostile rate %j is refused',
  (rate) => {
    expect(problemsOf({ requests: rate })).toHaveLength(1);
  },
);

test('what is left out is assumed, and each assumption is told', () => {
  const needs = parseNeeds({ requests: '200/s' });
  expect(caseOf(needs)).toMatchObject({ peak: 600, rowsPerRequest: 1, latency: 200, spare: true });
  expect(assumedOf(needs).map(({ need }) => need)).toEqual([
    'peak',
    'rowsPerRequest',
    'freshness',
    'latency',
    'hours',
    'spare',
  ]);
  expect(assumedOf(needs)[0]?.text).toBe('peak 600/s: 3 times the average');
});

test('rows a day and hours of traffic make a rate', () => {
  expect(caseOf(parseNeeds({ rows: '3.6 M/day', hours: '10h', rowsPerRequest: '10 rows' })).rate).toBeCloseTo(
    10,
    9,
  );
});

test('a population that is due each day makes its rows', () => {
  expect(
    caseOf(parseNeeds({ asked: 'schedule', population: '2 M customers', every: '12h' })).rowsPerDay,
  ).toBe(4e6);
});

test('an assumption gives way to another value', () => {
  expect(caseOf(parseNeeds({ requests: '10/s' }), { peak: 60 }).peak).toBe(60);
  expect(caseOf(parseNeeds({ requests: '10/s', peak: '20/s' }), { peak: 60 }).peak).toBe(20);
});

test('rates and times are told in the unit that people would choose', () => {
  expect([rateText(310), rateText(0.2), rateText(0.001), rateText(1e-5)]).toEqual([
    '310/s',
    '12/min',
    '3.6/h',
    '0.864/day',
  ]);
  expect([lengthText(0.24), lengthText(50), lengthText(1500), lengthText(200_000)]).toEqual([
    '240 µs',
    '50 ms',
    '1.5 s',
    '3 min 20 s',
  ]);
});
