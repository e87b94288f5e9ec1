/** When the errors guard is expected to find a candidate that is worse by the margin. Pure. */
import { betsBeyond, HARM_BET_COUNT } from '../evidence/harm.ts';
import { PAIR_BET_COUNT, pairBetsBeyond } from '../evidence/paired.ts';
import type { ExpectedTraffic } from './certificate-time.ts';
import type { GuardPolicy, RolloutPolicy } from './policy.ts';
import { grownBy, type StageSpan, timeToGrow } from './stage-timeline.ts';

export interface HarmDetection {
  /** Failure rate of the candidate that is to be found: see `harmfulRate`. */
  readonly rate: number;
  /** Expected milliseconds until the errors guard finds it, null where the growth is nil. */
  readonly time: number | null;
  /** What the guard needs and what it is expected to have by `maxTime` (natural logarithms), by the faster way. */
  readonly needed: number;
  readonly expected: number;
}

/** Without a certificate, what that of the default policy excludes has to be found. */
const DEFAULT_CERTIFICATE = { margin: 0.005, oddsRatio: 2 };

/**
 * What the guard must find, since neither form of the certificate is for it: stable's rate and the margin, and odds of
 * failing that are `oddsRatio` times stable's. Where failures are frequent, a candidate that is worse by the margin alone
 * may be certified, and is rightly not waited for.
 */
function harmfulRate({ certificate }: RolloutPolicy, errorRate: number): number {
  const { margin, oddsRatio } = certificate ?? DEFAULT_CERTIFICATE;
  const byOdds = (errorRate * oddsRatio) / (1 - errorRate + errorRate * oddsRatio);
  return Math.min(1, Math.max(errorRate + margin, byOdds));
}

/** A way of finding harm: by units of two arms, or by copies. */
interface Way {
  readonly needed: number;
  readonly speed: (span: StageSpan) => number;
}

/** `spans`: every stage; the last lasts for ever, since what is harmful is not certified. Null without such a guard. */
export function detectionTime(
  policy: RolloutPolicy,
  traffic: ExpectedTraffic,
  spans: readonly StageSpan[],
): HarmDetection | null {
  const guard = policy.guards.errors;
  if (guard === null) return null;
  const rate = harmfulRate(policy, traffic.errorRate);
  const ways = waysOf(guard, traffic, rate, spans).map(({ needed, speed }) => ({
    time: timeToGrow(spans, needed, speed),
    needed,
    expected: grownBy(spans, policy.maxTime, (span) => Math.max(0, speed(span))),
  }));
  const soonest = ways.reduce((a, b) => ((b.time ?? Infinity) < (a.time ?? Infinity) ? b : a));
  return { rate, ...soonest };
}

function waysOf(
  guard: GuardPolicy,
  traffic: ExpectedTraffic,
  rate: number,
  spans: readonly StageSpan[],
): Way[] {
  const bound = Math.log(1 / guard.alpha);
  // After a shadow stage half of the wealth is bet on pairs, and half on windows.
  const half = spans.some(({ shadow }) => shadow > 0) ? Math.LN2 : 0;
  const windows = { needed: bound + Math.log(HARM_BET_COUNT) + half, speed: inWindows(guard, traffic, rate) };
  const pairs = { needed: bound + Math.log(PAIR_BET_COUNT) + half, speed: inPairs(guard, traffic, rate) };
  return half === 0 ? [windows] : [windows, pairs];
}

/** Growth a second of the bet that does best on the failures of both arms. */
const inWindows =
  ({ tolerance }: GuardPolicy, traffic: ExpectedTraffic, rate: number) =>
  ({ weight }: StageSpan): number => {
    if (weight === 0) return 0;
    const failures = traffic.rate * (weight * rate + (1 - weight) * traffic.errorRate);
    const share = (traffic.rate * weight * rate) / failures;
    return failures * Math.max(...betsBeyond(tolerance).map((odds) => betOn(odds, weight, share, tolerance)));
  };

/** Expected log evidence of one failure, of which `share` are the candidate's, for a bet on `odds`. */
const betOn = (odds: number, weight: number, share: number, tolerance: number): number =>
  share * Math.log(odds / tolerance) -
  Math.log((weight * odds + 1 - weight) / (weight * tolerance + 1 - weight));

/** The same for copies on which exactly one of both failed, independently of each other. */
const inPairs =
  ({ tolerance }: GuardPolicy, traffic: ExpectedTraffic, rate: number) =>
  ({ shadow }: StageSpan): number => {
    if (shadow === 0) return 0;
    const [own, other] = [rate * (1 - traffic.errorRate), traffic.errorRate * (1 - rate)];
    const none = tolerance / (1 + tolerance);
    const grown = pairBetsBeyond(tolerance).map(
      (q) => own * Math.log(q / none) + other * Math.log((1 - q) / (1 - none)),
    );
    return traffic.rate * shadow * Math.max(...grown);
  };
