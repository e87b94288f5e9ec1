/** Invented windows and cohorts for tests of experiments. */
import type { Random } from '../../../core/ports.ts';
import { seededRandom } from '../../../core/random.ts';
import { blankWindow } from '../../collect/testing/parts.ts';
import type { RolloutAction } from '../../decide/state.ts';
import { type ArmCounts, NO_ARM_COUNTS } from '../../recorded-window.ts';
import type { ClosedWindow, MachineEvent, MachineStart, MachineStep } from '../../strategy-machine.ts';
import { experiment } from '../machine.ts';
import { addUnit, type CohortOutcomes, type MetricOutcomes, NO_SUMS, NOTHING_MATURED } from '../outcomes.ts';
import type { ExperimentState } from '../state.ts';
import { type ExperimentView, experimentView } from '../view.ts';

export const EXPERIMENT_MINUTE_MS = 60_000;

export const machineStartOf = (policy: unknown, more: Partial<MachineStart> = {}): MachineStart => ({
  attempt: 'ro_1',
  candidate: 2,
  stable: 1,
  binding: { candidate: 'b', stable: 'a', policyHash: 'p' },
  policy,
  now: 0,
  fence: 0,
  rolledBackBefore: false,
  ...more,
});

export interface InventedWindow {
  readonly window: number;
  readonly shares?: readonly number[];
  readonly arms?: readonly Partial<ArmCounts>[];
  readonly outcomes?: MetricOutcomes | null;
}

export const closedWindow = ({
  window,
  shares = [0.5, 0.5],
  arms = [],
  outcomes = null,
}: InventedWindow): ClosedWindow =>
  blankWindow({
    window,
    start: window * EXPERIMENT_MINUTE_MS,
    shares,
    arms: shares.map((_, arm) => ({ ...NO_ARM_COUNTS, ...arms[arm] })),
    outcomes: outcomes && { ...NOTHING_MATURED, cohorts: outcomes },
  });

/** A unit with its arm, its value and what was known of it before. */
export type InventedUnit = readonly [arm: number, y: number, x?: number];

export const cohortOf = (
  metric: string,
  window: number,
  units: readonly InventedUnit[],
  arms = 2,
): CohortOutcomes => ({
  metric,
  window,
  start: window * EXPERIMENT_MINUTE_MS,
  arms: Array.from({ length: arms }, (_, arm) =>
    units.filter(([at]) => at === arm).reduce((sums, [, y, x = 0]) => addUnit(sums, y, x), NO_SUMS),
  ),
  values: units.map(([arm, y]) => [arm, y]),
});

/** A cohort of several segments, each with its units. */
export const segmentedCohort = (
  metric: string,
  window: number,
  units: Readonly<Record<string, readonly InventedUnit[]>>,
  arms = 2,
): CohortOutcomes => ({
  ...cohortOf(metric, window, Object.values(units).flat(), arms),
  segments: Object.entries(units).map(([name, own]) => ({ name, arms: cohortOf('', 0, own, arms).arms })),
});

/** `count` units, each in an arm drawn by `shares`, with the value that `draw` gives it. */
export const drawUnits = (
  count: number,
  shares: readonly number[],
  random: Random,
  draw: (arm: number, random: Random) => number,
): readonly InventedUnit[] =>
  Array.from({ length: count }, () => {
    let arm = 0;
    for (let u = random.next(); arm < shares.length - 1 && u >= shares[arm]!; arm++) u -= shares[arm]!;
    return [arm, draw(arm, random)];
  });

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log1p(-random.next())) * Math.cos(2 * Math.PI * random.next());

/** Revenue: most buy nothing, the rest a lognormal amount. */
export const revenue =
  (buyers: number, sigma: number, lift = 1) =>
  (random: Random): number =>
    random.next() < buyers ? lift * Math.exp(sigma * normal(random)) : 0;

export const REVENUE = { primary: { metric: 'revenue' } };

export interface TestRun {
  state: ExperimentState;
  steps: MachineStep<ExperimentState>[];
  actions: RolloutAction[];
}

export const begin = (policy: unknown = REVENUE): TestRun => ({
  state: experiment.start(machineStartOf(policy)),
  steps: [],
  actions: [],
});

export function feed(run: TestRun, event: MachineEvent, now: number): MachineStep<ExperimentState> {
  const step = experiment.decide(run.state, event, now);
  run.state = step.state;
  run.steps.push(step);
  run.actions.push(...step.actions);
  return step;
}

export const feedWindow = (run: TestRun, window: InventedWindow): MachineStep<ExperimentState> =>
  feed(run, { kind: 'window', window: closedWindow(window) }, (window.window + 1) * EXPERIMENT_MINUTE_MS);

export const command = (kind: 'abort' | 'promote' | 'pause' | 'resume' | 'approve'): MachineEvent => ({
  kind: 'command',
  command: { kind, by: 'ada' },
});

/** A minute of 200 units whose values differ by `lift` between the arms. */
export const minute = (window: number, lift: number, random = seededRandom(window)): InventedWindow => ({
  window,
  outcomes: [
    cohortOf(
      'revenue',
      window,
      drawUnits(200, [0.5, 0.5], random, (arm, { next }) => 10 * next() + arm * lift),
    ),
  ],
});

export const viewOf = ({ state }: TestRun): ExperimentView => experimentView(state);
