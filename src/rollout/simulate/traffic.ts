/** One closed window of invented traffic. Pure. */

import { elementAt, lastOf } from '../../core/element-at.ts';
import type { Random } from '../../core/ports.ts';
import { keysOf } from '../../core/record.ts';
import { normalCdf, normalQuantile } from '../../statistics/normal.ts';
import type { PairCounts } from '../evidence/paired.ts';
import type { ArmCounts, RecordedWindow } from '../recorded-window.ts';
import { binomial, poisson } from './draw.ts';
import type { SimulationScenario } from './scenario.ts';

/** Where the traffic goes: candidate's share of units, share of requests copied to it. */
export interface SimulatedSplit {
  readonly weight: number;
  readonly shadow: number;
}

export interface SimulatedWindow {
  readonly window: RecordedWindow;
  /** Candidate units that failed, or were slower than stable's p99, on account of the candidate. */
  readonly harmed: number;
}

const QUANTILES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;
const NAMES = keysOf(QUANTILES);
const NORMAL_QUANTILES = NAMES.map((name) => normalQuantile(QUANTILES[name]));

/** Share of stable's units that fail in a window. */
export function stableRate(scenario: SimulationScenario, index: number, random: Random): number {
  const { baseError, drift, bursts, horizon, policy } = scenario;
  const passed = Math.min(1, (index * policy.window) / horizon);
  const isBurst = bursts.share > 0 && random.next() < bursts.share;
  return Math.min(1, baseError * (1 + (drift - 1) * passed) * (isBurst ? bursts.factor : 1));
}

/** Share of the candidate's, where stable's is `base`. */
export function candidateRate({ effect: { errors, oddsRatio } }: SimulationScenario, base: number): number {
  const odds = (base * oddsRatio) / (1 - base + base * oddsRatio);
  return Math.min(1, Math.max(0, odds + errors));
}

/** Draws windows of one scenario, in which nobody comes twice. */
export class SimulatedTraffic {
  readonly #scenario: SimulationScenario;
  readonly #random: Random;
  /** Shares of answers beyond each frozen quantile, highest last. */
  readonly #slow: { readonly stable: readonly number[]; readonly candidate: readonly number[] };

  constructor(scenario: SimulationScenario, random: Random) {
    this.#scenario = scenario;
    this.#random = random;
    const shift = Math.log(scenario.effect.latency) / scenario.latencySpread;
    const beyond = (by: number): number[] => NORMAL_QUANTILES.map((z) => 1 - normalCdf(z - by));
    this.#slow = { stable: beyond(0), candidate: beyond(shift) };
  }

  window(index: number, { weight, shadow }: SimulatedSplit): SimulatedWindow {
    const { rate, requestsPerUnit, policy } = this.#scenario;
    const units = ((rate / requestsPerUnit) * policy.window) / 1000;
    const base = stableRate(this.#scenario, index, this.#random);
    const bad = candidateRate(this.#scenario, base);
    const candidate = this.#arm(units * weight, bad, this.#slow.candidate);
    const stable = this.#arm(units * (1 - weight), base, this.#slow.stable);
    const slow = lastOf(this.#slow.candidate) - lastOf(this.#slow.stable);
    const failed = bad > base ? binomial(candidate.failures, (bad - base) / bad, this.#random) : 0;
    return {
      window: {
        rollout: 'run',
        window: index,
        start: null,
        weight,
        stage: null,
        candidate,
        stable,
        copies: null,
        ...this.#pairs(units * shadow, bad, base),
      },
      harmed: failed + Math.max(0, Math.round(candidate.units * slow)),
    };
  }

  #arm(mean: number, failureRate: number, slow: readonly number[]): ArmCounts {
    const { policy, requestsPerUnit, retries, count } = this.#scenario;
    const random = this.#random;
    const over = new Map<string, number>();
    let units = 0;
    if (policy.guards.latency === null) units = poisson(mean, random);
    else {
      // Disjoint bands of latency, slowest first: independent Poisson counts that add up to exceedances.
      for (let i = slow.length - 1; i >= 0; i--) {
        units += poisson(mean * (elementAt(slow, i) - (slow[i + 1] ?? 0)), random);
        over.set(elementAt(NAMES, i), units);
      }
      units += poisson(mean * (1 - elementAt(slow, 0)), random);
    }
    const failures = binomial(units, failureRate, random);
    const isUnits = count === 'units';
    const times = isUnits ? 1 : requestsPerUnit;
    const retried = isUnits ? 0 : failures * retries;
    return {
      units: units * times + retried,
      failures: failures * times + retried,
      over,
      shifted: new Map(),
      atRisk: new Map(),
      labels: null,
      newcomers: null,
      assigned: units,
      distinct: null,
    };
  }

  /** Inputs that both models answered: an input's own fault fails both, other failures are independent. */
  #pairs(
    mean: number,
    bad: number,
    base: number,
  ): { pairs: number; paired: ReadonlyMap<string, PairCounts> } {
    if (mean === 0) return { pairs: 0, paired: new Map() };
    const draw = (share: number): number => poisson(mean * share, this.#random);
    const shared = Math.min(base * this.#scenario.sharedFailures, bad);
    const candidate = (bad - shared) / (1 - shared);
    const stable = (base - shared) / (1 - shared);
    const cells = (a: number, b: number): number => draw((1 - shared) * a * b);
    const errors = {
      candidateOnly: cells(candidate, 1 - stable),
      stableOnly: cells(1 - candidate, stable),
      both: draw(shared) + cells(candidate, stable),
    };
    const pairs = errors.candidateOnly + errors.stableOnly + errors.both + cells(1 - candidate, 1 - stable);
    return { pairs, paired: new Map([['errors', errors]]) };
  }
}
