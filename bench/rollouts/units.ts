/**
 * Rollouts of few and of many units who come again and again, told apart (`after`) and counted anew in every window
 * (`before`): how often a version that does no harm is rolled back, and how often one that does is promoted. Each run
 * goes through the collector and the decision as live.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../../src/core/random.ts';
import { PopulationTraffic } from '../../src/rollout/simulate/population.ts';
import { withoutUnits } from '../../src/rollout/simulate/rollback-rules.ts';
import { parseScenario } from '../../src/rollout/simulate/scenario.ts';
import { simulateRun, type WindowGenerator } from '../../src/rollout/simulate/simulate.ts';
import { ROOT } from '../serving/peers.ts';

const UNITS = [20, 200, 2000, 20_000];
/** Requests a second: three a minute of each unit, but for where that would be more than a bench can draw. */
const rateOf = (units: number): number => Math.min(20, units / 20);

const POLICIES: Readonly<Record<string, object>> = {
  default: {},
  'no shadow': { stages: [5, 25, 50, 100].map((weight) => ({ weight, minUnits: 5 })) },
};

const UNALIKE = { spread: 1, failingAlways: 0.04 };

interface Case {
  readonly name: string;
  readonly isHarmful: boolean;
  readonly population: object;
  readonly effect?: object;
}

const CASES: readonly Case[] = [
  { name: 'identical', isHarmful: false, population: {} },
  { name: 'identical, busy units, 4 % fail always', isHarmful: false, population: UNALIKE },
  { name: 'fails 4 % of units in every request', isHarmful: true, population: { failing: 0.04 } },
  { name: 'fails 4 % of units, busy ones', isHarmful: true, population: { spread: 1, failing: 0.04 } },
  { name: 'fails 4 % of requests more', isHarmful: true, population: {}, effect: { errors: 0.04 } },
];

interface Cell {
  readonly policy: string;
  readonly units: number;
  readonly case: string;
  readonly counted: 'before' | 'after';
  readonly runs: number;
  readonly rolledBack: number;
  readonly promoted: number;
  readonly held: number;
  /** Of rollbacks; null where there is none. */
  readonly medianMinutes: number | null;
  /** Windows of units that the candidate failed, a run. */
  readonly harmed: number;
}

/** `runs` of identical versions; a quarter of them of harmful ones, and of what was before. */
export function units({ runs }: { runs: number }): void {
  const cells: Cell[] = [];
  for (const policy of Object.keys(POLICIES))
    for (const one of CASES)
      for (const count of UNITS)
        for (const counted of ['before', 'after'] as const) {
          const isFull = counted === 'after' && !one.isHarmful;
          const cell = cellOf(policy, one, count, counted, isFull ? runs : Math.ceil(runs / 4));
          cells.push(cell);
          console.log(JSON.stringify(cell));
        }
  console.table(cells);
  writeFileSync(join(ROOT, 'bench/results/units.json'), `${JSON.stringify({ runs, cells }, null, 2)}\n`);
}

function cellOf(
  policy: string,
  { name, population, effect = {} }: Case,
  count: number,
  counted: Cell['counted'],
  runs: number,
): Cell {
  const scenario = parseScenario({
    ...{ rate: rateOf(count), baseError: 0.005, horizon: '1h', effect, policy: POLICIES[policy]! },
    population: { units: count, ...population },
  });
  const random = seededRandom(20_261_129);
  const all = Array.from({ length: runs }, () => {
    const traffic = new PopulationTraffic(scenario, scenario.population!, random);
    return simulateRun(scenario, counted === 'after' ? traffic : before(traffic));
  });
  const delays = all.filter(({ outcome }) => outcome === 'rolledBack').map(({ seconds }) => seconds / 60);
  const ended = (outcome: string): number => all.filter((run) => run.outcome === outcome).length;
  return {
    ...{ policy, units: count, case: name, counted, runs },
    ...{ rolledBack: delays.length, promoted: ended('promoted'), held: ended('held') },
    medianMinutes: delays.sort((a, b) => a - b)[Math.floor(delays.length / 2)] ?? null,
    harmed: Number((all.reduce((sum, { harmed }) => sum + harmed, 0) / runs).toPrecision(3)),
  };
}

const before = (traffic: WindowGenerator): WindowGenerator => ({
  window(index, route) {
    const drawn = traffic.window(index, route);
    return { ...drawn, window: withoutUnits(drawn.window) };
  },
});
