/** Everything that the windows of one rollout have shown: each guard's evidence and the test of the split. Pure. */
import { elementAt } from '../../core/element-at.ts';
import { type CertificatePolicy, GUARDS, type GuardName, type RolloutPolicy } from '../policy/policy.ts';
import {
  type ArmCounts,
  type CountReader,
  type RecordedWindow,
  readFailures,
  readLabels,
  readLasting,
  shiftedReader,
  slowReader,
} from '../recorded-window.ts';
import { rateEvidence } from './certificate.ts';
import type { WindowCounts } from './conditional.ts';
import {
  addGuardCounts,
  excessUnits,
  type FailureCounts,
  type GuardEvidence,
  type GuardTest,
  type GuardTestCounts,
  NO_EVIDENCE,
} from './guard-test.ts';
import { NO_PAIRS } from './paired.ts';
import { addAssignments, NO_MISMATCH, type SrmState } from './srm.ts';

export interface RolloutEvidence {
  readonly guards: Readonly<Record<GuardName, GuardEvidence>>;
  readonly srm: SrmState;
}

export const NO_ROLLOUT_EVIDENCE: RolloutEvidence = {
  guards: { errors: NO_EVIDENCE, latency: NO_EVIDENCE, outputs: NO_EVIDENCE, labels: NO_EVIDENCE },
  srm: NO_MISMATCH,
};

/** Odds ratio that certificate evidence is kept for where the policy asks for no certificate. */
const DEFAULT_ODDS = 2;

/** Adds one closed window to every guard that the policy has. */
export function addEvidence(
  before: RolloutEvidence,
  window: RecordedWindow,
  policy: RolloutPolicy,
): RolloutEvidence {
  const oddsRatio = policy.certificate?.oddsRatio ?? DEFAULT_ODDS;
  const add = (name: GuardName): GuardEvidence => {
    const guard = policy.guards[name];
    if (guard === null) return before.guards[name];
    const options = { tolerance: guard.tolerance, oddsRatio };
    const lasting = name === 'errors' ? lastingIn(window) : null;
    return addGuardCounts(before.guards[name], COUNTS[name](window), options, lasting);
  };
  return {
    guards: {
      errors: add('errors'),
      latency: add('latency'),
      outputs: add('outputs'),
      labels: add('labels'),
    },
    srm: addWindowSplit(before.srm, window, policy),
  };
}

/** Reads what each guard counts out of a window. */
const COUNTS: Readonly<Record<GuardName, (window: RecordedWindow) => readonly GuardTestCounts[]>> = {
  errors: (window) => [{ ...testCounts(window, 'errors', readFailures), computed: answeredUnits(window) }],
  latency: (window) => named(window, ({ over }) => over, slowReader),
  outputs: (window) => named(window, ({ shifted }) => shifted, shiftedReader),
  labels: (window) => {
    const { candidate, stable } = window;
    if (candidate.labels === null && stable.labels === null && !window.paired.has('labels')) return [];
    return [testCounts(window, 'labels', readLabels)];
  },
};

const testCounts = (window: RecordedWindow, name: string, read: CountReader): GuardTestCounts => {
  const inputs = window.paired.has(name) ? window.pairs : 0;
  const pairs = window.paired.get(name) ?? NO_PAIRS;
  const [units, bad] = read(window.candidate);
  const computed = { units: units + inputs, bad: bad + pairs.candidateOnly + pairs.both };
  return { name, strata: strataOf(window, read), inputs, pairs, computed };
};

/** Of units told apart each counts once, whether it was answered or a copy of what it asked was. */
function answeredUnits(window: RecordedWindow): FailureCounts {
  const { candidate, copies, paired, pairs } = window;
  const shadow = paired.get('errors') ?? NO_PAIRS;
  const { distinct } = candidate;
  return {
    units:
      (distinct === null ? candidate.units : distinct.units - distinct.copied) +
      (paired.has('errors') ? (copies?.units ?? pairs) : 0),
    bad: (distinct?.failures ?? candidate.failures) + shadow.candidateOnly + shadow.both,
  };
}

