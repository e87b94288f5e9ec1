/** What a library says of a column, and why it does not where it does not. Pure. */
import type { TestResult } from '../../statistics/kolmogorov-smirnov.ts';

/** A score that cannot be had, with the reason, in place of one. */
export class ScoreUnavailable {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

export type ScoreValue = number | TestResult;

/** What a library does where it is told nothing. */
export interface LibraryVerdict {
  readonly method: string;
  readonly score: number;
  readonly threshold: number;
  readonly drift: boolean;
}

/** One library's answer about a column. Each score that is null has its reason. */
export interface LibraryScores<V extends LibraryVerdict = LibraryVerdict> {
  readonly scores: Readonly<Record<string, ScoreValue | null>>;
  readonly reasons: Readonly<Record<string, string>>;
  readonly default: V | null;
}

export type ScoreMethods = Readonly<Record<string, () => ScoreValue | ScoreUnavailable>>;

/** Runs each method; what is not finite becomes a reason. */
export function runMethods(methods: ScoreMethods): Pick<LibraryScores, 'scores' | 'reasons'> {
  const scores: Record<string, ScoreValue | null> = {};
  const reasons: Record<string, string> = {};
  for (const [name, method] of Object.entries(methods)) {
    const result = checked(method());
    scores[name] = result instanceof ScoreUnavailable ? null : result;
    if (result instanceof ScoreUnavailable) reasons[name] = result.reason;
  }
  return { scores, reasons };
}

function checked(result: ScoreValue | ScoreUnavailable): ScoreValue | ScoreUnavailable {
  if (result instanceof ScoreUnavailable) return result;
  if (typeof result === 'number') return Number.isFinite(result) ? result : notFinite(result);
  if (!Number.isFinite(result.p)) return notFinite(result.p);
  // A test may be certain (p = 0) by an infinite statistic, which JSON cannot say.
  return Number.isFinite(result.statistic) ? result : { statistic: Number.MAX_VALUE, p: result.p };
}

const notFinite = (value: number): ScoreUnavailable =>
  new ScoreUnavailable(Number.isNaN(value) ? 'it is not defined for these values' : 'it is infinite');

/** All methods null for the same reason. */
export function allUnavailable(names: readonly string[], reason: string): LibraryScores<never> {
  return {
    scores: Object.fromEntries(names.map((name) => [name, null])),
    reasons: Object.fromEntries([...names, 'default'].map((name) => [name, reason])),
    default: null,
  };
}

/** The number that is compared with a threshold. */
export const scoreNumber = (score: ScoreValue): number => (typeof score === 'number' ? score : score.p);
