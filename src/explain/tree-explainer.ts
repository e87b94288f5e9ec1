import type { RowBlock } from '../engine/native/block.ts';
import { prepareCatBoost } from '../engine/native/catboost/ensemble.ts';
import { prepareStep } from '../engine/native/prepare.ts';
import { prepareRawScores } from '../engine/native/tree/scores.ts';
import type { Batch } from '../model/batch.ts';
import type { BoosterHead } from '../model/booster.ts';
import type { CatBoostStep } from '../model/catboost.ts';
import type { TreeEnsembleStep } from '../model/step.ts';
import type { LabelSet, Tensor } from '../model/tensor.ts';
import { additivityError } from './additivity.ts';
import type { ModelEncoding } from './encoding.ts';
import type { Attributions, Explainer } from './explanation.ts';
import { preparedBlocks } from './prepared-blocks.ts';
import { explainedCatBoost } from './trees/catboost.ts';
import { creditedPlayers, creditedValues, sharedNotes } from './trees/credited-players.ts';
import type { DecisionTrees } from './trees/decision-trees.ts';
import { type ExplainedEnsemble, explainedEnsemble } from './trees/ensemble.ts';
import { pathInteractions, withMainEffects } from './trees/interactions.ts';
import { interventional } from './trees/interventional.ts';
import { pathDependent } from './trees/path-dependent.ts';

/** Half a unit in the last place of 1. */
const UNIT32 = 2 ** -24;
const UNIT64 = 2 ** -53;

/** Trees whose sums are explained, whoever trained them. */
interface SummedTrees {
  readonly ensemble: ExplainedEnsemble;
  /** Added to the sums. */
  readonly base: Float64Array;
  readonly classes: LabelSet | null;
  /** The model's own sums, `[rows, scores]`. */
  readonly rawScores: (block: RowBlock) => Float64Array;
  /** Largest difference that rounding makes. */
  readonly rounding: number;
  readonly hasCover: boolean;
}

/** Why something is not explained exactly: what of a model stands in the way. */
export interface ExactRefusal {
  readonly unfit: string;
}

/**
 * Outputs of an ensemble that are sums of its trees, the usual one first: probabilities of forests and single trees, the raw
 * scores of boosting.
 */
export function summedOutputs(step: TreeEnsembleStep | CatBoostStep): readonly string[] {
  if (step.kind === 'catboost') {
    const isRaw = step.head.kind === 'regression' && step.head.link === 'identity';
    return isRaw ? ['raw', 'predict'] : ['raw', 'RawFormulaVal'];
  }
  const { head, aggregate, arena } = step;
  if (head.kind === 'vote') return ['predict_proba'];
  if (head.kind === 'boosted') return ['raw', 'decision_function'];
  if (head.kind === 'booster') return marginOutputs(head);
  if (head.link !== 'identity') return ['raw'];
  return aggregate === 'mean' || arena.roots.length === 1 ? ['predict', 'raw'] : ['raw', 'predict'];
}

/** Outputs of a booster that are its margins. */
export function marginOutputs({ classes, link, divisor, margins }: BoosterHead): readonly string[] {
  const isRaw = classes === null && link.kind === 'identity' && divisor === undefined;
  return ['raw', margins, ...(isRaw ? ['predict'] : [])];
}

/**
 * Exact Shapley values of an ensemble of trees, by the columns of the model: path-dependent ones, or against a background. Refused
 * where leaves compute, where the first scores come from another estimator, and where there is no memory for the trees; without a
 * background where the file gives no covers; against one where a number is made of several columns, or a path asks too many.
 * With the interactions of pairs where it `isPaired`, by paths alone.
 */
export function treeExplainer(
  { sources, encode }: ModelEncoding,
  step: TreeEnsembleStep | CatBoostStep,
  source: Int32Array,
  features: readonly string[],
  background: Batch | null,
  isPaired = false,
): Omit<Explainer<Batch>, 'output'> | ExactRefusal {
  const summed = step.kind === 'catboost' ? sumsOfCatBoost(step) : sumsOfEnsemble(step, sources.length);
  if ('unfit' in summed) return summed;
  if (background === null && !summed.hasCover)
    return { unfit: 'its file does not say how many training rows came to each node of its trees' };
  const { ensemble, base, classes, rawScores, rounding } = summed;
  const { trees, prepare, sources: credited, made = credited } = ensemble;
  const width = features.length;
  const given = (background === null ? credited : made).map((columns) => columns.map((k) => source[k]!));
  const credit = creditedPlayers(given, width);
  // Against a background, and in pairs, each column is a player, and no number may be made of several.
  if ((background !== null || isPaired) && credit.shared.length > 0)
    return { unfit: 'its trees ask about several columns in one question' };
  const { players } = credit;
  const shapley =
    background === null
      ? pathDependent(trees, players)
      : interventional(
          trees,
          players,
          preparedBlocks(background, ensemble.sources.length, (rows) => prepare(encode(rows))),
        );
  const pairs = isPaired && background === null ? pathInteractions(trees, players) : null;
  if (shapley === null || (isPaired && pairs === null)) return { unfit: 'its trees are too large' };
  const baseValues = shapley.expected.map((value, score) => value + base[score]!);
  const explain = (batch: Batch): Attributions => {
    const block = encode(batch);
    const x = prepare(block);
    const values = creditedValues(shapley.explain(x, batch.rows), credit, width);
    const scores = rawScores(block);
    return {
      values,
      additivityError: additivityError({ rounding, scores, baseValues, values, columns: width }),
      ...(pairs === null ? {} : { interactions: withMainEffects(pairs(x, batch.rows), values, width) }),
    };
  };
  const method = background === null ? 'tree-path-dependent' : 'tree-interventional';
  return { method, features, baseValues, classes, explain, notes: sharedNotes(ensemble, source, features) };
}

