/**
 * What a policy can do at given traffic: how long the certificate takes, and how soon a candidate that is worse by the
 * margin is found. Expected growth of evidence a second, so the times are those of a typical run, not bounds. Pure.
 */
import { PlimsollError } from '../../core/errors.ts';
import { certifiesRate } from '../evidence/certificate.ts';
import { BETS, betsBeyond } from '../evidence/harm.ts';
import { formatDuration } from './duration.ts';
import type { Certificate, Policy } from './policy.ts';

export interface Traffic {
  /** Units a second, both arms together. */
  readonly rate: number;
  /** Share of units that fail on stable. */
  readonly errorRate: number;
}

export interface CertificateTime {
  readonly time: number | null;
  readonly form: 'oddsRatio' | 'margin';
  /** Units of the candidate that the absolute form needs, null where it cannot get there. */
  readonly units: number | null;
}

export interface PolicyReport {
  /** Milliseconds of bake times and minimum units alone. */
  readonly stages: number;
  readonly certificate: {
    /** Expected milliseconds to the whole certificate, null where it never comes. */
    readonly time: number | null;
    readonly errors: CertificateTime;
    /** Of slow answers, where latency is recorded and guarded. */
    readonly latency: CertificateTime | null;
  } | null;
  readonly detection: {
    /** Failure rate of the candidate that is to be found: stable's and the margin. */
    readonly rate: number;
    /** Expected milliseconds until the errors guard finds it, null where the growth is nil. */
    readonly time: number | null;
    /** What the guard needs and what it is expected to have by `maxTime` (natural logarithms). */
    readonly needed: number;
    readonly expected: number;
  } | null;
  readonly warnings: readonly string[];
}

/** Without a certificate the margin of the default policy is what has to be found. */
const DEFAULT_MARGIN = 0.005;

interface Span {
  readonly weight: number;
  readonly from: number;
  readonly to: number;
}

export function lintPolicy(policy: Policy, traffic: Traffic): PolicyReport {
  const spans = timeline(policy, traffic);
  const stages = spans.at(-1)?.from ?? 0;
  const report = {
    stages,
    certificate: certificateTimes(policy, traffic, spans),
    detection: detectionTime(policy, traffic, spans),
  };
  return { ...report, warnings: warningsOf(policy, report) };
}

/** The report, or POLICY_BLIND with the numbers where the policy cannot find its margin before its deadline. */
export function checkPolicy(policy: Policy, traffic: Traffic): PolicyReport {
  const report = lintPolicy(policy, traffic);
  const { detection } = report;
  if (detection === null || (detection.time !== null && detection.time <= policy.maxTime)) return report;
  const time = detection.time === null ? 'never' : `after ${formatDuration(detection.time)}`;
  throw new PlimsollError('POLICY_BLIND', {
    rate: traffic.rate,
    errorRate: percent(traffic.errorRate),
    harm: percent(detection.rate),
    time,
    maxTime: formatDuration(policy.maxTime),
    needed: detection.needed.toFixed(1),
    expected: detection.expected.toFixed(1),
  });
}

/** When each routing stage is expected to begin and end; the last before 100 % lasts until the deadline. */
function timeline({ stages, maxTime }: Policy, { rate }: Traffic): readonly Span[] {
  const spans: Span[] = [];
  let now = 0;
  const routed = stages.filter(({ weight }) => weight < 100);
  routed.forEach(({ weight, shadow, bake, minUnits }, i) => {
    const share = weight / 100;
    const slowest = rate * (shadow > 0 ? shadow / 100 : Math.min(share, 1 - share));
    const to = i === routed.length - 1 ? maxTime : now + Math.max(bake, (minUnits / slowest) * 1000);
    spans.push({ weight: share, from: now, to: Math.max(to, now) });
    now = to;
  });
  return spans;
}

/** Milliseconds until `needed` has grown at `growth` a second, past the deadline if need be. */
function timeToGrow(
  spans: readonly Span[],
  needed: number,
  growth: (weight: number) => number,
): number | null {
  let left = needed;
  for (const [i, { weight, from, to }] of spans.entries()) {
    const speed = weight === 0 ? 0 : growth(weight);
    const isLast = i === spans.length - 1;
    if (speed > 0 && (isLast || (speed * (to - from)) / 1000 >= left)) return from + (left / speed) * 1000;
    left -= (speed * (to - from)) / 1000;
  }
  return null;
}

/** Share of stable's answers above the highest quantile that is frozen by default, p99. */
const SLOW_SHARE = 0.01;

