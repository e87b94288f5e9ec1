/** The course that a healthy candidate is expected to take through its stages. Pure. */
import { elementAt } from '../../core/element-at.ts';
import {
  type CertificateTimes,
  type CollectedEvidence,
  certificateTimes,
  type ExpectedTraffic,
} from './certificate-time.ts';
import type { RolloutPolicy } from './policy.ts';
import { finalBakeMillis, roundUpToWindows, type StageSpan } from './stage-timeline.ts';
import { isCertificateUnreachable, isUnitMinimumUnreachable } from './unit-shortage.ts';

export interface PromotionTimeline {
  readonly certificate: CertificateTimes | null;
  /** When each stage below 100 % ends, in milliseconds; null for never. People's approval is left out. */
  readonly ends: readonly (number | null)[];
  readonly promotion: number | null;
}

/** `spans` are the stages that are left, `seen` what the certificate has of its evidence. */
export function promotionTimeline(
  policy: RolloutPolicy,
  traffic: ExpectedTraffic,
  spans: readonly StageSpan[],
  seen?: { readonly errors: CollectedEvidence; readonly latency: CollectedEvidence },
): PromotionTimeline {
  const gate = gateOf(policy, spans);
  const expected = certificateTimes(policy, traffic, spans.slice(0, gate + 1), seen);
  const isVain =
    expected !== null && expected.time !== 0 && isCertificateUnreachable(policy, traffic.units ?? Infinity);
  const certificate = isVain ? { ...expected, time: null } : expected;
  const ends: (number | null)[] = [];
  let late: number | null = 0;
  const { units = Infinity } = traffic;
  for (const [i, { to, stage, missing }] of spans.entries()) {
    if (i === gate && certificate !== null && late !== null)
      late = certificate.time && roundUpToWindows(Math.max(0, certificate.time - to), policy.window);
    if (missing > 0 && isUnitMinimumUnreachable(elementAt(policy.stages, stage), units)) late = null;
    ends.push(late === null ? null : to + late);
  }
  const last = ends.length === 0 ? 0 : elementAt(ends, ends.length - 1);
  return { certificate, ends, promotion: last === null ? null : last + finalBakeMillis(policy) };
}

/** Index of the span that ends only with the certificate. */
function gateOf({ certificate }: RolloutPolicy, spans: readonly StageSpan[]): number {
  if (certificate?.gates !== 'every') return spans.length - 1;
  return Math.max(
    0,
    spans.findIndex(({ weight }) => weight > 0),
  );
}
