import { emptyResult } from '../../engine/native/pmml/state.ts';
import { argmax, setNumber } from '../../engine/native/pmml/target.ts';
import type { PmmlTarget } from '../../model/pmml/base.ts';
import type {
  PmmlMiningModel,
  PmmlModel,
  PmmlRegressionModel,
  PmmlTreeModel,
} from '../../model/pmml/models.ts';
import type { PmmlField, PmmlPredicate } from '../../model/pmml/program.ts';
import type { ScoreLink } from '../checked-trees.ts';

/** A tree whose answers are added to scores. */
export interface AddedTree {
  readonly model: PmmlTreeModel;
  answerOf(node: number): Float64Array | null;
}

/** A model as sums of trees. */
export interface SummedModels {
  readonly trees: readonly AddedTree[];
  readonly base: Float64Array;
  readonly link: ScoreLink;
  /** Class of the only score, where it has a link. */
  readonly single: { readonly place: number; readonly classes: number } | null;
}

/** Trees of one sum, at most: models that add up each other twice over have more of them than the document has models. */
const MOST_TREES = 2 ** 16;

interface Document {
  readonly fields: readonly PmmlField[];
  readonly models: readonly PmmlModel[];
}

/** The model at `index` as sums of trees; null where it is none. */
export function summedModels(document: Document, index: number): SummedModels | null {
  const model = document.models[index];
  if (model?.kind === 'tree') return summedTree(model);
  if (model?.kind === 'regression') return linkedSums(document, model);
  if (model?.kind !== 'mining' || !model.segments.every(({ predicate }) => holds(predicate))) return null;
  if (model.method !== 'modelChain') return summedSegments(document, model);
  const last = model.segments.at(-1);
  const inner = last === undefined ? null : summedModels(document, last.model);
  const isSame = last?.classOf.every((place, k) => place === k) ?? false;
  const isWhole = model.task === 'regression' || last?.classOf.length === model.classes.length;
  return inner !== null && (model.task === 'regression' ? isPlain(model.target) : isSame && isWhole)
    ? inner
    : null;
}

const holds = (predicate: PmmlPredicate): boolean => predicate.kind === 'constant' && predicate.value;

/** Whether nothing is done with a predicted number. */
const isPlain = ({ min, max, factor, constant, cast }: PmmlTarget): boolean =>
  isUnbounded(min, max) && factor === 1 && constant === 0 && cast === null;

const isUnbounded = (min: number, max: number): boolean =>
  min === Number.NEGATIVE_INFINITY && max === Number.POSITIVE_INFINITY;

function summedTree(model: PmmlTreeModel): SummedModels | null {
  const answerOf = model.task === 'regression' ? numberOf(model) : sharesOf(model);
  const scores = model.task === 'regression' ? 1 : model.classes.length;
  return { trees: [{ model, answerOf }], base: new Float64Array(scores), link: 'NONE', single: null };
}

const numberOf =
  (model: PmmlTreeModel) =>
  (node: number): Float64Array | null => {
    const score = model.nodes[node]?.score;
    if (typeof score !== 'number') return null;
    const { value } = setNumber(emptyResult(), model, score);
    return typeof value === 'number' ? Float64Array.of(value) : null;
  };

const sharesOf =
  ({ nodes }: PmmlTreeModel) =>
  (node: number): Float64Array | null =>
    nodes[node]?.distribution ?? null;

/** One for the class that a node answers. */
const voteOf =
  (model: PmmlTreeModel, classes: PmmlModel['classes']) =>
  (node: number): Float64Array | null => {
    const { score, distribution } = model.nodes[node] ?? { score: null, distribution: null };
    const best = distribution === null ? -1 : argmax(distribution);
    const place = classes.indexOf(score ?? model.classes[best] ?? null);
    if (place < 0) return null;
    const votes = new Float64Array(classes.length);
    votes[place] = 1;
    return votes;
  };

