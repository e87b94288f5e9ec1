import { scoreAt } from './score-at.ts';
import type { ScoreDecision } from './score-decision.ts';
import type { ScoreSlack } from './score-slack.ts';
import type { WantedAnswer } from './wanted.ts';

/** What the scores of a model must be: the weighted sum of them at least so much. */
export interface ScoreConstraint {
  /** One number a score. */
  readonly weights: Float64Array;
  readonly least: number;
}

/** Constraints that hold together. */
export type ScoreGoal = readonly ScoreConstraint[];

/** Largest difference of a chance or a prediction that the order of operations of a link may make, of one of 1. */
const LINK_ROUNDING = 1e-6;

/**
 * What the scores must be for an answer that is wanted of a row of which class `given` is answered: never less than the model
 * itself asks, by what rounding makes of sums. Null where scores of this
 * kind do not decide it.
 */
export function scoreGoals(
  decision: ScoreDecision,
  wanted: WantedAnswer,
  given: number,
  slack: ScoreSlack,
): readonly ScoreGoal[] | null {
  if (wanted.kind === 'number') {
    if (decision.number === null) return null;
    const loose = decision.isIdentity ? 0 : LINK_ROUNDING * Math.max(1, Math.abs(wanted.value));
    const isLeast = wanted.side === 'least';
    const value = isLeast ? wanted.value - loose : wanted.value + loose;
    const score = decision.isIdentity ? value : scoreAt(decision.number, value, isLeast);
    return [[bound(decision.weights, isLeast ? 1 : -1, score, slack.rounding)]];
  }
  if (decision.classes === null) return null;
  const targets = [...decision.classes.keys()].filter((k) =>
    wanted.kind === 'class' ? decision.classes?.[k] === wanted.index : decision.classes?.[k] !== given,
  );
  const own = decision.classes.indexOf(given);
  const loose = decision.isLinked ? LINK_ROUNDING : 0;
  return targets.map((k) => {
    if (decision.threshold !== null)
      return [bound(Float64Array.of(1), k === 1 ? 1 : -1, decision.threshold, slack.rounding + loose)];
    // Another class than one is reached as soon as any is above that one.
    const rivals =
      wanted.kind === 'other' && own >= 0 ? [own] : [...decision.classes!.keys()].filter((c) => c !== k);
    return rivals.map((rival) => beats(k, rival, decision.classes!.length, slack, loose));
  });
}

/** The weighted score is at least `score`, or at most that where `sign` is -1. */
function bound(weights: Float64Array, sign: 1 | -1, score: number, rounding: number): ScoreConstraint {
  return { weights: weights.map((weight) => sign * weight), least: sign * score - rounding };
}

/** Score k is above another one; of two that are the same the first is answered. */
function beats(
  k: number,
  rival: number,
  scores: number,
  { rounding, quantum }: ScoreSlack,
  loose: number,
): ScoreConstraint {
  const weights = new Float64Array(scores);
  weights[k] = 1;
  weights[rival] = -1;
  if (quantum > 0) return { weights, least: rival < k ? quantum / 2 : -quantum / 2 };
  return { weights, least: -2 * rounding - loose };
}
