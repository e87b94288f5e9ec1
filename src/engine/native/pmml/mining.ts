import { elementAt } from '../../../core/element-at.ts';
import type { PmmlMiningModel, PmmlModel, PmmlSegment } from '../../../model/pmml/models.ts';
import { type PmmlTest, preparePredicate } from './predicate.ts';
import { EXACT } from './regression.ts';
import { averageScores, contributors, maxScores } from './scores.ts';
import { emptyResult, type PmmlResult, type PmmlState } from './state.ts';
import { setNumber, setScores } from './target.ts';

interface ReadySegment {
  readonly segment: PmmlSegment;
  readonly test: PmmlTest;
  /** Classes of the segment's own model, in its own order. */
  readonly classes: PmmlModel['classes'];
}

/** Results of the segments that are evaluated, in the order of the document. */
interface Gathered {
  readonly results: PmmlResult[];
  readonly segments: ReadySegment[];
}

export function prepareMining(
  state: PmmlState,
  model: PmmlMiningModel,
  models: readonly PmmlModel[],
): () => PmmlResult {
  const segments = model.segments.map(
    (segment): ReadySegment => ({
      segment,
      test: preparePredicate(state, segment.predicate),
      classes: elementAt(models, segment.model).classes,
    }),
  );
  if (model.method === 'selectFirst') return prepareSelection(state, model, segments, true);
  if (model.method === 'modelChain') return prepareSelection(state, model, segments, false);
  const gathered: Gathered = { results: [], segments: [] };
  const result = emptyResult();
  const gather = prepareGathering(state, model, segments, gathered);
  if (model.task === 'regression') {
    const aggregate = prepareNumbers(model, gathered);
    return () => setNumber(result, model, gather() ? aggregate() : null);
  }
  const aggregate = isVote(model) ? prepareVotes(model, gathered) : prepareScores(model, gathered);
  return () => aggregate(result, gather());
}

const isVote = ({ method }: PmmlMiningModel): boolean =>
  method === 'majorityVote' || method === 'weightedMajorityVote';

/** The result of the first segment whose predicate holds, or of the last one (a chain). */
function prepareSelection(
  state: PmmlState,
  model: PmmlMiningModel,
  segments: readonly ReadySegment[],
  first: boolean,
): () => PmmlResult {
  const result = emptyResult();
  const ordered = first ? segments : segments.toReversed();
  const scores = new Float64Array(model.classes.length);
  return () => {
    const chosen = ordered.find(({ test }) => test() === true);
    if (chosen === undefined)
      return model.task === 'regression' ? setNumber(result, model, null) : setScores(result, model, null);
    const own = state.result(chosen.segment.model);
    if (model.task === 'regression') return own;
    Object.assign(result, own);
    result.scores = own.scores && placed(own.scores, chosen.segment, scores);
    return result;
  };
}

/** Scores of a segment's classes at the places of the whole's classes. */
function placed(own: Float64Array, { classOf }: PmmlSegment, scores: Float64Array): Float64Array {
  scores.fill(0);
  for (let i = 0; i < own.length; i++) if (classOf[i]! >= 0) scores[classOf[i]!] = own[i]!;
  return scores;
}

/** Evaluates the segments; false where the whole has no result, as `missingPredictionTreatment` says. */
function prepareGathering(
  state: PmmlState,
  { missingPrediction, missingThreshold, method }: PmmlMiningModel,
  segments: readonly ReadySegment[],
  gathered: Gathered,
): () => boolean {
  const weighted = method.startsWith('weighted');
  const votes = method.endsWith('Vote');
  return () => {
    gathered.results.length = 0;
    gathered.segments.length = 0;
    let missing = 0;
    let all = 0;
    for (const ready of segments) {
      if (ready.test() !== true) continue;
      const weight = weighted ? ready.segment.weight : 1;
      const result = state.result(ready.segment.model);
      all += weight;
      if (result.value === null) {
        if (missingPrediction === 'returnMissing') return false;
        if (missingPrediction === 'continue' && !votes) return false;
        missing += weight;
        if (missingPrediction === 'skipSegment') continue;
      }
      gathered.results.push(result);
      gathered.segments.push(ready);
    }
    return gathered.results.length > 0 && !(missing > 0 && missing / all >= missingThreshold);
  };
}

