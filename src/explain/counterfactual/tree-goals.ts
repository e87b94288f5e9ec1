import type { MarginLink } from '../../model/booster.ts';
import type { CatBoostStep } from '../../model/catboost.ts';
import type { TreeEnsembleStep } from '../../model/step.ts';
import type { DecisionTrees } from '../trees/decision-trees.ts';
import type { ScoreConstraint, ScoreGoal } from './score-goal.ts';
import type { WantedAnswer } from './wanted.ts';

/** Largest difference of a chance or a prediction that the order of operations of a link may make, of one of 1. */
const LINK_ROUNDING = 1e-6;

/** How far the sums of trees in another order, or in another precision, may be from the model's own. */
export interface ScoreSlack {
  readonly rounding: number;
  /** Where all sums are whole multiples of a number, that number; else 0. */
  readonly quantum: number;
}

/**
 * What the scores of trees must be for an answer that is wanted of a row of which class `given` is answered: never less than the model
 * itself asks, by what rounding makes of sums. Null where the answer is not decided by the scores alone.
 */
export function treeGoals(
  step: TreeEnsembleStep | CatBoostStep,
  wanted: WantedAnswer,
  given: number,
  slack: ScoreSlack,
): readonly ScoreGoal[] | null {
  const decision = step.kind === 'catboost' ? catBoostDecision(step) : ensembleDecision(step);
  if (decision === null) return null;
  if (wanted.kind === 'number') {
    if (decision.number === null) return null;
    const loose = decision.isIdentity ? 0 : LINK_ROUNDING * Math.max(1, Math.abs(wanted.value));
    const isLeast = wanted.side === 'least';
    const value = isLeast ? wanted.value - loose : wanted.value + loose;
    const score = scoreAt(decision.number, value, isLeast);
    return [[bound(decision.weights, isLeast ? 1 : -1, score, slack.rounding)]];
  }
  if (decision.classes === null) return null;
  const targets = [...decision.classes.keys()].filter((k) =>
    wanted.kind === 'class' ? decision.classes?.[k] === wanted.index : decision.classes?.[k] !== given,
  );
  const own = decision.classes.indexOf(given);
  const loose = decision.isIdentity ? 0 : LINK_ROUNDING;
  return targets.map((k) => {
    if (decision.threshold !== null)
      return [bound(Float64Array.of(1), k === 1 ? 1 : -1, decision.threshold, slack.rounding + loose)];
    // Another class than one is reached as soon as any is above that one.
    const rivals =
      wanted.kind === 'other' && own >= 0 ? [own] : [...decision.classes!.keys()].filter((c) => c !== k);
    return rivals.map((rival) => beats(k, rival, decision.classes!.length, slack, loose));
  });
}

interface ScoreDecision {
  /** Of each score (of one score: of each side of the threshold) the class that it is of; null of numbers. */
  readonly classes: readonly number[] | null;
  /** Of one score for two classes: above it the second is answered; null where the greatest score is. */
  readonly threshold: number | null;
  /** The answer in numbers, which never falls with the weighted score; null where there is none. */
  readonly number: ((score: number) => number) | null;
  readonly isIdentity: boolean;
  readonly weights: Float64Array;
}

const identity = (score: number): number => score;
const sigmoid = (score: number): number => 1 / (1 + Math.exp(-score));
const ONE = Float64Array.of(1);