function certificateTimes(
  policy: Policy,
  traffic: Traffic,
  spans: readonly Span[],
): PolicyReport['certificate'] {
  const { certificate, guards } = policy;
  if (certificate === null) return null;
  const { errorRate } = traffic;
  const timeAt = (share: number, limit: number): CertificateTime =>
    certificateTime({ share, limit, rate: traffic.rate, certificate }, spans);
  const errors = timeAt(errorRate, certificate.margin);
  const latency = guards.latency === null ? null : timeAt(SLOW_SHARE, SLOW_SHARE + certificate.margin);
  const times = latency === null ? [errors.time] : [errors.time, latency.time];
  const time = times.some((one) => one === null) ? null : Math.max(...(times as number[]));
  return { time, errors, latency };
}

interface Certified {
  /** Share of units that go wrong, and the share whose absence is certified in the absolute form. */
  readonly share: number;
  readonly limit: number;
  readonly rate: number;
  readonly certificate: Certificate;
}

function certificateTime(
  { share, limit, rate, certificate: { alpha, oddsRatio } }: Certified,
  spans: readonly Span[],
): CertificateTime {
  const units = unitsToCertify(share, limit, alpha);
  const byMargin = units === null ? null : timeToGrow(spans, units, (weight) => rate * weight);
  const byOdds = timeToGrow(
    spans,
    Math.log(1 / alpha),
    (weight) => rate * share * divergence(weight, shareAt(weight, oddsRatio)),
  );
  const isOdds = byOdds !== null && (byMargin === null || byOdds < byMargin);
  const soonest = isOdds ? byOdds : byMargin;
  const floor = spans.at(-1)?.from ?? 0;
  return {
    time: soonest === null ? null : Math.max(soonest, floor),
    form: isOdds ? 'oddsRatio' : 'margin',
    units,
  };
}

/** Candidate's share of failures where its odds ratio is `odds`. */
const shareAt = (weight: number, odds: number): number => (weight * odds) / (weight * odds + 1 - weight);

/** Kullback–Leibler divergence of two coins. */
const divergence = (p: number, q: number): number =>
  p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));

const UNITS_LIMIT = 2 ** 40;

/** Fewest units, failing at their usual rate, whose upper bound is the margin; null where the rate is above it. */
function unitsToCertify(errorRate: number, margin: number, alpha: number): number | null {
  if (errorRate >= margin) return null;
  const isEnough = (units: number): boolean => certifiesRate(errorRate * units, units, margin, alpha);
  let high = 1;
  while (!isEnough(high)) {
    high *= 2;
    if (high > UNITS_LIMIT) return null;
  }
  let low = high / 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function detectionTime(policy: Policy, traffic: Traffic, spans: readonly Span[]): PolicyReport['detection'] {
  const guard = policy.guards.errors;
  if (guard === null) return null;
  const rate = Math.min(1, traffic.errorRate + (policy.certificate?.margin ?? DEFAULT_MARGIN));
  const needed = Math.log(BETS / guard.alpha);
  const growth = (weight: number): number => {
    const failures = traffic.rate * (weight * rate + (1 - weight) * traffic.errorRate);
    const share = (traffic.rate * weight * rate) / failures;
    return (
      failures *
      Math.max(...betsBeyond(guard.tolerance).map((odds) => betOn(odds, weight, share, guard.tolerance)))
    );
  };
  const expected = spans
    .filter(({ weight }) => weight > 0)
    .reduce((sum, { weight, from, to }) => sum + (Math.max(0, growth(weight)) * (to - from)) / 1000, 0);
  return { rate, time: timeToGrow(spans, needed, growth), needed, expected };
}

/** Expected log evidence of one failure, of which `share` are the candidate's, for a bet on `odds`. */
const betOn = (odds: number, weight: number, share: number, tolerance: number): number =>
  share * Math.log(odds / tolerance) -
  Math.log((weight * odds + 1 - weight) / (weight * tolerance + 1 - weight));

function warningsOf(policy: Policy, { certificate }: Omit<PolicyReport, 'warnings'>): string[] {
  const warnings: string[] = [];
  if (certificate !== null && (certificate.time === null || certificate.time > policy.maxTime)) {
    const when = certificate.time === null ? 'never' : `in ${formatDuration(certificate.time)}`;
    warnings.push(
      `the certificate is expected ${when}, the deadline is ${formatDuration(policy.maxTime)}: a healthy candidate ends with "${policy.onTimeout}"`,
    );
  }
  const alphas = Object.values(policy.guards).map((guard) => guard?.alpha ?? 0);
  const total = alphas.reduce((sum, alpha) => sum + alpha, 0);
  if (total > 0.01 + 1e-9)
    warnings.push(`the guards together roll back a healthy candidate in up to ${percent(total)} of rollouts`);
  return warnings;
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
