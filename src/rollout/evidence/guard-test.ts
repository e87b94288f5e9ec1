/**
 * What a guard has seen so far: one test for each thing it counts (failures, or units over a frozen quantile), whose
 * evidence is averaged. A mean of e-processes over a fixed set is one again, under any dependence; which names take
 * part is settled by the first window that has any. Pure.
 */
import { logLikelihoodRatios, logSumExp, type WindowCounts } from './conditional.ts';
import { addLogs, betsBeyond, HARM_BET_COUNT, type HarmEvidence, harmLog, NO_HARM } from './harm.ts';
import { addPairs, NO_PAIRS, type PairCounts, pairedCertificate, pairedLog } from './paired.ts';
export interface GuardTest {
  readonly name: string;
  readonly harm: HarmEvidence;
  readonly pairs: PairCounts;
  /** log evidence that the odds ratio is below the certified one. */
  readonly certificate: number;
  /** Inputs that both models answered in a shadow stage; nobody was given the candidate's answer. */
  readonly inputs: number;
  /** Sums over all windows of what was answered. */
  readonly candidate: FailureCounts;
  readonly stable: FailureCounts;
  /** Units that the candidate computed for, each once, and those that went wrong: what a rate is certified of. */
  readonly computed: FailureCounts;
}

export interface FailureCounts {
  readonly units: number;
  readonly bad: number;
}

/** Evidence of units that go wrong again and again, which takes part from when units come again. */
export interface LastingEvidence {
  readonly test: GuardTest;
  /** log of the evidence that its share was taken from. */
  readonly stake: number;
}

export interface GuardEvidence {
  readonly tests: readonly GuardTest[];
  readonly lasting: LastingEvidence | null;
  /** log of the mean evidence, and its largest value at any window (null before the first). */
  readonly log: number;
  readonly maxLog: number | null;
}

export const NO_EVIDENCE: GuardEvidence = { tests: [], lasting: null, log: 0, maxLog: null };

/** What one window says in one test. */
export interface GuardTestCounts {
  readonly name: string;
  /** Units that are compared among themselves; their evidence multiplies. */
  readonly strata: readonly WindowCounts[];
  /** Inputs that both models answered, and how they compared. */
  readonly inputs: number;
  readonly pairs: PairCounts;
  /** Units that the candidate computed for the first time in the window, and those that went wrong. */
  readonly computed: FailureCounts;
}

export interface GuardTestOptions {
  readonly tolerance: number;
  /** Odds ratio whose absence the certificate speaks for. */
  readonly oddsRatio: number;
}

/** Share of the evidence that is bet on units that go wrong again and again. */
const LASTING_SHARE = 1 / 4;

/**
 * Adds one closed window; without contrast the evidence stays bit-identical. `lasting`: what it says of units that go
 * wrong again and again, null where none has come again. A share of the wealth goes over to that bet before the first
 * window that has any: what is left and what is won of both is the evidence, which stays one (a fixed split, made before
 * the outcome is known).
 */
export function addGuardCounts(
  before: GuardEvidence,
  window: readonly GuardTestCounts[],
  options: GuardTestOptions,
  lasting: GuardTestCounts | null = null,
): GuardEvidence {
  const known = before.tests.length > 0 ? before.tests : window.map(({ name }) => newTest(name));
  const tests = known.map((test) => {
    const counted = window.find(({ name }) => name === test.name);
    return counted === undefined ? test : addToTest(test, counted, options);
  });
  const first =
    tests.length === 0
      ? 0
      : logSumExp(tests.map((test) => guardTestLog(test, options.tolerance))) - Math.log(tests.length);
  const again = addLasting(before, lasting, options);
  const log =
    again === null
      ? first
      : logSumExp([
          first + Math.log1p(-LASTING_SHARE),
          again.stake + guardTestLog(again.test, options.tolerance) + Math.log(LASTING_SHARE),
        ]);
  return { tests: tests, lasting: again, log, maxLog: Math.max(before.maxLog ?? -Infinity, log) };
}

function addLasting(
  before: GuardEvidence,
  window: GuardTestCounts | null,
  options: GuardTestOptions,
): LastingEvidence | null {
  if (window === null) return before.lasting;
  const { test, stake } = before.lasting ?? { test: newTest(window.name), stake: before.log };
  return { test: addToTest(test, window, options), stake };
}

const newTest = (name: string): GuardTest => ({
  name,
  harm: NO_HARM,
  pairs: NO_PAIRS,
  certificate: 0,
  inputs: 0,
  candidate: { units: 0, bad: 0 },
  stable: { units: 0, bad: 0 },
  computed: { units: 0, bad: 0 },
});

function addToTest(
  test: GuardTest,
  window: GuardTestCounts,
  { tolerance, oddsRatio }: GuardTestOptions,
): GuardTest {
  const { strata, inputs, pairs, computed } = window;
  const odds = [...betsBeyond(tolerance), oddsRatio, 1];
  const logs = strata
    .map((counts) => logLikelihoodRatios(counts, odds, tolerance))
    .reduce(addLogs, new Array<number>(odds.length).fill(0));
  const [certified, none] = logs.slice(HARM_BET_COUNT) as [number, number];
  return {
    name: test.name,
    harm: addLogs(test.harm, logs),
    pairs: addPairs(test.pairs, pairs),
    certificate: test.certificate + (none - certified) + pairedCertificate(pairs, oddsRatio),
    inputs: test.inputs + inputs,
    candidate: strata.reduce((sum, at) => add(sum, at.candidate, at.candidateFailures), test.candidate),
    stable: strata.reduce((sum, at) => add(sum, at.stable, at.stableFailures), test.stable),
    computed: add(test.computed, computed.units, computed.bad),
  };
}

const add = (tally: FailureCounts, units: number, bad: number): FailureCounts => ({
  units: tally.units + units,
  bad: tally.bad + bad,
});

/**
 * Once a shadow stage has shown a discordant pair, half of the wealth is bet on pairs and half on windows: shadow
 * comes first, so that the split is made while both stand at 1.
 */
export function guardTestLog({ harm, pairs }: GuardTest, tolerance: number): number {
  const log = harmLog(harm);
  if (pairs.candidateOnly + pairs.stableOnly === 0) return log;
  return logSumExp([log, pairedLog(pairs, tolerance)]) - Math.LN2;
}

/** Candidate units that went wrong beyond what stable's own rate explains, in the worst test. */
export const excessUnits = ({ tests }: GuardEvidence): number =>
  Math.max(
    0,
    ...tests.map(({ candidate, stable }) =>
      Math.round(candidate.bad - (stable.units === 0 ? 0 : (candidate.units * stable.bad) / stable.units)),
    ),
  );
