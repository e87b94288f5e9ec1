import { PlimsollError } from '../core/errors.ts';
import { prepareRawScores } from '../engine/native/tree/scores.ts';
import type { Batch } from '../model/batch.ts';
import type { TreeEnsembleStep } from '../model/step.ts';
import type { LabelSet } from '../model/tensor.ts';
import type { ModelEncoding } from './encoding.ts';
import type { Attributions, Explainer } from './explanation.ts';
import { explainedEnsemble } from './trees/ensemble.ts';
import { interventional } from './trees/interventional.ts';
import { pathDependent } from './trees/path-dependent.ts';

/** Difference that numbers of float64 explain, of a score of 1. */
const TOLERANCE = 1e-6;
const ULP32 = 2 ** -23;

/**
 * Outputs of an ensemble that are sums of its trees, the usual one first: probabilities of forests and single trees, the raw
 * scores of boosting.
 */
export function summedOutputs({ head, aggregate, arena }: TreeEnsembleStep): readonly string[] {
  if (head.kind === 'vote') return ['predict_proba'];
  if (head.kind === 'boosted') return ['raw', 'decision_function'];
  if (head.kind === 'booster') {
    const isRaw = head.classes === null && head.link.kind === 'identity' && head.divisor === undefined;
    return isRaw ? ['raw', 'predict'] : ['raw'];
  }
  if (head.link !== 'identity') return ['raw'];
  return aggregate === 'mean' || arena.roots.length === 1 ? ['predict', 'raw'] : ['raw', 'predict'];
}

/**
 * Exact Shapley values of an ensemble of trees, by the columns of the model: path-dependent ones, or against a background. Null where
 * the file gives no covers and there is no background, where leaves compute, where the first scores come from another estimator, or a
 * path is too long for a background.
 */
export function treeExplainer(
  { sources, encode }: ModelEncoding,
  step: TreeEnsembleStep,
  source: Int32Array,
  features: readonly string[],
  background: Batch | null,
): Omit<Explainer<Batch>, 'output'> | null {
  const ensemble = explainedEnsemble(step, sources.length, []);
  if (ensemble === null || step.base.kind !== 'constant') return null;
  const { trees, prepare } = ensemble;
  if (background === null && step.arena.cover === undefined) return null;
  const players = { of: ensemble.source.map((column) => source[column]!), count: features.length };
  const shapley =
    background === null
      ? pathDependent(trees, players)
      : interventional(trees, players, prepare(encode(background)));
  if (shapley === null) return null;
  const base = step.base.scores;
  const baseValues = shapley.expected.map((value, score) => value + base[score]!);
  const rawScores = prepareRawScores(step, sources.length, []);
  const explain = (batch: Batch): Attributions => {
    const block = encode(batch);
    const values = shapley.explain(prepare(block), batch.rows);
    const scores = rawScores(block, null);
    return { values, additivityError: additivityError(step, scores, baseValues, values, features.length) };
  };
  const method = background === null ? 'tree-path-dependent' : 'tree-interventional';
  return { method, features, baseValues, classes: classesOf(step), explain };
}

function classesOf({ head, scores }: TreeEnsembleStep): LabelSet | null {
  if (head.kind === 'vote') return head.groups.length === 1 ? (head.groups[0] ?? null) : null;
  const classes = head.kind === 'regression' ? null : head.classes;
  return classes?.values.length === scores ? classes : null;
}

/** The largest difference to the model's own scores. Throws INTERNAL where it is larger than rounding makes it. */
function additivityError(
  { sums, arena }: TreeEnsembleStep,
  scores: Float64Array,
  baseValues: Float64Array,
  values: Float64Array,
  columns: number,
): number {
  const relative = sums === 'float64' ? TOLERANCE : Math.max(TOLERANCE, ULP32 * arena.roots.length);
  let worst = 0;
  for (let k = 0; k < scores.length; k++) {
    let sum = baseValues[k % baseValues.length]!;
    for (let column = 0; column < columns; column++) sum += values[k * columns + column]!;
    const error = Math.abs(sum - scores[k]!);
    if (!(error <= relative * Math.max(1, Math.abs(scores[k]!))))
      throw new PlimsollError('INTERNAL', {
        action: 'an explanation',
        reason: `attributions add up to ${sum}, the model answers ${scores[k]}`,
      });
    worst = Math.max(worst, error);
  }
  return worst;
}
