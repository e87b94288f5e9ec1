import type { PmmlScorecard } from '../../../model/pmml/scores.ts';
import { prepareExpression } from './expression.ts';
import { preparePredicate } from './predicate.ts';
import { emptyResult, type PmmlResult, type PmmlState, type RefuseRow } from './state.ts';
import { setNumber } from './target.ts';

interface ReadyAttribute {
  readonly holds: () => boolean | null;
  readonly score: () => number | null;
  readonly reason: string;
}

/** The initial score and the points of the first attribute that holds, of every characteristic. */
export function prepareScorecard(
  state: PmmlState,
  model: PmmlScorecard,
  refuse: RefuseRow,
): () => PmmlResult {
  const characteristics = model.characteristics.map(({ baseline, attributes }) => ({
    baseline,
    attributes: attributes.map(({ predicate, score, reason }): ReadyAttribute => {
      const compute = typeof score === 'number' ? () => score : prepareExpression(state, score, refuse);
      return {
        holds: preparePredicate(state, predicate),
        score: () => {
          const value = compute();
          return value === null ? null : Number(value);
        },
        reason,
      };
    }),
  }));
  const result = emptyResult();
  return () => {
    const lost = new Map<string, number>();
    let sum = model.initial;
    result.reasons = [];
    for (const { baseline, attributes } of characteristics) {
      const attribute = attributes.find(({ holds }) => holds() === true);
      const points = attribute?.score() ?? null;
      if (attribute === undefined || points === null) return setNumber(result, model, null);
      sum += points;
      const difference = model.reasons === 'pointsAbove' ? points - baseline : baseline - points;
      lost.set(attribute.reason, (lost.get(attribute.reason) ?? 0) + difference);
    }
    if (model.reasons !== null) result.reasons = ranked(lost);
    return setNumber(result, model, sum);
  };
}

/** Reasons by what they cost, the most first; one that gains points is none. */
const ranked = (lost: ReadonlyMap<string, number>): readonly string[] =>
  [...lost]
    .filter(([, points]) => points >= 0)
    .sort(([, a], [, b]) => b - a)
    .map(([reason]) => reason);
