/** Invented traffic: what arrives, how often it fails, and what the candidate does to it. Pure. */
import type { Static } from 'typebox';
import { PlimsollError } from '../../core/errors.ts';
import { decode } from '../../schema/read-value.ts';
import { duration, orNothing } from '../../schema/transformed.ts';
import { anything, choice, field, number, record, whole } from '../../schema/value-schema.ts';
import { parsePolicy, type RolloutPolicy } from '../policy/policy.ts';

const share = number({ min: 0, max: 1 });
const factor = number({ min: 0, max: 1000 });

/** Distinct units, who share the requests. Latency is not invented for them. */
const POPULATION = record({
  units: field(whole(1, 1e6), 1000, 'distinct units'),
  spread: field(
    number({ min: 0, max: 3 }),
    0,
    'spread of the logarithm of their requests: 0 alike, 1 some a hundred times as many as others',
  ),
  failing: field(share, 0, 'share of them whom the candidate fails in every request'),
  failingAlways: field(share, 0, 'share of them whom both versions fail in every request'),
});
export type UnitPopulation = Static<typeof POPULATION>;

const SCENARIO = record({
  rate: field(number({ min: 0, max: 1e6 }), 10, 'requests a second'),
  /** A unit that fails, fails in each of them. */
  requestsPerUnit: field(number({ min: 1, max: 1000 }), 1, 'requests of one unit'),
  retries: field(whole(0, 1000), 0, 'further requests of a unit that fails, which fail too'),
  baseError: field(share, 0.005, 'failure rate of stable'),
  effect: field(
    record({
      errors: field(number({ min: -1, max: 1 }), 0, 'added to the failure rate'),
      oddsRatio: field(factor, 1, 'factor on the odds of failing'),
      latency: field(number({ min: 0, max: 1000, above: true }), 1, 'factor on latency'),
    }),
    {},
    'what the candidate does',
  ),
  drift: field(
    factor,
    1,
    'factor on the failure rate of both arms at the end of the horizon, reached in a straight line',
  ),
  bursts: field(
    record({
      share: field(share, 0, 'share of windows with a burst'),
      factor: field(factor, 1, 'factor on the failure rate of both arms in a burst'),
    }),
    {},
    'windows in which both arms fail more',
  ),
  sharedFailures: field(
    share,
    0,
    'share of failures that are the input’s own, and fail both models of a pair',
  ),
  latencySpread: field(number({ min: 0, max: 10, above: true }), 0.5, 'spread of log latency'),
  population: field(
    orNothing(POPULATION),
    null,
    'units that come again and again; without it nobody comes twice',
  ),
  /** Requests of one unit fail together: counting them is the mistake that units avoid. */
  count: field(choice(['units', 'requests']), 'units', 'what a window counts'),
  horizon: field(duration('1s', '365d'), '24h', 'when an undecided run ends'),
  policy: field(anything, {}, 'the rollout policy, with its defaults'),
});

/** Times are milliseconds. */
export type SimulationScenario = Omit<Static<typeof SCENARIO>, 'policy'> & { readonly policy: RolloutPolicy };

/** A checked scenario; throws SCENARIO_INVALID or POLICY_INVALID with every mistake. `policy` wins over its own. */
export function parseScenario(value: unknown, policy?: RolloutPolicy): SimulationScenario {
  const written = decode(
    SCENARIO,
    value,
    (list) => new PlimsollError('SCENARIO_INVALID', { problems: list.join('; '), list }),
  );
  return { ...written, policy: policy ?? parsePolicy(written.policy) };
}
