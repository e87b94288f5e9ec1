/**
 * What a policy can do at given traffic: how long the promotion of a healthy candidate takes, and how soon one that is
 * worse by the margin is found. The times are those of a typical run, not bounds. Pure.
 */
import { PlimsollError } from '../../core/errors.ts';
import { formatDuration } from '../../text/duration.ts';
import { percent } from '../../text/percent.ts';
import type { CertificateTimes, ExpectedTraffic } from './certificate-time.ts';
import { detectionTime, type HarmDetection } from './detection-time.ts';
import type { RolloutPolicy } from './policy.ts';
import { promotionTimeline } from './promotion-timeline.ts';
import { FIRST_POSITION, finalBakeMillis, stageSpans } from './stage-timeline.ts';
import { unitShortageWarnings } from './unit-shortage.ts';

export interface PolicyReport {
  /** Milliseconds of bake times and minimum units alone. */
  readonly stages: number;
  readonly certificate: CertificateTimes | null;
  /** Expected milliseconds until a healthy candidate is promoted, people's approval left out; null for never. */
  readonly promotion: number | null;
  readonly detection: HarmDetection | null;
  readonly warnings: readonly string[];
}

export function lintPolicy(policy: RolloutPolicy, traffic: ExpectedTraffic): PolicyReport {
  const spans = stageSpans(policy, traffic.rate, FIRST_POSITION);
  const { certificate, promotion } = promotionTimeline(policy, traffic, spans);
  const report = {
    stages: (spans.at(-1)?.to ?? 0) + finalBakeMillis(policy),
    certificate,
    promotion,
    detection: detectionTime(policy, traffic, spans),
  };
  const few = traffic.units === undefined ? [] : unitShortageWarnings(policy, traffic.units);
  // What is never over for want of units is told once.
  return { ...report, warnings: [...(few.length === 0 ? warningsOf(policy, report) : []), ...few] };
}

/** The report, or POLICY_BLIND with the numbers where the policy cannot find its margin before its deadline. */
export function checkPolicy(policy: RolloutPolicy, traffic: ExpectedTraffic): PolicyReport {
  const report = lintPolicy(policy, traffic);
  const { detection } = report;
  if (detection === null || (detection.time !== null && detection.time <= policy.maxTime)) return report;
  const time = detection.time === null ? 'never' : `after ${formatDuration(detection.time)}`;
  throw new PlimsollError('POLICY_BLIND', {
    rate: Number(traffic.rate.toPrecision(3)),
    errorRate: percent(traffic.errorRate),
    harm: percent(detection.rate),
    time,
    maxTime: formatDuration(policy.maxTime),
    needed: detection.needed.toFixed(1),
    expected: detection.expected.toFixed(1),
  });
}

function warningsOf(
  policy: RolloutPolicy,
  { certificate, promotion, stages, detection }: Omit<PolicyReport, 'warnings'>,
): string[] {
  const warnings: string[] = [];
  if (certificate !== null && (promotion === null || promotion > policy.maxTime)) {
    const when = promotion === null ? 'never' : `in ${formatDuration(promotion)}`;
    warnings.push(
      `the certificate is expected ${when}, the deadline is ${formatDuration(policy.maxTime)}: a healthy candidate ends with "${policy.onTimeout}"`,
    );
  }
  const found = detection?.time ?? Infinity;
  if (certificate === null && detection !== null && policy.holdback === 0 && found > stages)
    warnings.push(
      `without a certificate the rollout is over after ${formatDuration(stages)}, before a candidate that fails in ${percent(detection.rate)} is found`,
    );
  const alphas = Object.values(policy.guards).map((guard) => guard?.alpha ?? 0);
  const total = alphas.reduce((sum, alpha) => sum + alpha, 0);
  if (total > 0.01 + 1e-9)
    warnings.push(`the guards together roll back a healthy candidate in up to ${percent(total)} of rollouts`);
  return warnings;
}
