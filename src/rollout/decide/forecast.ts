/** What a rollout that goes by stages is expected to come to, and when, at given traffic. Pure. */
import { elementAt } from '../../core/element-at.ts';
import { certificateRecord, type RolloutEvidence } from '../evidence/evidence.ts';
import type { CollectedEvidence, ExpectedTraffic } from '../policy/certificate-time.ts';
import { detectionTime } from '../policy/detection-time.ts';
import { promotionTimeline } from '../policy/promotion-timeline.ts';
import { FIRST_POSITION, stageSpans } from '../policy/stage-timeline.ts';
import type { RolloutState } from './state.ts';

/** Times are those of a typical rollout of a candidate that does no harm, in milliseconds; null for never. */
export interface PolicyForecast {
  /** Units a second, and the share of stable's that fail. */
  readonly rate: number;
  readonly errorRate: number;
  /** The stages that are left below 100 %, and when each ends from now on; people's approval is left out. */
  readonly stages: readonly { readonly stage: number; readonly end: number | null }[];
  /** From now on: until the certificate of no harm is complete. Absent where the policy wants none. */
  readonly certificate?: number | null;
  /** From now on: until everybody has the candidate. Null where that is left to a person, too. */
  readonly promotion: number | null;
  /** From the beginning of the rollout: until a candidate that fails at this rate is found. */
  readonly detection: { readonly rate: number; readonly time: number | null } | null;
}

/** Null once nothing is expected any more: nobody waits for evidence at 100 %, or while a person is waited for. */
export function forecastPolicy(state: RolloutState, traffic: ExpectedTraffic): PolicyForecast | null {
  const { policy, phase, stage, progress, evidence } = state;
  const current = policy.stages[stage];
  if (phase.kind !== 'running' || current === undefined || current.weight === 100 || !(traffic.rate > 0))
    return null;
  const units = Math.min(progress.candidateUnits, progress.stableUnits);
  const spans = stageSpans(policy, traffic.rate, { stage, bake: progress.bake, units });
  const errors = seenOf(evidence, 'errors');
  const latency = seenOf(evidence, 'latency');
  const measured = { ...traffic, ...slownessOf(evidence) };
  const { certificate, ends, promotion } = promotionTimeline(policy, measured, spans, { errors, latency });
  const found = detectionTime(policy, traffic, stageSpans(policy, traffic.rate, FIRST_POSITION));
  return {
    rate: traffic.rate,
    errorRate: traffic.errorRate,
    stages: spans.map((span, i) => ({ stage: span.stage, end: elementAt(ends, i) })),
    ...(certificate === null ? {} : { certificate: certificate.time }),
    promotion: elementAt(policy.stages, policy.stages.length - 1).weight === 100 ? promotion : null,
    detection: found && { rate: found.rate, time: found.time },
  };
}

function seenOf(evidence: RolloutEvidence, name: 'errors' | 'latency'): CollectedEvidence {
  const { candidate, log } = certificateRecord(evidence, name) ?? {
    candidate: { units: 0, bad: 0 },
    log: 0,
  };
  return { ...candidate, log };
}

/** Fewer units of stable than this say little of a share of one in a hundred. */
const UNITS_LEAST = 500;

/** Slack leaves fewer answers beyond the mark than its quantile says. */
function slownessOf(evidence: RolloutEvidence): Pick<ExpectedTraffic, 'slowShare'> {
  const stable = certificateRecord(evidence, 'latency')?.stable;
  return stable === undefined || stable.units < UNITS_LEAST ? {} : { slowShare: stable.bad / stable.units };
}
