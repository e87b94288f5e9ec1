import { elementAt } from '../../../core/element-at.ts';
import type { CatBoostStep } from '../../../model/catboost.ts';
import type { RunningKernel } from '../web-assembly.ts';
import { ctrValue } from './ctr.ts';
import type { CatBoostKernel } from './kernel/machine.ts';
import {
  BYTE_BORDERS,
  type ByteColumn,
  type CatBoostPlan,
  NODE_BYTES,
  QUESTION_BYTES,
  TREE_BYTES,
} from './plan.ts';

/** A question as the kernel asks it: is the byte over the threshold, both signed. */
interface ByteQuestion {
  readonly bytes: number;
  readonly threshold: number;
}

/** What a byte is less, to be signed. */
export const BYTE_BIAS = 128;
/** Levels whose answers a byte holds. */
const BYTE_LEVELS = 8;

/** Writes what of a model does not change into the memory that was planned for it. */
export function writeCatBoost(
  kernel: RunningKernel<CatBoostKernel>,
  step: CatBoostStep,
  plan: CatBoostPlan,
): void {
  const { memory, functions } = kernel;
  writeBorders(memory, step, plan);
  for (const [i, { keys }] of step.tables.entries()) {
    const { slots, mask } = elementAt(plan.tables, i);
    for (let row = 0; 2 * row < keys.length; row++)
      functions.putKey(slots, mask, keys[2 * row] ?? 0, keys[2 * row + 1] ?? 0, row + 1);
  }
  writeCtrs(new Uint8Array(memory), step, plan);
  writeTrees(new Int32Array(memory), step, plan);
  new Float64Array(memory).set(step.leafValues, plan.leaves / 8);
}

function writeBorders(memory: ArrayBuffer, step: CatBoostStep, plan: CatBoostPlan): void {
  const singles = new Float32Array(memory);
  const bytes = new Uint8Array(memory);
  for (const [i, { borders }] of step.floats.entries())
    for (const { table, first, length, starts, buckets } of elementAt(plan.floats, i)) {
      singles.set(borders.subarray(first, first + length), table / 4);
      singles.fill(Number.POSITIVE_INFINITY, table / 4 + length, table / 4 + length + 2 * buckets.half);
      bytes.set(buckets.starts, starts);
    }
}

/** How many borders are below the value of each row of a CTR's table, after that of an unknown key. */
function writeCtrs(bytes: Uint8Array, step: CatBoostStep, plan: CatBoostPlan): void {
  for (const [i, ctr] of step.ctrs.entries()) {
    const table = elementAt(step.tables, ctr.table);
    const rows = table.keys.length / 2;
    for (let row = -1; row < rows; row++) {
      const value = ctrValue(ctr, table, row);
      for (const { table: at, first, length } of elementAt(plan.ctrs, i)) {
        const borders = ctr.borders.subarray(first, first + length);
        bytes[at + 1 + row] = borders.reduce((below, border) => below + Number(value > border), -BYTE_BIAS);
      }
    }
  }
}

function writeTrees(words: Int32Array, step: CatBoostStep, plan: CatBoostPlan): void {
  const { trees } = step;
  if (trees.kind === 'nodes') {
    for (const [tree, root] of trees.roots.entries()) words[(plan.trees + tree * TREE_BYTES) / 4] = root;
    for (const [node, question] of trees.question.entries()) {
      const { bytes, threshold } = questionAt(step, plan, question);
      const entry = [bytes, threshold, elementAt(trees.no, node), elementAt(trees.yes, node)];
      words.set(entry, (plan.nodes + node * NODE_BYTES) / 4);
    }
    return;
  }
  let questions = plan.questions;
  let leaves = plan.leaves;
  let asked = 0;
  for (const [tree, depth] of trees.depths.entries()) {
    words.set([questions, depth, leaves], (plan.trees + tree * TREE_BYTES) / 4);
    for (let level = 0; level < depth; level++) {
      // Runs of eight levels, each from its last level to its first.
      const start = level - (level % BYTE_LEVELS);
      const place = start + Math.min(BYTE_LEVELS, depth - start) - 1 - (level % BYTE_LEVELS);
      const { bytes, threshold } = questionAt(step, plan, elementAt(trees.questions, asked++));
      words.set([bytes, threshold], (questions + place * QUESTION_BYTES) / 4);
    }
    questions += depth * QUESTION_BYTES;
    leaves += 8 * step.dimensions * 2 ** depth;
  }
}

/** Where the answer to a question is. */
export function questionAt({ questions }: CatBoostStep, plan: CatBoostPlan, question: number): ByteQuestion {
  const source = elementAt(questions.source, question);
  const item = elementAt(questions.item, question);
  const kind = elementAt(questions.kind, question);
  if (kind === 1) return { bytes: elementAt(elementAt(plan.oneHots, source), item), threshold: -BYTE_BIAS };
  const columns: readonly ByteColumn[] = elementAt(kind === 0 ? plan.floats : plan.ctrs, source);
  const { bytes } = elementAt(columns, Math.floor(item / BYTE_BORDERS));
  return { bytes, threshold: (item % BYTE_BORDERS) - BYTE_BIAS };
}
