import { blockOf } from '../../engine/native/block.ts';
import { preparePmmlTruths } from '../../engine/native/pmml/prepare.ts';
import type { Batch } from '../../model/batch.ts';
import type { PmmlStep } from '../../model/pmml/step.ts';
import { type CheckedTrees, isHeld } from '../checked-trees.ts';
import type { DecisionTrees } from '../trees/decision-trees.ts';
import { predicateColumns } from './field-columns.ts';
import { type GrowingModels, growModel, NO_WAY, newModels, type WayNumber } from './grown-models.ts';
import { type SummedModels, summedModels } from './summed-models.ts';

const known = new WeakMap<PmmlStep, CheckedTrees | null>();

/**
 * The trees of a PMML document whose last model is one tree, or a sum, an average or a vote of trees, or a regression of such sums with its
 * link; else null. Each node is answered as the document says, by its own evaluator.
 */
export function pmmlTrees(step: PmmlStep): CheckedTrees | null {
  const found = known.get(step);
  if (found !== undefined) return found;
  const trees = readTrees(step);
  known.set(step, trees);
  return trees;
}

function readTrees(step: PmmlStep): CheckedTrees | null {
  const { fields, models, answer } = step;
  const summed = summedModels({ fields, models }, models.length - 1);
  if (summed === null || summed.trees.length === 0) return null;
  const nodes = summed.trees.reduce((sum, { model }) => sum + model.nodes.length, 0);
  if (!isHeld(nodes, summed.base.length)) return null;
  const isNumber = answer.kind === 'number';
  if (!isNumber && !answer.probabilities) return null;
  const grown = newModels();
  const columnsOf = predicateColumns(fields);
  for (const { model, answerOf } of summed.trees)
    if (!growModel(model, grown, columnsOf, answerOf)) return null;
  const { base, link, single } = summed;
  return {
    trees: decisionTrees(grown, summed),
    source: Int32Array.from(grown.numbers, ({ column }) => column),
    ...{ base, link, single, hasCover: false },
    output: isNumber ? 'predict' : 'predict_proba',
    classes: isNumber || answer.labels.values.length !== base.length ? null : answer.labels,
    prepare: prepareWays(step, grown.numbers),
  };
}

function decisionTrees(grown: GrowingModels, { base }: SummedModels): DecisionTrees {
  const scores = base.length;
  const values = new Float64Array(grown.left.length * scores);
  for (const [node, answer] of grown.answers.entries())
    if (answer !== null) values.set(answer, node * scores);
  return {
    ...{ roots: Int32Array.from(grown.roots), left: Int32Array.from(grown.left) },
    ...{ right: Int32Array.from(grown.right), column: Int32Array.from(grown.number) },
    ...{ threshold: Float64Array.from(grown.threshold), missingLeft: new Uint8Array(grown.left.length) },
    ...{ split: 'le', cover: new Float64Array(0), values, valueWidth: scores },
    ...{ target: new Int32Array(grown.roots.length), scores },
  };
}

/** The way that a row takes at each node, as the trees ask for it; null where the document may answer nothing for a row. */
function prepareWays(step: PmmlStep, numbers: readonly WayNumber[]): (batch: Batch) => Float64Array | null {
  const truthsOf = preparePmmlTruths(
    step,
    numbers.flatMap(({ predicates }) => predicates),
  );
  return (batch) => {
    const truths = truthsOf(blockOf(batch));
    const out = new Float64Array(batch.rows * numbers.length);
    let at = 0;
    for (let row = 0; row < batch.rows; row++)
      for (const [k, number] of numbers.entries()) {
        const way = wayOf(truths.subarray(at, at + number.predicates.length), number);
        if (way === NO_WAY) return null;
        at += number.predicates.length;
        out[row * numbers.length + k] = way;
      }
    return out;
  };
}

/** The first that is true; before it what is said for one that is unknown; and what is said where none is. */
function wayOf(truths: Int8Array, { whereUnknown, otherwise }: WayNumber): number {
  for (const [way, truth] of truths.entries()) {
    if (truth === 1) return way;
    if (truth === -1 && whereUnknown !== null) return whereUnknown;
  }
  return otherwise;
}
