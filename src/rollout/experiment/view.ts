/** What people are shown of an experiment: where every arm stands in every metric, and how it came there. Pure. */
import { bayesView } from '../metric/bayes.ts';
import { pValue } from '../metric/sequential.ts';
import { sharesOf } from './allocation.ts';
import { ACCURACY, type Scale } from './compare.ts';
import { intervalAtEveryLook, intervalAtTheEnd, liftOf } from './metric.ts';
import { comparisonOf, type ExperimentState, type Look, type LossCause, metricsOf } from './state.ts';

export interface ExperimentView {
  readonly arms: readonly {
    readonly name: string;
    readonly version: number;
    readonly isControl: boolean;
    /** Of the units that take part. */
    readonly share: number;
    /** Units seen for the first time. */
    readonly units: number;
    readonly lost: LossCause | null;
  }[];
  readonly metrics: readonly MetricStanding[];
  /** p of the test that units are split as they should be; null without the test. */
  readonly split: { readonly p: number } | null;
  readonly winner: string | null;
  /** The metric that decides, at every look so far (every second one is left out where they are many). */
  readonly looks: readonly (Omit<Look, 'arm'> & { readonly arm: string })[];
}

/** One arm against control in one metric. */
export interface MetricStanding {
  readonly metric: string;
  readonly scale: Scale;
  readonly isPrimary: boolean;
  readonly arm: string;
  /** Units whose value has matured, of the arm and of control. */
  readonly units: readonly [own: number, control: number];
  readonly mean: number | null;
  readonly controlMean: number | null;
  readonly estimate: number | null;
  /** An interval that holds at all looks together; null before there are enough units. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** Of the one look of a fixed horizon, once it is over. */
  readonly atTheEnd: { readonly lower: number; readonly upper: number; readonly p: number } | null;
  /** Posterior probability that the arm is better: for display alone. */
  readonly chance: number | null;
}

export function experimentView(state: ExperimentState): ExperimentView {
  const { arms, control, phase, policy, srm } = state;
  const shares = sharesOf(state.runs, arms.length);
  const tested = arms.map((_, arm) => arm).filter((arm) => arm !== control);
  return {
    arms: arms.map(({ name, version, units, lost }, i) => ({
      ...{ name, version, isControl: i === control },
      ...{ share: shares[i]!, units, lost },
    })),
    metrics: metricsOf(policy).flatMap((_, index) => tested.map((arm) => standingOf(state, index, arm))),
    split: policy.srm && { p: pValue(srm.maxLog) },
    winner: phase.kind === 'promoted' ? arms[phase.arm]!.name : null,
    looks: state.looks.map((look) => ({ ...look, arm: arms[look.arm]!.name })),
  };
}

function standingOf(state: ExperimentState, index: number, arm: number): MetricStanding {
  const { policy, metrics, arms, control } = state;
  const rule = metricsOf(policy)[index]!;
  const metric = metrics[index]!;
  const comparison = comparisonOf(policy, rule, index === 0);
  const [own, other] = [metric.arms[arm]!, metric.arms[control]!];
  const lift = liftOf(metric, arm, comparison);
  const sign = rule.direction === 'up' ? 1 : -1;
  const end = index === 0 && state.isComplete ? intervalAtTheEnd(metric, arm, comparison) : null;
  return {
    metric: rule.metric,
    scale: rule.metric === ACCURACY ? 'share' : 'plain',
    isPrimary: index === 0,
    arm: arms[arm]!.name,
    units: [own.n, other.n],
    mean: own.n === 0 ? null : own.y / own.n,
    controlMean: other.n === 0 ? null : other.y / other.n,
    ...intervalAtEveryLook(metric, arm, comparison),
    atTheEnd: end && { lower: end.lower!, upper: end.upper!, p: end.p },
    chance:
      lift === null || !(lift.variance > 0)
        ? null
        : bayesView({ estimate: sign * lift.estimate, variance: lift.variance }).chance,
  };
}