function ensembleDecision({ head, scores }: TreeEnsembleStep): ScoreDecision | null {
  const places = (count: number): readonly number[] => Array.from({ length: count }, (_, k) => k);
  const weights = ONE;
  switch (head.kind) {
    case 'regression': {
      if (scores !== 1) return null;
      const number = head.link === 'exp' ? Math.exp : identity;
      return { classes: null, threshold: null, number, isIdentity: head.link === 'identity', weights };
    }
    case 'vote': {
      const [labels, ...others] = head.groups;
      if (labels === undefined || others.length > 0 || labels.values.length !== scores) return null;
      const number = scores === 2 ? identity : null;
      return {
        ...{ classes: places(scores), threshold: null, number, isIdentity: true },
        weights: Float64Array.of(0, 1),
      };
    }
    case 'boosted': {
      const count = head.classes.values.length;
      if (head.link !== 'sigmoid')
        return { classes: places(count), threshold: null, number: null, isIdentity: false, weights };
      if (count !== 2) return null;
      const number = (score: number): number => sigmoid(head.factor * score);
      return { classes: [0, 1], threshold: 0, number, isIdentity: false, weights };
    }
    case 'booster': {
      const { classes, divisor = 1 } = head;
      const link = numberLink(head.link);
      if (classes === null) {
        if (scores !== 1 || link === null) return null;
        const isIdentity = head.link.kind === 'identity' && divisor === 1;
        return {
          classes: null,
          threshold: null,
          number: (score) => link(score / divisor),
          isIdentity,
          weights,
        };
      }
      const count = classes.values.length;
      if (scores > 1)
        return { classes: places(count), threshold: null, number: null, isIdentity: false, weights };
      if (link === null || count !== 2) return null;
      const number = (score: number): number => link(score / divisor);
      return { classes: [0, 1], threshold: scoreAt(number, 0.5, true), number, isIdentity: false, weights };
    }
    default:
      return null;
  }
}

function catBoostDecision({ head, dimensions }: CatBoostStep): ScoreDecision | null {
  const weights = ONE;
  if (head.kind === 'regression') {
    if (dimensions !== 1 || head.link === 'uncertainty') return null;
    const number = head.link === 'exp' ? Math.exp : identity;
    return { classes: null, threshold: null, number, isIdentity: head.link === 'identity', weights };
  }
  if (head.kind !== 'classes') return null;
  if (head.link === 'sigmoid')
    return { classes: [0, 1], threshold: head.threshold, number: sigmoid, isIdentity: false, weights };
  return { classes: [...head.dimensionClass], threshold: null, number: null, isIdentity: false, weights };
}

/** What a link makes of one margin, where it never falls; null where it chooses among several. */
function numberLink(link: MarginLink): ((margin: number) => number) | null {
  switch (link.kind) {
    case 'identity':
      return identity;
    case 'exp':
      return Math.exp;
    case 'log1p-exp':
      return (margin) => Math.log1p(Math.exp(margin));
    case 'signed-square':
      return (margin) => Math.sign(margin) * margin * margin;
    case 'hinge':
      return (margin) => (margin > 0 ? 1 : 0);
    case 'sigmoid':
      return link.factor > 0 ? (margin) => sigmoid(link.factor * margin) : null;
    default:
      return null;
  }
}

/** Beyond every score, and yet finite times a price. */
const BEYOND = 1e30;

/** The least score whose number is at least `value`; or the greatest whose number is at most that. ∓`BEYOND` where all are, or none is. */
function scoreAt(number: (score: number) => number, value: number, isLeast: boolean): number {
  if (number === identity) return value;
  const fits = (score: number): boolean => (isLeast ? number(score) >= value : number(score) <= value);
  let [good, bad] = isLeast ? [BEYOND, -BEYOND] : [-BEYOND, BEYOND];
  if (!fits(good)) return good;
  if (fits(bad)) return bad;
  for (let middle = 0; middle !== good && middle !== bad; middle = (good + bad) / 2) {
    if (fits(middle)) good = middle;
    else bad = middle;
  }
  return good;
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

/** What the sums of trees may differ by, where each addition rounds by half of `unit` (Higham, 2002, §4.2). */
export function scoreSlack(
  { values, valueWidth, roots, left }: DecisionTrees,
  base: Float64Array,
  { unit, divisor }: { readonly unit: number; readonly divisor: number },
): ScoreSlack {
  let most = base.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  let isWhole = base.every((value) => value === 0);
  for (const [tree, root] of roots.entries()) {
    let largest = 0;
    const end = roots[tree + 1] ?? left.length;
    for (let node = root; node < end; node++)
      for (let k = node * valueWidth; k < (node + 1) * valueWidth && left[node] === -1; k++) {
        const value = values[k]!;
        largest = Math.max(largest, Math.abs(value));
        isWhole &&= Math.abs(value * divisor - Math.round(value * divisor)) < 1e-9;
      }
    most += largest;
  }
  return { rounding: 2 * (roots.length + 1) * unit * most, quantum: isWhole ? 1 / divisor : 0 };
}