/**
 * What a window says of units that fail again and again; null where none has come so often. Of copies every window in
 * which exactly one version fails a unit once more is a toss of its own: both versions were asked the same. Firsts are
 * left to the test of failures: where failures come at random, most are of units that never fail again.
 */
function lastingIn(window: RecordedWindow): GuardTestCounts | null {
  const compared = pair(readLasting(window.candidate), readLasting(window.stable));
  const pairs = window.paired.get('lasting') ?? NO_PAIRS;
  if (compared.candidate + compared.stable + pairs.candidateOnly + pairs.stableOnly === 0) return null;
  return { name: 'lasting', strata: [compared], inputs: 0, pairs, computed: NOBODY_COMPUTED };
}

const NOBODY_COMPUTED: FailureCounts = { units: 0, bad: 0 };

function named(
  window: RecordedWindow,
  marks: (arm: ArmCounts) => ReadonlyMap<string, number>,
  read: (name: string) => CountReader,
): GuardTestCounts[] {
  const candidate = marks(window.candidate);
  const stable = marks(window.stable);
  if (candidate.size === 0 && stable.size === 0) return [];
  const names = candidate.size >= stable.size ? candidate : stable;
  const { distinct } = window.candidate;
  return [...names.keys()].map((name) => {
    const counted = testCounts(window, name, read(name));
    const bad = distinct?.over.get(name);
    if (!distinct || bad === undefined) return counted;
    return { ...counted, computed: { units: distinct.units, bad } };
  });
}

/**
 * Newcomers and survivors are compared among themselves. Survivors are the less likely to fail, and an arm that by
 * chance has lost more of them has the more newcomers among those that are left: compared as one, it would seem worse
 * for that alone, and the accident would feed on itself.
 */
function strataOf({ candidate, stable }: RecordedWindow, read: CountReader): readonly WindowCounts[] {
  const all = pair(read(candidate), read(stable));
  if (candidate.newcomers === null || stable.newcomers === null) return [all];
  const newcomers = pair(read(candidate.newcomers), read(stable.newcomers));
  const survivors = {
    candidate: all.candidate - newcomers.candidate,
    stable: all.stable - newcomers.stable,
    candidateFailures: all.candidateFailures - newcomers.candidateFailures,
    stableFailures: all.stableFailures - newcomers.stableFailures,
  };
  return [newcomers, survivors];
}

const pair = (
  [candidate, candidateFailures]: ReturnType<CountReader>,
  [stable, stableFailures]: ReturnType<CountReader>,
): WindowCounts => ({ candidate, stable, candidateFailures, stableFailures });

function addWindowSplit(
  before: SrmState,
  { candidate, stable, weight }: RecordedWindow,
  { srm }: RolloutPolicy,
): SrmState {
  const units = [candidate.assigned ?? 0, stable.assigned ?? 0];
  if (
    srm === null ||
    weight === null ||
    weight <= 0 ||
    weight >= 1 ||
    elementAt(units, 0) + elementAt(units, 1) === 0
  )
    return before;
  return addAssignments(before, units, [weight, 1 - weight], srm.concentration);
}

/** The first guard whose evidence ever reached its bound (Ville: the largest value counts), or null. */
export const harmfulGuard = ({ guards }: RolloutEvidence, policy: RolloutPolicy): GuardName | null =>
  GUARDS.find((name) => {
    const guard = policy.guards[name];
    const { maxLog } = guards[name];
    return guard !== null && maxLog !== null && maxLog >= Math.log(1 / guard.alpha);
  }) ?? null;

/** Evidence of harm of ten to one does not end a rollout, but nobody is promoted under it. */
const DOUBT = Math.log(10);

export const doubtfulGuard = ({ guards }: RolloutEvidence): GuardName | null =>
  GUARDS.find((name) => guards[name].log >= DOUBT) ?? null;

