/** Invented traffic: what arrives, how often it fails, and what the candidate does to it. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import { choice, duration, field, number, orNothing, record } from '../../schema/grammar.ts';
import { type Policy, parsePolicy } from '../policy/policy.ts';

export interface InjectedEffect {
  /** Added to the failure rate. */
  readonly errors: number;
  /** Factor on the odds of failing. */
  readonly oddsRatio: number;
  /** Factor on latency. */
  readonly latency: number;
}

/** Distinct units, who share the requests. Latency is not invented for them. */
export interface UnitPopulation {
  readonly units: number;
  /** Spread of the logarithm of how many requests each sends: 0 alike, 1 some a hundred times as many as others. */
  readonly spread: number;
  /** Share of them whom the candidate fails in every request, and whom both versions do. */
  readonly failing: number;
  readonly failingAlways: number;
}

export interface SimulationScenario {
  /** Requests a second, and requests of one unit: a unit that fails, fails in each of them. */
  readonly rate: number;
  readonly requestsPerUnit: number;
  /** Further requests of a unit that fails, which fail too. */
  readonly retries: number;
  /** Failure rate of a stable unit at the start. */
  readonly baseError: number;
  readonly effect: InjectedEffect;
  /** Factor on the failure rate of both arms at the end of the horizon, reached in a straight line. */
  readonly drift: number;
  /** In a share of windows, failures of both arms are so many times as likely. */
  readonly bursts: { readonly share: number; readonly factor: number };
  /** Share of stable's failures that are the input's own fault: in a shadow pair both models fail on those. */
  readonly sharedFailures: number;
  /** Spread of log latency. */
  readonly latencySpread: number;
  /** Where there is a population: units that come again and again. Null: nobody comes twice. */
  readonly population: UnitPopulation | null;
  /** What a window counts. Requests of one unit fail together: counting them is the mistake that units avoid. */
  readonly count: 'units' | 'requests';
  /** A run that is undecided after so many milliseconds ends. */
  readonly horizon: number;
  readonly policy: Policy;
}

const share = number({ min: 0, max: 1 });
const factor = number({ min: 0, max: 1000 });

const SCENARIO = record<Omit<SimulationScenario, 'policy'> & { policy: unknown }>({
  rate: field(number({ min: 0, max: 1e6 }), 10, 'requests a second'),
  requestsPerUnit: field(number({ min: 1, max: 1000 }), 1, 'requests of one unit'),
  retries: field(
    number({ min: 0, max: 1000, step: 1 }),
    0,
    'further requests of a unit that fails, which fail too',
  ),
  baseError: field(share, 0.005, 'failure rate of stable'),
  effect: field(
    record<InjectedEffect>({
      errors: field(number({ min: -1, max: 1 }), 0, 'added to the failure rate'),
      oddsRatio: field(factor, 1, 'factor on the odds of failing'),
      latency: field(number({ min: 0, max: 1000, above: true }), 1, 'factor on latency'),
    }),
    {},
    'what the candidate does',
  ),
  drift: field(factor, 1, 'factor on the failure rate of both arms at the end of the horizon'),
  bursts: field(
    record<SimulationScenario['bursts']>({
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
    orNothing(
      record<UnitPopulation>({
        units: field(number({ min: 1, max: 1e6, step: 1 }), 1000, 'distinct units'),
        spread: field(number({ min: 0, max: 3 }), 0, 'spread of the logarithm of their requests'),
        failing: field(share, 0, 'share of them whom the candidate fails in every request'),
        failingAlways: field(share, 0, 'share of them whom both versions fail in every request'),
      }),
    ),
    null,
    'units that come again and again; without it nobody comes twice',
  ),
  count: field(choice(['units', 'requests']), 'units', 'what a window counts'),
  horizon: field(duration('1s', '365d'), '24h', 'when an undecided run ends'),
  policy: field({ schema: {}, parse: (value) => value }, {}, 'the rollout policy, with its defaults'),
});

/** A checked scenario; throws SCENARIO_INVALID or POLICY_INVALID with every mistake. `policy` wins over its own. */
export function parseScenario(value: unknown, policy?: Policy): SimulationScenario {
  const problems: string[] = [];
  const words = SCENARIO.parse(value, '', problems);
  if (problems.length > 0)
    throw new PlimsollError('SCENARIO_INVALID', { problems: problems.join('; '), list: problems });
  return { ...words, policy: policy ?? parsePolicy(words.policy) };
}