function prepareNumbers(model: PmmlMiningModel, { results, segments }: Gathered): () => number | null {
  const round = model.float32 ? Math.fround : EXACT;
  const value = (i: number): number => Number(results[i]!.value);
  const weight = (i: number): number => round(segments[i]!.segment.weight);
  const sum = (term: (i: number) => number): number => {
    let total = 0;
    for (let i = 0; i < results.length; i++) total = round(total + round(term(i)));
    return total;
  };
  switch (model.method) {
    case 'sum':
      return () => sum(value);
    case 'average':
      return () => round(sum(value) / results.length);
    case 'weightedSum':
      return () => sum((i) => weight(i) * value(i));
    case 'weightedAverage':
      return () => round(sum((i) => weight(i) * value(i)) / sum(weight));
    default:
      return () =>
        weightedMedian(
          results.map((_, i) => value(i)),
          model.method === 'median' ? null : results.map((_, i) => weight(i)),
        );
  }
}

/** The middle value, or the mean of the two in the middle; by weights the value at which half of their sum is reached. */
function weightedMedian(values: readonly number[], weights: readonly number[] | null): number {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  if (weights === null) {
    const middle = order.length >> 1;
    const upper = values[order[middle]!]!;
    return order.length % 2 === 1 ? upper : (values[order[middle - 1]!]! + upper) / 2;
  }
  const half = weights.reduce((a, b) => a + b, 0) / 2;
  let sum = 0;
  for (const i of order) {
    sum += weights[i]!;
    if (sum >= half) return values[i]!;
  }
  return Number.NaN;
}

/** Shares of the votes; of equals the class that was voted for first. */
function prepareVotes(model: PmmlMiningModel, { results, segments }: Gathered) {
  const scores = new Float64Array(model.classes.length);
  const at = new Map(model.classes.map((value, index) => [value, index]));
  const weighted = model.method === 'weightedMajorityVote';
  return (result: PmmlResult, found: boolean): PmmlResult => {
    if (!found) return setScores(result, model, null);
    scores.fill(0);
    const order: number[] = [];
    let none = 0;
    let sum = 0;
    for (let i = 0; i < results.length; i++) {
      const weight = weighted ? segments[i]!.segment.weight : 1;
      const voted = results[i]!.value === null ? undefined : at.get(results[i]!.value);
      if (voted === undefined) {
        none += weight;
        continue;
      }
      if (!order.includes(voted)) order.push(voted);
      scores[voted] = scores[voted]! + weight;
      sum += weight;
    }
    const winner = order.reduce((best, one) => (best < 0 || scores[one]! > scores[best]! ? one : best), -1);
    if (winner < 0 || none > scores[winner]!) return setScores(result, model, null);
    if (sum !== 1) for (let i = 0; i < scores.length; i++) scores[i] = scores[i]! / sum;
    result.scores = scores;
    result.value = model.classes[winner] ?? null;
    return result;
  };
}

function prepareScores(model: PmmlMiningModel, { results, segments }: Gathered) {
  const round = model.float32 ? Math.fround : EXACT;
  const width = model.classes.length;
  const scores = new Float64Array(width);
  const rows: Float64Array[] = [];
  return (result: PmmlResult, found: boolean): PmmlResult => {
    if (!found) return setScores(result, model, null);
    for (let i = 0; i < results.length; i++) {
      const own = results[i]!.scores;
      if (own === null) return setScores(result, model, null);
      rows[i] = placed(own, segments[i]!.segment, rows[i] ?? new Float64Array(width));
    }
    const count = results.length;
    if (model.method === 'max') averageScores(maxScores(rows, count), scores, round);
    else if (model.method === 'median') averageScores(contributors(rows, count), scores, round);
    else
      averageScores(
        rows.slice(0, count),
        scores,
        round,
        model.method === 'weightedAverage' ? segments.map(({ segment }) => segment.weight) : null,
      );
    return setScores(result, model, scores);
  };
}
