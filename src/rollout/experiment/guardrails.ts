/** What keeps an arm from being shipped, or ends it, whatever it does for the metric that decides. Pure. */
import { elementAt } from '../../core/element-at.ts';
import { benefitIn } from './benefit.ts';
import { intervalAtEveryLook } from './metric.ts';
import { type GuardrailPolicy, metricsOf } from './policy.ts';
import { segmentDifferences, segmentTitle } from './segment-view.ts';
import { segmentInterval } from './segments.ts';
import { comparisonOf, type ExperimentState, metricRole, segmentComparison } from './state.ts';

const guardrailsOf = ({
  policy,
}: ExperimentState): readonly (readonly [index: number, rule: GuardrailPolicy])[] => {
  const first = metricsOf(policy).length - policy.guardrails.length;
  return policy.guardrails.map((rule, i) => [first + i, rule] as const);
};

/** The first guardrail in which the arm is worse by more than its margin, at any look; or null. */
export function violatedGuardrail(state: ExperimentState, arm: number): string | null {
  const broken = guardrailsOf(state).find(([index, { direction, margin }]) => {
    const interval = intervalAtEveryLook(
      elementAt(state.metrics, index),
      arm,
      comparisonOf(state.policy, index),
    );
    return benefitIn(direction, interval).upper < -margin;
  });
  return broken?.[1].metric ?? null;
}

/** The first guardrail of which nothing is known yet: what was never looked at has not passed. */
export function unknownGuardrail(state: ExperimentState, arm: number): string | null {
  const unknown = guardrailsOf(state).find(([index]) => {
    const comparison = comparisonOf(state.policy, index);
    return intervalAtEveryLook(elementAt(state.metrics, index), arm, comparison).lower === null;
  });
  return unknown?.[1].metric ?? null;
}

/** Why segments keep the arm from being shipped, in words; null where they do not, or are not asked. */
export function segmentObjection(state: ExperimentState, arm: number): string | null {
  const { segmentGuard } = state.policy;
  if (segmentGuard === null) return null;
  const harmed = harmedSegment(state, arm);
  if (harmed !== null || segmentGuard === 'harmed') return harmed;
  return segmentDifferences(state, 0, arm)[0]?.message ?? null;
}

/** In the metric that decides, or in a guardrail. */
function harmedSegment(state: ExperimentState, arm: number): string | null {
  const { policy, segments, arms } = state;
  for (const [index, { metric, direction }] of metricsOf(policy).entries()) {
    if (metricRole(policy, index) === 'shown') continue;
    const comparison = segmentComparison(policy, index);
    const harmed = elementAt(segments, index).find(
      (segment) =>
        benefitIn(direction, segmentInterval(segment, arm, comparison)).upper < -marginOf(state, index),
    );
    if (harmed !== undefined)
      return `${elementAt(arms, arm).name} is worse in ${metric} for ${segmentTitle(policy, harmed.name)}`;
  }
  return null;
}

function marginOf({ policy }: ExperimentState, index: number): number {
  const first = metricsOf(policy).length - policy.guardrails.length;
  return index === 0 ? policy.rule.margin : elementAt(policy.guardrails, index - first).margin;
}