/** Candidate units beyond what stable's own rate explains; 0 as long as chance explains them nearly as well. */
export const harmedUnits = (guard: GuardEvidence): number =>
  (guard.maxLog ?? 0) >= DOUBT ? excessUnits(guard) : 0;

export const hasSampleRatioMismatch = ({ srm }: RolloutEvidence, policy: RolloutPolicy): boolean =>
  policy.srm !== null && srm.maxLog >= Math.log(1 / policy.srm.alpha);

/**
 * What is still uncertified, or null: failures, and answers slower than the highest frozen quantile. Where the candidate
 * has answered nobody, as in a policy that goes from shadow to everybody, nothing is known of its slowness, nor will be.
 */
export function uncertifiedGuard(
  evidence: RolloutEvidence,
  policy: RolloutPolicy,
  wanted: CertificatePolicy,
): GuardName | null {
  if (policy.guards.errors !== null && !isCertified(evidence, 'errors', wanted)) return 'errors';
  const isSlow =
    policy.guards.latency !== null &&
    (certifiable(evidence, 'latency')?.test.candidate.units ?? 0) > 0 &&
    !isCertified(evidence, 'latency', wanted);
  return isSlow ? 'latency' : null;
}

const isCertified = (evidence: RolloutEvidence, name: GuardName, wanted: CertificatePolicy): boolean =>
  (noHarmLog(evidence, name, wanted) ?? 0) >= Math.log(1 / wanted.alpha);

/**
 * log evidence of no harm of a guard whose certificate the promotion needs, else null. Of its two forms that which is
 * further, since either suffices: odds ratio against stable, or the candidate's own rate within the margin of what is
 * expected. Once units have come again, the same is wanted of those that fail again and again: where many fail now and
 * then on either side, first failures say nothing of a few whom the candidate always fails.
 */
export function noHarmLog(
  evidence: RolloutEvidence,
  name: GuardName,
  { margin }: CertificatePolicy,
): number | null {
  const found = certifiable(evidence, name);
  if (found === null) return null;
  const { units, bad } = found.test.computed;
  const first = Math.max(found.test.certificate, rateEvidence(bad, units, found.expected + margin));
  const { lasting } = evidence.guards[name];
  if (lasting === null) return first;
  const { certificate, candidate } = lasting.test;
  return Math.min(first, Math.max(certificate, rateEvidence(candidate.bad, units, margin)));
}

export interface CertificateRecord {
  /** Of all that the candidate computed, and of what stable answered in comparison. */
  readonly candidate: FailureCounts;
  readonly stable: FailureCounts;
  /** log evidence of the form in odds ratio. */
  readonly log: number;
}

/** What the certificate of a guard rests on so far; null where it has seen nothing. */
export function certificateRecord(evidence: RolloutEvidence, name: GuardName): CertificateRecord | null {
  const found = certifiable(evidence, name);
  if (found === null) return null;
  const { stable, certificate: log, computed: candidate } = found.test;
  return { candidate, stable, log };
}

interface Certifiable {
  readonly test: GuardTest;
  /** Share that goes wrong without harm. */
  readonly expected: number;
}

function certifiable({ guards }: RolloutEvidence, name: GuardName): Certifiable | null {
  const [failures] = guards.errors.tests;
  if (name === 'errors') return failures === undefined ? null : { test: failures, expected: 0 };
  return name === 'latency' ? (highestQuantile(guards.latency.tests) ?? null) : null;
}

/** Of quantiles named `p50`, `p99`, `p999` … the highest, with the share of answers that stable itself has above it. */
function highestQuantile(tests: readonly GuardTest[]): Certifiable | undefined {
  const quantiles = tests.flatMap((test) => {
    const digits = /^p(\d+)$/.exec(test.name)?.[1];
    return digits === undefined ? [] : [{ test, expected: 1 - Number(`0.${digits}`) }];
  });
  return quantiles.sort((a, b) => a.expected - b.expected)[0];
}
