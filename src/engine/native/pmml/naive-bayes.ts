import type { PmmlBayesInput, PmmlBayesModel, PmmlDistribution } from '../../../model/pmml/scores.ts';
import { EXACT, softmaxScores } from './regression.ts';
import { emptyResult, type PmmlResult, type PmmlState } from './state.ts';
import { setScores } from './target.ts';

/** Prior counts times the probability of every value that is there, added up as logarithms. */
export function prepareNaiveBayes(state: PmmlState, model: PmmlBayesModel): () => PmmlResult {
  const result = emptyResult();
  const priors = model.priors.map(Math.log);
  const scores = new Float64Array(model.classes.length);
  const adders = model.inputs.map((input) => prepareInput(state, input, model.threshold));
  return () => {
    scores.set(priors);
    for (const add of adders) add(scores);
    softmaxScores(scores, EXACT);
    return setScores(result, model, scores);
  };
}

function prepareInput(
  state: PmmlState,
  input: PmmlBayesInput,
  threshold: number,
): (scores: Float64Array) => void {
  const { field } = input;
  if (input.kind === 'numeric') {
    const { distributions } = input;
    return (scores) => {
      const x = state.number(field);
      if (x === null) return;
      for (let k = 0; k < scores.length; k++)
        scores[k] = scores[k]! + Math.log(Math.max(threshold, densityOf(distributions[k]!, x)));
    };
  }
  // A value that a class was not seen with has the threshold; other probabilities may be below it.
  const logs = new Map(
    input.values.map((value, i) => [
      value,
      input.probabilities[i]!.map((p) => Math.log(p === 0 ? threshold : p)),
    ]),
  );
  return (scores) => {
    const found = logs.get(state.field(field));
    if (found !== undefined) for (let k = 0; k < scores.length; k++) scores[k] = scores[k]! + found[k]!;
  };
}

function densityOf(distribution: PmmlDistribution, x: number): number {
  const { mean } = distribution;
  if (distribution.kind === 'gaussian') {
    const { variance } = distribution;
    return Math.exp(-((x - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
  }
  if (!Number.isInteger(x) || x < 0) return 0;
  let log = x * Math.log(mean) - mean;
  for (let i = 2; i <= Math.min(x, MOST_FACTORS); i++) log -= Math.log(i);
  return Math.exp(log);
}

/** Factors of a factorial that are multiplied out: beyond, the probability of any mean that fits is 0 anyway. */
const MOST_FACTORS = 10_000;