/**
 * What rounding can make of a sum of trees: each addition half a unit in the last place of what was added so far (Higham, Accuracy and
 * Stability of Numerical Algorithms, §4.2).
 */
function roundingOf(
  { values, valueWidth, roots, left }: DecisionTrees,
  base: Float64Array,
  unit: number,
): number {
  let most = base.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  for (const [tree, root] of roots.entries()) {
    let largest = 0;
    const end = (roots[tree + 1] ?? left.length) * valueWidth;
    for (let k = root * valueWidth; k < end; k++) largest = Math.max(largest, Math.abs(values[k]!));
    most += largest;
  }
  return roots.length * unit * most;
}

function sumsOfEnsemble(step: TreeEnsembleStep, width: number): SummedTrees | ExactRefusal {
  if (step.arena.linear !== undefined) return { unfit: 'its leaves are linear functions of the columns' };
  if (step.base.kind !== 'constant')
    return { unfit: 'another estimator gives the scores that its trees add to' };
  const scores = prepareRawScores(step, width, []);
  const places = answeredScores(step);
  const ensemble = ofScores(explainedEnsemble(step, width, []), places);
  return {
    ...{ ensemble, base: pickedScores(step.base.scores, step.scores, places), classes: classesOf(step) },
    rawScores: (block) => pickedScores(scores(block, null), step.scores, places),
    rounding: roundingOf(ensemble.trees, step.base.scores, step.sums === 'float64' ? UNIT64 : UNIT32),
    hasCover: step.arena.cover !== undefined,
  };
}

/** A class without a dimension of its own is never answered, and not explained. */
function sumsOfCatBoost(step: CatBoostStep): SummedTrees {
  const ensemble = explainedCatBoost(step);
  const { outputs } = prepareCatBoost(step, { names: [], prepare: prepareStep });
  const { head, dimensions } = step;
  const places = head.kind === 'classes' && dimensions > 1 ? head.dimensionClass : null;
  const classes = head.kind === 'classes' && places !== null ? classesAt(head.classes, places) : null;
  const rawScores = (block: RowBlock): Float64Array => {
    const { RawFormulaVal, predict } = outputs?.(block) ?? {};
    const { data } = (RawFormulaVal ?? predict) as Tensor;
    const raw = Float64Array.from(data as ArrayLike<number>);
    if (head.kind !== 'classes' || places === null) return raw;
    return pickedScores(raw, head.classes.values.length, places);
  };
  return {
    ...{ ensemble, base: step.bias, classes, rawScores },
    rounding: roundingOf(ensemble.trees, step.bias, UNIT64),
    hasCover: step.leafWeights !== undefined,
  };
}

/** Of forests with several outputs those scores that are of a class, one output after the other: each has room for as many as the largest. */
function answeredScores({ head, scores }: TreeEnsembleStep): Int32Array {
  if (head.kind !== 'vote') return Int32Array.from({ length: scores }, (_, k) => k);
  return Int32Array.from(
    head.groups.flatMap(({ values }, group) => [...values.keys()].map((k) => group * head.stride + k)),
  );
}

/** Some of `width` numbers, row by row. */
const pickedScores = (scores: Float64Array, width: number, places: Int32Array): Float64Array =>
  Float64Array.from(
    { length: (scores.length / width) * places.length },
    (_, k) => scores[Math.floor(k / places.length) * width + places[k % places.length]!]!,
  );

/** Trees of which only some scores are explained. */
function ofScores(ensemble: ExplainedEnsemble, places: Int32Array): ExplainedEnsemble {
  const { trees } = ensemble;
  if (places.length === trees.scores) return ensemble;
  const values = pickedScores(trees.values, trees.valueWidth, places);
  return { ...ensemble, trees: { ...trees, values, valueWidth: places.length, scores: places.length } };
}

/** The classes at some places of a set. */
function classesAt(classes: LabelSet, places: Int32Array): LabelSet {
  const chosen = [...places];
  return { ...classes, values: chosen.map((place) => classes.values[place]) } as LabelSet;
}

function classesOf({ head, scores }: TreeEnsembleStep): LabelSet | null {
  if (head.kind === 'vote') return head.groups.length === 1 ? (head.groups[0] ?? null) : null;
  const classes = head.kind === 'regression' ? null : head.classes;
  return classes?.values.length === scores ? classes : null;
}
