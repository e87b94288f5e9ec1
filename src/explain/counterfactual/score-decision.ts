import type { BoosterHead, MarginLink } from '../../model/booster.ts';
import type { CatBoostStep } from '../../model/catboost.ts';
import type { LinearClassifierStep, LinearRegressorStep } from '../../model/linear.ts';
import type { LinearBoosterStep } from '../../model/linear-booster.ts';
import type { TreeEnsembleStep } from '../../model/step.ts';
import { scoreAt } from './score-at.ts';

/** Models whose answers are decided by scores. */
export type ScoringStep =
  | TreeEnsembleStep
  | CatBoostStep
  | LinearRegressorStep
  | LinearClassifierStep
  | LinearBoosterStep;

/** How scores decide. */
export interface ScoreDecision {
  /** Of each score (of one score: of each side of the threshold) the class that it is of; null of numbers. */
  readonly classes: readonly number[] | null;
  /** Of one score for two classes: above it the second is answered; null where the greatest score is. */
  readonly threshold: number | null;
  /** The answer in numbers, which never falls with the weighted score; null where there is none. */
  readonly number: ((score: number) => number) | null;
  readonly isIdentity: boolean;
  /** Whether classes are decided by what a link makes of scores, which rounds. */
  readonly isLinked: boolean;
  readonly weights: Float64Array;
}

const identity = (score: number): number => score;
const sigmoid = (score: number): number => 1 / (1 + Math.exp(-score));
const ONE = Float64Array.of(1);

const places = (count: number): readonly number[] => Array.from({ length: count }, (_, k) => k);

/** How the scores of a model decide its answer; null where they do not alone. */
export function scoreDecision(step: ScoringStep): ScoreDecision | null {
  switch (step.kind) {
    case 'tree-ensemble':
      return ensembleDecision(step);
    case 'catboost':
      return catBoostDecision(step);
    case 'linear-booster':
      return boosterDecision(step.head, step.weights.rows);
    case 'linear-classifier':
      return classifierDecision(step);
    case 'linear-regressor':
      if (step.coef.rows !== 1) return null;
      return {
        classes: null,
        threshold: null,
        number: identity,
        isIdentity: true,
        isLinked: false,
        weights: ONE,
      };
  }
}

function classifierDecision({ coef, classes, probability }: LinearClassifierStep): ScoreDecision | null {
  const count = classes.values.length;
  const common = { isIdentity: false, isLinked: false, weights: ONE } as const;
  if (coef.rows > 1) return { ...common, classes: places(count), threshold: null, number: null };
  if (count !== 2) return null;
  const factor = probability === 'softmax' ? 2 : 1;
  const huber = (score: number): number => (Math.min(Math.max(score, -1), 1) + 1) / 2;
  const number = probability === 'modified-huber' ? huber : (score: number) => sigmoid(factor * score);
  return { ...common, classes: [0, 1], threshold: 0, number: probability === null ? null : number };
}

function ensembleDecision({ head, scores }: TreeEnsembleStep): ScoreDecision | null {
  const common = { isLinked: false, weights: ONE } as const;
  switch (head.kind) {
    case 'regression': {
      if (scores !== 1) return null;
      const number = head.link === 'exp' ? Math.exp : identity;
      return { classes: null, threshold: null, number, isIdentity: head.link === 'identity', ...common };
    }
    case 'vote': {
      const [labels, ...others] = head.groups;
      if (labels === undefined || others.length > 0 || labels.values.length !== scores) return null;
      const number = scores === 2 ? identity : null;
      return {
        ...{ classes: places(scores), threshold: null, number, isIdentity: true, isLinked: false },
        weights: Float64Array.of(0, 1),
      };
    }
    case 'boosted': {
      const count = head.classes.values.length;
      if (head.link !== 'sigmoid')
        return { classes: places(count), threshold: null, number: null, isIdentity: false, ...common };
      if (count !== 2) return null;
      const number = (score: number): number => sigmoid(head.factor * score);
      return { classes: [0, 1], threshold: 0, number, isIdentity: false, ...common };
    }
    case 'booster':
      return boosterDecision(head, scores);
    default:
      return null;
  }
}

function boosterDecision(head: BoosterHead, scores: number): ScoreDecision | null {
  const common = { isLinked: true, weights: ONE } as const;
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
      ...common,
    };
  }
  const count = classes.values.length;
  if (scores > 1)
    return { classes: places(count), threshold: null, number: null, isIdentity: false, ...common };
  if (link === null || count !== 2) return null;
  const number = (score: number): number => link(score / divisor);
  return { classes: [0, 1], threshold: scoreAt(number, 0.5, true), number, isIdentity: false, ...common };
}

function catBoostDecision({ head, dimensions }: CatBoostStep): ScoreDecision | null {
  const common = { isLinked: false, weights: ONE } as const;
  if (head.kind === 'regression') {
    if (dimensions !== 1 || head.link === 'uncertainty') return null;
    const number = head.link === 'exp' ? Math.exp : identity;
    return { classes: null, threshold: null, number, isIdentity: head.link === 'identity', ...common };
  }
  if (head.kind !== 'classes') return null;
  if (head.link === 'sigmoid')
    return { classes: [0, 1], threshold: head.threshold, number: sigmoid, isIdentity: false, ...common };
  return { classes: [...head.dimensionClass], threshold: null, number: null, isIdentity: false, ...common };
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