function summedSegments({ models }: Document, mining: PmmlMiningModel): SummedModels | null {
  const { method, segments, task, classes, target } = mining;
  const isRegression = task === 'regression';
  const isVote = method === 'majorityVote' || method === 'weightedMajorityVote';
  const isSum = method === 'sum' || method === 'weightedSum';
  const isMean = method === 'average' || method === 'weightedAverage';
  if (!(isRegression ? isSum || isMean : isVote || isMean) || segments.length === 0) return null;
  if (isRegression && !(isUnbounded(target.min, target.max) && target.cast === null)) return null;
  const weights = segments.map(({ weight }) => (method.startsWith('weighted') ? weight : 1));
  const whole = isSum ? 1 : weights.reduce((sum, weight) => sum + weight, 0);
  const factor = isRegression ? target.factor : 1;
  const trees: AddedTree[] = [];
  for (const [k, { model: index, classOf }] of segments.entries()) {
    const model = models[index];
    if (model?.kind !== 'tree' || model.task !== task) return null;
    const inner = isRegression ? numberOf(model) : isVote ? voteOf(model, classes) : sharesOf(model);
    const share = (factor * (weights[k] ?? 1)) / whole;
    const place = (own: Float64Array): Float64Array => {
      const out = new Float64Array(isRegression ? 1 : classes.length);
      for (const [j, value] of own.entries()) {
        const to = isRegression || isVote ? j : (classOf[j] ?? -1);
        if (to >= 0) out[to]! += share * value;
      }
      return out;
    };
    trees.push({
      model,
      answerOf: (node) => {
        const own = inner(node);
        return own === null ? null : place(own);
      },
    });
  }
  const base = isRegression ? Float64Array.of(target.constant) : new Float64Array(classes.length);
  return { trees, base, link: 'NONE', single: null };
}

/** A regression of what other models predict: its tables are scores before its normalization. */
function linkedSums(document: Document, model: PmmlRegressionModel): SummedModels | null {
  const { tables, normalization, classes, task, target, ordinal } = model;
  const scored = tables.filter(({ terms }) => terms.length > 0);
  if (ordinal || scored.length === 0) return null;
  const isRegression = task === 'regression';
  const isLogit = normalization === 'logit' && classes.length === 2 && scored.length === 1;
  const isSoftmax = normalization === 'softmax' && scored.length === classes.length;
  if (isRegression ? normalization !== 'none' || !isPlain(target) : !isLogit && !isSoftmax) return null;
  // Scores stand where their classes do.
  const inOrder = isSoftmax ? scored.toSorted((a, b) => a.class - b.class) : scored;
  const base = new Float64Array(inOrder.length);
  const trees: AddedTree[] = [];
  for (const [score, { intercept, terms }] of inOrder.entries()) {
    base[score] = intercept;
    for (const term of terms) {
      const found = term.kind === 'numeric' && term.exponent === 1 ? resultOf(document, term.field) : null;
      if (found === null || term.kind === 'category') return null;
      if (trees.length + found.trees.length > MOST_TREES) return null;
      base[score] += term.coefficient * (found.base[0] ?? 0);
      for (const tree of found.trees)
        trees.push({
          model: tree.model,
          answerOf: (node) => {
            const own = tree.answerOf(node);
            if (own === null) return null;
            const out = new Float64Array(inOrder.length);
            out[score] = term.coefficient * (own[0] ?? 0);
            return out;
          },
        });
    }
  }
  if (isRegression) return { trees, base, link: 'NONE', single: null };
  if (isSoftmax) return { trees, base, link: 'SOFTMAX', single: null };
  return { trees, base, link: 'LOGISTIC', single: { place: scored[0]?.class ?? 0, classes: 2 } };
}

/** The model whose predicted number a field holds unchanged, as sums; null where it holds something else. */
function resultOf(document: Document, index: number): SummedModels | null {
  const field = document.fields[index];
  if (field === undefined) return null;
  if (field.kind === 'treated') return resultOf(document, field.source);
  if (field.kind === 'derived' && field.expression.kind === 'field')
    return resultOf(document, field.expression.field);
  if (field.kind !== 'result' || field.feature.kind !== 'predictedValue') return null;
  const found = summedModels(document, field.model);
  return found !== null && found.link === 'NONE' && found.base.length === 1 ? found : null;
}
