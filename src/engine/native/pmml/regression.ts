import type { PmmlNormalization, PmmlRegressionModel, PmmlTerm } from '../../../model/pmml/models.ts';
import { normalCdf } from '../../../statistics/normal.ts';
import { emptyResult, type PmmlResult, type PmmlState } from './state.ts';
import { setNumber, setScores } from './target.ts';

type Round = (x: number) => number;
export const EXACT: Round = (x) => x;

/** Inverse links of one score, by the names of the specification. */
export function inverseLink(link: PmmlNormalization, x: number, round: Round): number {
  switch (link) {
    case 'none':
    case 'simplemax':
      return x;
    case 'softmax':
    case 'logit':
      return round(1 / round(1 + round(Math.exp(-x))));
    case 'exp':
      return round(Math.exp(x));
    case 'probit':
      return round(normalCdf(x));
    case 'cloglog':
      return round(1 - round(Math.exp(-round(Math.exp(x)))));
    case 'loglog':
      return round(Math.exp(-round(Math.exp(-x))));
    case 'cauchit':
      return round(0.5 + (1 / Math.PI) * Math.atan(x));
  }
}

export function prepareRegression(state: PmmlState, model: PmmlRegressionModel): () => PmmlResult {
  const round = model.float32 ? Math.fround : EXACT;
  const tables = model.tables.map((table) => ({
    class: table.class,
    score: prepareTable(state, table.terms, table.intercept, round),
  }));
  const result = emptyResult();
  if (model.task === 'regression') {
    return () => {
      const raw = tables[0]?.score() ?? null;
      return setNumber(result, model, raw === null ? null : inverseLink(model.normalization, raw, round));
    };
  }
  const normalize = normalizer(model, round);
  const own = new Float64Array(tables.length);
  const scores = new Float64Array(model.classes.length);
  return () => {
    for (let i = 0; i < tables.length; i++) {
      const score = tables[i]!.score();
      if (score === null) return setScores(result, model, null);
      own[i] = score;
    }
    normalize(own);
    for (let i = 0; i < tables.length; i++) scores[tables[i]!.class] = own[i]!;
    return setScores(result, model, scores);
  };
}

function prepareTable(
  state: PmmlState,
  terms: readonly PmmlTerm[],
  intercept: number,
  round: Round,
): () => number | null {
  const computes = terms.map((term) => prepareTerm(state, term, round));
  const start = round(intercept);
  return () => {
    let total = 0;
    for (const compute of computes) {
      const value = compute();
      if (value === null) return null;
      total = round(total + value);
    }
    return round(total + start);
  };
}

/** A missing number leaves the table without an answer; a missing category adds nothing. */
function prepareTerm(state: PmmlState, term: PmmlTerm, round: Round): () => number | null {
  const coefficient = round(term.coefficient);
  switch (term.kind) {
    case 'numeric': {
      const { field, exponent } = term;
      return () => {
        const x = state.number(field);
        return x === null ? null : round(coefficient * round(exponent === 1 ? x : x ** exponent));
      };
    }
    case 'category': {
      const { field, value } = term;
      return () => (state.field(field) === value ? coefficient : 0);
    }
    case 'product': {
      const { fields } = term;
      return () => {
        let product = coefficient;
        for (const field of fields) {
          const x = state.number(field);
          if (x === null) return null;
          product = round(product * round(x));
        }
        return product;
      };
    }
  }
}

/** Makes probabilities of the scores of the tables, in the order of the document. */
function normalizer(
  { normalization, ordinal, tables }: PmmlRegressionModel,
  round: Round,
): (own: Float64Array) => void {
  if (ordinal && normalization !== 'softmax' && normalization !== 'simplemax')
    return (own) => cumulative(own, normalization, round);
  const [, second] = tables;
  const isBinomial =
    tables.length === 2 &&
    (normalization === 'softmax'
      ? second?.terms.length === 0 && second.intercept === 0
      : normalization !== 'simplemax');
  if (isBinomial) {
    return (own) => {
      own[0] = bounded(normalization, own[0]!, round);
      own[1] = round(1 - own[0]!);
    };
  }
  switch (normalization) {
    case 'softmax':
      return (own) => softmaxScores(own, round);
    case 'none':
      return (own) => setRest(own, round);
    default:
      return (own) => {
        for (let i = 0; i < own.length; i++) own[i] = inverseLink(normalization, own[i]!, round);
        simplemaxScores(own, round);
      };
  }
}

/** A score that is taken as a probability as it is stays between 0 and 1. */
const bounded = (link: PmmlNormalization, x: number, round: Round): number =>
  link === 'none' ? Math.min(1, Math.max(0, x)) : inverseLink(link, x, round);

/** The last class takes what the others leave. */
function setRest(own: Float64Array, round: Round): void {
  let sum = 0;
  for (let i = 0; i < own.length - 1; i++) sum = round(sum + own[i]!);
  own[own.length - 1] = round(1 - sum);
}

function cumulative(own: Float64Array, link: PmmlNormalization, round: Round): void {
  let sum = 0;
  for (let i = 0; i < own.length - 1; i++) {
    const below = bounded(link, own[i]!, round);
    own[i] = i === 0 ? below : round(below - sum);
    sum = round(sum + own[i]!);
  }
  own[own.length - 1] = round(1 - sum);
}

export function softmaxScores(own: Float64Array, round: Round): void {
  let max = -Infinity;
  for (const x of own) if (x > max) max = x;
  let sum = 0;
  for (let i = 0; i < own.length; i++) {
    own[i] = round(Math.exp(round(own[i]! - max)));
    sum = round(sum + own[i]!);
  }
  for (let i = 0; i < own.length; i++) own[i] = round(own[i]! / sum);
}

export function simplemaxScores(own: Float64Array, round: Round): void {
  let sum = 0;
  for (const x of own) sum = round(sum + x);
  if (sum !== 1) for (let i = 0; i < own.length; i++) own[i] = round(own[i]! / sum);
}
