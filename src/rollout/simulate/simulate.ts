/** Many rollouts of one policy over invented traffic, through the same decision as live. Pure. */
import type { Random } from '../../core/ports.ts';
import { decide } from '../decide/decide.ts';
import { type RolloutState, startRollout } from '../decide/state.ts';
import { nearestRank } from '../metric/quantile.ts';
import { PopulationTraffic } from './population.ts';
import type { SimulationScenario } from './scenario.ts';
import { SimulatedTraffic } from './traffic.ts';

export interface DistributionSummary {
  readonly mean: number;
  readonly median: number;
  readonly p90: number;
  readonly max: number;
}

export interface SimulationResult {
  readonly runs: number;
  readonly rolledBack: number;
  readonly promoted: number;
  /** Runs that wait for a person, and runs that the horizon ended while they still collected. */
  readonly held: number;
  /** Seconds from the start of a run to its rollback; null where there is none. */
  readonly medianDelaySeconds: number | null;
  readonly p90DelaySeconds: number | null;
  readonly medianPromotionSeconds: number | null;
  /** Units harmed by the candidate until the run was decided. */
  readonly harmedUnits: DistributionSummary;
}

export interface SimulatedRun {
  readonly outcome: 'rolledBack' | 'promoted' | 'held';
  readonly seconds: number;
  readonly harmed: number;
}

/** `onRun` is called after each run, for progress. */
export function simulateScenario(
  scenario: SimulationScenario,
  runs: number,
  random: Random,
  onRun?: (done: number) => void,
): SimulationResult {
  const all: SimulatedRun[] = [];
  for (let i = 0; i < runs; i++) {
    all.push(simulateRun(scenario, trafficOf(scenario, random)));
    onRun?.(i + 1);
  }
  return summary(all);
}

/** Windows in order, each drawn when the route of it is known. */
export type WindowGenerator = Pick<SimulatedTraffic, 'window'>;

const trafficOf = (scenario: SimulationScenario, random: Random): WindowGenerator =>
  scenario.population === null
    ? new SimulatedTraffic(scenario, random)
    : new PopulationTraffic(scenario, scenario.population, random);

/** One rollout from its start to a verdict, or to the horizon. */
export function simulateRun(scenario: SimulationScenario, traffic: WindowGenerator): SimulatedRun {
  const { policy, horizon } = scenario;
  const binding = { candidate: 'c', stable: 's', policyHash: 'p' };
  let { state } = decide(startRollout({ attempt: 'run', binding, policy, now: 0 }), { kind: 'tick' }, 0);
  let harmed = 0;
  const last = Math.ceil(horizon / policy.window);
  for (let index = 0; index < last && state.phase.kind === 'running'; index++) {
    const drawn = traffic.window(index, routeOf(state));
    harmed += drawn.harmed;
    const now = (index + 1) * policy.window;
    state = decide(state, { kind: 'window', window: drawn.window }, now).state;
  }
  return { outcome: outcomeOf(state), seconds: state.clock.now / 1000, harmed };
}

const routeOf = ({ weight, shadow }: RolloutState) => ({ weight: weight / 10_000, shadow: shadow / 100 });

function outcomeOf({ phase }: RolloutState): SimulatedRun['outcome'] {
  if (phase.kind === 'rolled-back') return 'rolledBack';
  return phase.kind === 'promoted' || phase.kind === 'provisional' ? 'promoted' : 'held';
}

function summary(runs: readonly SimulatedRun[]): SimulationResult {
  const of = (outcome: SimulatedRun['outcome']): number[] =>
    runs.filter((run) => run.outcome === outcome).map(({ seconds }) => seconds);
  const delays = of('rolledBack');
  const harmed = runs.map((run) => run.harmed);
  return {
    runs: runs.length,
    rolledBack: delays.length,
    promoted: of('promoted').length,
    held: of('held').length,
    medianDelaySeconds: quantile(delays, 0.5),
    p90DelaySeconds: quantile(delays, 0.9),
    medianPromotionSeconds: quantile(of('promoted'), 0.5),
    harmedUnits: {
      mean: harmed.reduce((sum, n) => sum + n, 0) / Math.max(1, harmed.length),
      median: quantile(harmed, 0.5) ?? 0,
      p90: quantile(harmed, 0.9) ?? 0,
      max: harmed.reduce((most, n) => Math.max(most, n), 0),
    },
  };
}

/** The lower empirical quantile, null of nothing. */
const quantile = (values: readonly number[], q: number): number | null =>
  values.length === 0
    ? null
    : nearestRank(
        values.toSorted((a, b) => a - b),
        q,
      );
