import type { BoosterHead } from '../../model/booster.ts';
import type { TreeEnsembleStep } from '../../model/step.ts';
import type { StepBase } from '../../model/step-base.ts';
import { plantTrees } from './arena.ts';
import { type BoosterModel, type BoosterTree, isSince, outputsOfBooster } from './booster.ts';
import { boosterInvalid, boosterUnsupported } from './failure.ts';
import { objectiveOf } from './objective.ts';

/** Margins that one row of a table may have; more columns are no answer. */
const MOST_OUTPUTS = 10_000;

/** What a wrapper adds to its booster. */
export interface EnsembleUse {
  /** Rounds that are used; all of them where undefined. */
  readonly rounds?: number | undefined;
  /** The head where `predict` is not what the booster gives. */
  readonly head?: ((head: BoosterHead) => BoosterHead) | undefined;
  /** A number that is missing beside NaN, or null. */
  readonly missing?: number | null | undefined;
  /** What a leaf of a weighted tree becomes; the default is its product with the weight, in float32. */
  readonly weighted?: ((value: number, weight: number, base: number) => number) | undefined;
}

/** Product in float32, as `Dart::PredictBatch` multiplies before it adds. */
const productOf = (value: number, weight: number): number => Math.fround(value * weight);

/**
 * The trees of a booster as a step: comparisons and sums in float32, the margin of the base score first.
 * Errors: MODEL_INVALID, MODEL_UNSUPPORTED.
 */
export function ensembleOfBooster(
  model: BoosterModel,
  base: StepBase,
  use: EnsembleUse = {},
): TreeEnsembleStep {
  const { scores, start, head } = marginsOf(model, use);
  const used = model.trees.slice(0, treesOfRounds(model, use.rounds));
  const last = addsBaseLast(model) ? Array.from(start, leafOf) : [];
  const trees = used.length + last.length === 0 ? [nothing(model.leafWidth)] : [...used, ...last];
  const groups = Int32Array.from(trees, (_, t) =>
    t < used.length ? (model.groups[t] ?? 0) : Math.max(0, t - used.length),
  );
  const beyond = groups.findIndex((group) => group >= scores);
  if (beyond >= 0)
    throw boosterInvalid(PLACE, `tree_info[${beyond}]`, String(groups[beyond]), `an output below ${scores}`);
  const { treeWeights } = model;
  const weighted = use.weighted ?? productOf;
  const arena = plantTrees(trees, model, (value, tree) => {
    const leaf = Math.fround(value);
    return treeWeights === null
      ? leaf
      : weighted(leaf, Math.fround(treeWeights[tree] ?? 1), start[groups[tree] ?? 0] ?? 0);
  });
  return {
    kind: 'tree-ensemble',
    ...base,
    arena,
    input: 'float32',
    split: 'lt',
    acceptsMissing: true,
    ...missingOfUse(use),
    scores,
    target: model.leafWidth > 1 || scores === 1 ? null : groups,
    base: { kind: 'constant', scores: last.length === 0 ? start : new Float64Array(scores) },
    sums: 'float32',
    aggregate: 'sum',
    head,
  };
}

/** The number that is missing beside NaN, as steps have it. */
export const missingOfUse = ({ missing }: EnsembleUse): { readonly missingNumber?: number } =>
  missing === undefined || missing === null ? {} : { missingNumber: missing };

/** Number and start of the margins of a booster, and what becomes of them. */
export function marginsOf(
  model: BoosterModel,
  use: EnsembleUse,
): { readonly scores: number; readonly start: Float64Array; readonly head: BoosterHead } {
  const scores = outputsOf(model);
  const { link, marginOf } = objectiveOf(model);
  const head: BoosterHead = { kind: 'booster', link, classes: null, flat: true, margins: 'margin' };
  return {
    scores,
    start: baseMargins(model, scores, marginOf),
    head: use.head === undefined ? head : use.head(head),
  };
}

/** Up to 1.2, of `dart` up to 1.3, the sum of the trees was added to the base score, not the trees to it one by one. */
const addsBaseLast = ({ release, booster }: BoosterModel): boolean =>
  !isSince(release, 1, booster === 'dart' ? 4 : 3);

/** A tree of one leaf. */
const leafOf = (value: number): BoosterTree => ({ ...nothing(1), values: [value] });

/** A tree that adds -0, which changes nothing, and stands for a booster without trees: engines want one. */
const nothing = (width: number): BoosterTree => ({
  place: PLACE,
  left: [-1],
  right: [-1],
  feature: [0],
  threshold: [0],
  defaultLeft: [0],
  sets: new Map(),
  cover: null,
  values: new Float64Array(width).fill(-0),
  leafRow: () => 0,
  isMade: true,
});

const PLACE = { path: 'learner', offset: 0 };

function outputsOf(model: BoosterModel): number {
  const scores = outputsOfBooster(model);
  if (scores > MOST_OUTPUTS)
    throw boosterUnsupported(PLACE, 'learner_model_param', `${scores} outputs`, `up to ${MOST_OUTPUTS} are`);
  if (model.leafWidth > 1 && model.leafWidth !== scores)
    throw boosterInvalid(
      PLACE,
      'size_leaf_vector',
      String(model.leafWidth),
      `${scores}, the number of outputs`,
    );
  if (model.objective === 'multi:softmax' && scores === 1)
    throw boosterInvalid(PLACE, 'num_class', String(model.classes), 'the classes of multi:softmax');
  return scores;
}

function baseMargins(model: BoosterModel, scores: number, marginOf: (base: number) => number): Float64Array {
  const { base, baseIsMargin } = model;
  if (base.length !== 1 && base.length !== scores)
    throw boosterInvalid(PLACE, 'base_score', `${base.length} numbers`, `1 or ${scores}`);
  const margins = base.map((value) => (baseIsMargin ? value : marginOf(value)));
  if (!margins.every(Number.isFinite))
    throw boosterInvalid(PLACE, 'base_score', String(base), `what ${model.objective} predicts`);
  return Float64Array.from({ length: scores }, (_, k) => margins[base.length === 1 ? 0 : k] ?? 0);
}

/** Rounds of boosting; gblinear has none. */
export function roundsOfBooster({ trees, rounds, ...model }: BoosterModel): number {
  if (rounds !== null && rounds.length > 1) return rounds.length - 1;
  return trees.length / treesPerRound(model);
}

const treesPerRound = ({
  parallelTrees,
  leafWidth,
  ...model
}: Pick<BoosterModel, 'parallelTrees' | 'leafWidth' | 'classes' | 'targets'>): number =>
  parallelTrees * (leafWidth > 1 ? 1 : outputsOfBooster(model));

/** Trees of the first `rounds` rounds. */
export function treesOfRounds({ trees, rounds: ends, ...model }: BoosterModel, rounds?: number): number {
  if (rounds === undefined) return trees.length;
  if (ends !== null && ends.length > 1) return ends[Math.min(rounds, ends.length - 1)] ?? trees.length;
  return Math.min(trees.length, rounds * treesPerRound(model));
}
