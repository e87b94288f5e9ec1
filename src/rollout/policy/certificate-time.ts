/** When the certificate of no harm is expected: the median, as far as that can be said without trying. Pure. */
import {
  type CrossingChance,
  chanceCrossedBy,
  crossingChances,
  type SeenCounts,
  walkCrossingChance,
} from './boundary-crossing.ts';
import type { CertificatePolicy, RolloutPolicy } from './policy.ts';
import { grownBy, type StageSpan } from './stage-timeline.ts';

export interface ExpectedTraffic {
  /** Units a second, both arms together. */
  readonly rate: number;
  /** Share of units that fail on stable. */
  readonly errorRate: number;
  /** Share of stable's units beyond the highest slow mark. @default {0.01, as of p99 without slack} */
  readonly slowShare?: number;
  /** Distinct units that ever come. @default {no end of them} */
  readonly units?: number;
}

/** What a rollout has of a certificate already. */
export interface CollectedEvidence extends SeenCounts {
  /** log evidence of its form in odds ratio. */
  readonly log: number;
}

const NOTHING: CollectedEvidence = { units: 0, bad: 0, log: 0 };

export interface CertificateTime {
  /** Milliseconds until its evidence is complete in half of all rollouts, null where it never is. */
  readonly time: number | null;
  /** Which of both forms is the more likely one then. */
  readonly form: 'oddsRatio' | 'margin';
  /** Units of the candidate that the absolute form still needs, null where it cannot get there. */
  readonly units: number | null;
}

export interface CertificateTimes {
  /** Until both are complete. */
  readonly time: number | null;
  readonly errors: CertificateTime | null;
  /** Of slow answers, where latency is guarded and anybody is answered before the promotion. */
  readonly latency: CertificateTime | null;
}

/** Share of stable's answers above the highest quantile that is frozen, p99. */
const SLOW_SHARE = 0.01;
/** A median: neither form of neither certificate is waited for longer in half of all rollouts. */
const HALF = 0.5;
/** Longest time that is looked ahead, in milliseconds. */
const FOREVER_MS = 100 * 365 * 86_400_000;

/** `spans` are those in which it is collected; the last lasts until it is there. Null where none is wanted. */
export function certificateTimes(
  { certificate, guards }: RolloutPolicy,
  { rate, errorRate, slowShare = SLOW_SHARE }: ExpectedTraffic,
  spans: readonly StageSpan[],
  seen: { readonly errors: CollectedEvidence; readonly latency: CollectedEvidence } = {
    errors: NOTHING,
    latency: NOTHING,
  },
): CertificateTimes | null {
  if (certificate === null) return null;
  const { margin } = certificate;
  const common = { rate, certificate, spans };
  const errors =
    guards.errors &&
    chancesOf({ ...common, share: errorRate, limit: margin, isPaired: true, seen: seen.errors });
  const slow = { share: slowShare, limit: SLOW_SHARE + margin, isPaired: false, seen: seen.latency };
  const answers = spans.some(({ weight }) => weight > 0);
  const latency = guards.latency && answers ? chancesOf({ ...common, ...slow }) : null;
  const both = (time: number): number => chanceAt(errors, time) * chanceAt(latency, time);
  return { time: medianOf(both), errors: errors && timeOf(errors), latency: latency && timeOf(latency) };
}

interface Certified {
  /** Share of units that go wrong, and the share whose absence is certified in the absolute form. */
  readonly share: number;
  readonly limit: number;
  readonly rate: number;
  readonly certificate: CertificatePolicy;
  readonly spans: readonly StageSpan[];
  /** Whether copies in a shadow stage count, too. */
  readonly isPaired: boolean;
  readonly seen: CollectedEvidence;
}

/** With which chance each form is complete after so many milliseconds. */
interface Chances {
  readonly margin: (time: number) => number;
  readonly oddsRatio: (time: number) => number;
  readonly passed: readonly CrossingChance[];
}

function chancesOf(wanted: Certified): Chances {
  const { share, limit, rate, certificate, spans, isPaired, seen } = wanted;
  const { alpha } = certificate;
  const passed = crossingChances({ share, limit, alpha }, seen);
  const computed = ({ weight, shadow }: StageSpan): number => rate * (weight + (isPaired ? shadow : 0));
  const bound = Math.log(1 / alpha) - seen.log;
  const mean = (span: StageSpan): number => stepsIn(wanted, span).mean;
  const variance = (span: StageSpan): number => stepsIn(wanted, span).variance;
  return {
    passed,
    margin: (time) => chanceCrossedBy(passed, grownBy(spans, time, computed)),
    oddsRatio: (time) =>
      walkCrossingChance(bound, grownBy(spans, time, mean), grownBy(spans, time, variance)),
  };
}

/** Either form suffices. They rise and fall together, so that the second adds little to the more likely one. */
const chanceAt = (chances: Chances | null, time: number): number =>
  chances === null ? 1 : Math.max(chances.margin(time), chances.oddsRatio(time));

function timeOf(chances: Chances): CertificateTime {
  const time = medianOf((at) => chanceAt(chances, at));
  const at = time ?? FOREVER_MS;
  return {
    time,
    form: chances.oddsRatio(at) > chances.margin(at) ? 'oddsRatio' : 'margin',
    units: chances.passed.find(({ chance }) => chance >= HALF)?.units ?? null,
  };
}

/** Milliseconds, to the next whole one. */
function medianOf(chance: (time: number) => number): number | null {
  if (chance(FOREVER_MS) < HALF) return null;
  let [low, high] = [-1, FOREVER_MS];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (chance(middle) < HALF) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * Growth a second of the evidence in odds ratio, and of its variance. Of copies only those speak on which one model fails
 * alone: models are taken to fail independently.
 */
function stepsIn(
  { share, rate, certificate, isPaired }: Certified,
  { weight, shadow }: StageSpan,
): { readonly mean: number; readonly variance: number } {
  const isShadow = shadow > 0;
  if (isShadow && !isPaired) return { mean: 0, variance: 0 };
  const own = isShadow ? 0.5 : weight;
  const speaking = isShadow ? rate * shadow * 2 * share * (1 - share) : rate * share;
  const step = divergence(own, shareAt(own, certificate.oddsRatio));
  const squared = own * (1 - own) * Math.log(certificate.oddsRatio) ** 2 + step ** 2;
  return { mean: speaking * step, variance: speaking * squared };
}

/** Candidate's share of failures where its odds ratio is `odds`. */
const shareAt = (weight: number, odds: number): number => (weight * odds) / (weight * odds + 1 - weight);

/** Kullback–Leibler divergence of two coins. */
const divergence = (p: number, q: number): number =>
  p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
