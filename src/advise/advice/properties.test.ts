import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../core/testing/runs.ts';
import { readValue } from '../../schema/read-value.ts';
import type { ModelCost } from '../cost/model-cost.ts';
import { A_COST } from '../cost/testing/a-cost.ts';
import { caseOf } from '../needs/case.ts';
import { type Needs, parseNeeds } from '../needs/needs.ts';
import { PATTERNS } from '../needs/pattern.ts';
import type { Option } from '../patterns/option.ts';
import { optionsIn } from '../patterns/patterns.ts';
import type { Situation } from '../patterns/situation.ts';
import { builtInPrices } from '../prices/built-in.ts';
import { ADVICE } from './advice.ts';
import { advise } from './advise.ts';
import { advisedIn } from './ranking.ts';
import { adviceOn, costIn, exampleNeeds } from './testing/example.ts';
import { scaled } from './vary.ts';

/** Times of a shared queue: one place, so that few are simulated. */
const costs = fc
  .record({
    row: fc.double({ min: 1, max: 20_000, noNaN: true }),
    start: fc.double({ min: 100, max: 5000, noNaN: true }),
  })
  .map(
    ({ row, start }): ModelCost => ({
      ...A_COST,
      source: 'described',
      online: { ...A_COST.online, loop: { request: 50, row }, scoring: { request: 50, row } },
      batch: { ...A_COST.batch, start, row: row + 2, lane: row + 2 },
    }),
  );

const orNone = <T>(values: fc.Arbitrary<T>, freq = 1): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined, freq });
/** One of so many. */
const seldom = (of: number): fc.Arbitrary<boolean> => fc.nat({ max: of - 1 }).map((n) => n === 0);
const exponent = (from: number, to: number): fc.Arbitrary<number> =>
  fc.double({ min: from, max: to, noNaN: true }).map((x) => Number((10 ** x).toPrecision(4)));
const plain = (x: number): string => x.toFixed(9).replace(/0+$/, '').replace(/\.$/, '');

const needs = fc
  .record({
    asked: fc.constantFrom('request', 'request', 'schedule', 'event'),
    requests: exponent(-4, 4).map((rate) => `${plain(rate)}/s`),
    rowsPerRequest: orNone(exponent(0, 3).map((rows) => `${Math.ceil(rows)} rows`)),
    population: orNone(
      exponent(1, 4).map((units) => `${Math.ceil(units)} units`),
      3,
    ),
    latency: orNone(
      exponent(1, 8).map((millis) => `${Math.ceil(millis)}ms`),
      3,
    ),
    freshness: orNone(
      exponent(4, 9).map((millis) => `${Math.ceil(millis)}ms`),
      3,
    ),
    budget: seldom(4).chain((is) =>
      is ? exponent(1, 4).map((amount) => `${plain(amount)} $/month`) : fc.constant(undefined),
    ),
    devices: seldom(4).map((is) => (is ? '40 tills' : undefined)),
    offline: seldom(12),
    spare: orNone(fc.boolean()),
    database: fc.constantFrom('postgres', 'sqlite', 'none'),
    platform: fc.constantFrom('machine', 'kubernetes', 'sagemaker'),
  })
  .map((document) => parseNeeds(document));

const situations = fc
  .tuple(needs, costs)
  .map(([written, cost]): readonly [Needs, Situation] => [
    written,
    { wants: caseOf(written), cost, prices: builtInPrices() },
  ]);

const parameters = { numRuns: runs(400) };

/** Whether an option does what is wanted, by its own numbers. */
const isHadIn = ({ wants, prices }: Situation, { latency, staleness, cost, obstacles }: Option): boolean =>
  latency !== null &&
  latency.wanted <= wants.latency &&
  staleness! <= wants.freshness &&
  (wants.budget === null ||
    wants.budget.currency !== prices.currency ||
    cost!.compute + cost!.storage <= wants.budget.amount) &&
  obstacles.every(({ need }) => ['latency', 'freshness', 'budget'].includes(need));

test('the cases that are drawn are for each pattern, and for none', () => {
  const drawn = fc.sample(situations, { numRuns: 400, seed: 1 });
  const advised = new Set(drawn.map(([, situation]) => advisedIn(situation)));
  expect([...PATTERNS, null].filter((pattern) => !advised.has(pattern))).toEqual([]);
});

test('twice the traffic never costs less, whatever the pattern', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(situations, ([, situation]) => {
      const twice = optionsIn({ ...situation, wants: scaled(situation.wants, 2) });
      for (const [i, option] of optionsIn(situation).entries()) {
        const more = twice[i]?.cost;
        if (option.cost !== null && more != null)
          expect(more.month).toBeGreaterThanOrEqual(option.cost.month * (1 - 1e-9));
      }
    }),
    parameters,
  );
});

test('half the latency makes no pattern possible that was not', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(situations, ([, situation]) => {
      const tighter = { ...situation, wants: { ...situation.wants, latency: situation.wants.latency / 2 } };
      const had = new Set(
        optionsIn(situation)
          .filter((option) => isHadIn(situation, option))
          .map(({ pattern }) => pattern),
      );
      for (const option of optionsIn(tighter))
        if (isHadIn(tighter, option)) expect(had).toContain(option.pattern);
    }),
    parameters,
  );
});

test('what is advised is the cheapest of what does all that is wanted', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(situations, ([written, situation]) => {
      const advice = advise(written, situation.cost, situation.prices);
      let least: Option | null = null;
      for (const option of optionsIn(situation))
        if (isHadIn(situation, option) && (least === null || option.cost!.month < least.cost!.month))
          least = option;
      const problems: string[] = [];
      readValue(ADVICE, JSON.parse(JSON.stringify(advice)), '', problems);
      expect(problems).toEqual([]);
      const own = advice.options.find(({ pattern }) => pattern === advice.advised);
      expect(own?.cost?.month ?? null).toBe(least?.cost?.month ?? null);
    }),
    { numRuns: runs(60) },
  );
});

test('the same needs give the same advice, to the last byte', () => {
  const [one, other] = [adviceOn('product-page'), adviceOn('product-page')];
  expect(JSON.stringify(one)).toBe(JSON.stringify(other));
});

test('the change that is told is the least one: a little less of it leaves the advice as it was', () => {
  const written = exampleNeeds('product-page');
  const cost = costIn(written);
  const prices = builtInPrices();
  const change = advise(written, cost, prices).breakEven!.at!;
  const at = (factor: number) =>
    advise({ ...written, requests: change * factor, peak: 3 * change * factor }, cost, prices).advised;
  expect([at(0.98), at(1.02)]).toEqual(['precomputed-table', 'real-time']);
});
