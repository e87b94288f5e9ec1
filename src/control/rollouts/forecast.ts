/** What a rollout is expected to come to at the traffic that it sees, or that its endpoint had before. Pure. */
import { elementAt } from '../../core/element-at.ts';
import type { StagedState } from '../../rollout/canary/machine.ts';
import { forecastPolicy, type PolicyForecast } from '../../rollout/decide/forecast.ts';
import type { RolloutState } from '../../rollout/decide/state.ts';
import { unitShortageWarnings } from '../../rollout/policy/unit-shortage.ts';
import type { Strategy } from '../../store/store.ts';
import type { MeasuredTraffic } from '../fleet/traffic-meter.ts';
import type { RolloutSnapshot } from './rollout-snapshot.ts';

export interface RolloutForecast extends PolicyForecast {
  /** Whose traffic it is at. */
  readonly basis: 'rollout' | 'endpoint';
}

/** Before there are so many windows and units, the traffic of the endpoint says more. */
const WINDOWS_LEAST = 5;
const UNITS_LEAST = 100;

/** A forecast costs milliseconds, and people look more often than anything happens: one a state. */
const atItsOwn = new WeakMap<RolloutState, PolicyForecast | null>();

/** Null of experiments, of what is over or waits for a person, and where no traffic is known. */
export function rolloutForecast(
  { row, state, totals, needs }: RolloutSnapshot,
  before: MeasuredTraffic | null,
): RolloutForecast | null {
  if (row.strategy === 'ab' || row.endedAt !== null) return null;
  const { rollout } = state as StagedState;
  const units = totals.arms.reduce((sum, arm) => sum + arm.units, 0);
  if (totals.windows >= WINDOWS_LEAST && units >= UNITS_LEAST) {
    const stable = elementAt(totals.arms, needs.control);
    const errorRate = stable.units === 0 ? 0 : stable.failures / stable.units;
    const traffic = { rate: units / (rollout.clock.elapsed / 1000), errorRate, ...unitsOf(before) };
    const known = atItsOwn.get(rollout);
    const forecast = known === undefined ? forecastPolicy(rollout, traffic) : known;
    atItsOwn.set(rollout, forecast);
    return forecast && { ...forecast, basis: 'rollout' };
  }
  if (before === null) return null;
  const forecast = forecastPolicy(rollout, {
    rate: before.rate,
    errorRate: before.errorShare,
    ...unitsOf(before),
  });
  return forecast && { ...forecast, basis: 'endpoint' };
}

const unitsOf = (before: MeasuredTraffic | null): { readonly units?: number } =>
  before === null || before.units === null ? {} : { units: before.units };

/** Strategies whose stages wait for units. */
const WAITING: ReadonlySet<Strategy> = new Set(['canary', 'blue-green']);

/** What it waits for in vain (`unit-shortage.ts`); nothing once it is over, or where no number of units is known. */
export function rolloutWarnings({ row, state }: RolloutSnapshot, before: MeasuredTraffic | null): string[] {
  const units = before?.units ?? null;
  if (units === null || !WAITING.has(row.strategy) || row.endedAt !== null) return [];
  const { policy, stage, progress } = (state as StagedState).rollout;
  const seen = Math.min(progress.candidateUnits, progress.stableUnits);
  const isFull = seen >= (policy.stages[stage]?.minUnits ?? 0);
  return unitShortageWarnings(policy, units, stage + Number(isFull));
}
