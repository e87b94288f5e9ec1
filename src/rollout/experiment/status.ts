/** What an experiment needs collected, and what lists show of it. Pure. */

import { elementAt } from '../../core/element-at.ts';
import { BUCKETS } from '../canary-split.ts';
import { guardStatus, type RolloutStatus } from '../decide/status.ts';
import { harmedUnits } from '../evidence/evidence.ts';
import { GUARDS } from '../policy/policy.ts';
import type { CollectionNeeds } from '../strategy-machine.ts';
import { metricsOf } from './policy.ts';
import { bucketsAwayFromStable } from './routing.ts';
import { type ExperimentState, guardPolicy } from './state.ts';

/** What is to be collected. */
export function experimentNeeds({ policy, control }: ExperimentState): CollectionNeeds {
  const { guards } = policy;
  return {
    window: policy.window,
    watermark: policy.watermark,
    latency: guards.latency !== null,
    slack: guards.latency?.slack ?? 0,
    outputs: guards.outputs !== null,
    control,
    labels: guards.labels && { maturity: guards.labels.maturity },
    metrics: metricsOf(policy).map(({ metric, maturity, cuped, winsorize, bounds }) => ({
      name: metric,
      maturity,
      covariate: cuped,
      cap: winsorize,
      wantsValues: bounds !== null,
    })),
    segment: policy.segments,
  };
}

/** Evidence of harm of one arm against control, of the guards that have seen anything. */
export function armGuards(state: ExperimentState, arm: number): RolloutStatus['evidence'] {
  const { evidence } = elementAt(state.arms, arm);
  const policy = guardPolicy(state.policy);
  const seen = GUARDS.flatMap((name) => {
    const status = guardStatus({ policy, evidence }, name);
    return status === null ? [] : [[name, status] as const];
  });
  return Object.fromEntries(seen);
}

/** The arm with the strongest evidence speaks for each guard. */
export function experimentStatus(state: ExperimentState): RolloutStatus {
  const tested = state.arms.flatMap((arm, i) => (i === state.control ? [] : [{ ...arm, i }]));
  const guards = tested.map(({ i }) => armGuards(state, i));
  const evidence = GUARDS.flatMap((name) => {
    const all = guards.flatMap((arm) => arm[name] ?? []);
    return all.length === 0 ? [] : [[name, all.reduce((a, b) => (b.maxLog > a.maxLog ? b : a))] as const];
  });
  const harmed = tested.map(({ evidence: { guards } }) =>
    Math.max(0, ...GUARDS.map((name) => harmedUnits(guards[name]))),
  );
  return {
    state: state.phase.kind,
    stage: 0,
    stages: 1,
    weight: (bucketsAwayFromStable(state) / BUCKETS) * 100,
    evidence: Object.fromEntries(evidence),
    harmedUnits: harmed.reduce((sum, units) => sum + units, 0),
    ...(state.phase.kind === 'holding' ? { holdCause: state.phase.cause } : {}),
  };
}
