import type { TreeEnsembleStep } from '../../../../model/tree.ts';
import {
  COLUMN_BYTES,
  COLUMN_ENTRY,
  NODE,
  type Plan,
  paddedLevels,
  QUESTION,
  TREE_ENTRY,
  type TreePlan,
} from './plan.ts';
import type { Missing, Questions } from './questions.ts';
import type { TopQuestion } from './top.ts';

/** As `kernel.as.ts` numbers them. */
const MISSING: Readonly<Record<Missing, number>> = { left: 0, right: 1, both: 2, unasked: 3 };
/** A leaf's threshold: this NaN and the number of the leaf. */
const LEAF = 0x7fc0_0000;

/** The kernel's memory as the numbers it holds. */
interface Views {
  readonly words: Uint32Array;
  readonly singles: Float32Array;
  readonly doubles: Float64Array;
}

/** Writes an ensemble into the memory that was planned for it. */
export function writeImage(
  memory: ArrayBuffer,
  step: TreeEnsembleStep,
  questions: Questions,
  plan: Plan,
): void {
  const views: Views = {
    words: new Uint32Array(memory),
    singles: new Float32Array(memory),
    doubles: new Float64Array(memory),
  };
  writeColumns(views, questions, plan);
  const places = new Int32Array(step.arena.left.length);
  plan.treePlans.forEach((tree, i) => {
    const { low, high: more, exits: left } = tree.top;
    const high = tree.questions + QUESTION * low.length;
    const exits = high + QUESTION * more.length;
    writeQuestions(views, questions, low, tree.questions);
    writeQuestions(views, questions, more, high);
    if (tree.walked) writeNodes(views, step, questions, plan, tree, places);
    else
      left.forEach((node, number) => {
        places[node] = writeLeaf(views, step, tree, node, number);
      });
    views.words.set(
      left.map((node) => places[node]!),
      exits / 4,
    );
    const score = step.target === null ? 0 : 8 * step.target[i]!;
    const entry = [tree.questions, high, exits, tree.walked ? 1 : 0, tree.values, score];
    views.words.set(entry, (plan.trees + i * TREE_ENTRY) / 4);
  });
}

function writeColumns({ words, doubles }: Views, { columns }: Questions, plan: Plan): void {
  columns.forEach(({ source, missing, levels }, i) => {
    const table = plan.levels[i]!;
    const length = levels === null ? 0 : paddedLevels(levels);
    if (levels !== null) {
      doubles.fill(Infinity, table / 8, table / 8 + length);
      doubles.set(levels, table / 8);
    }
    const entry = [8 * source, MISSING[missing], table - 8, (8 * length) / 2];
    words.set(entry, (plan.columns.from + i * COLUMN_ENTRY) / 4);
  });
}

function writeQuestions(
  { words, singles }: Views,
  { threshold, column }: Questions,
  asked: readonly TopQuestion[],
  address: number,
): void {
  let at = address / 4;
  for (const { node, under } of asked) {
    singles[at++] = threshold[node]!;
    words[at++] = COLUMN_BYTES * column[node]!;
    words[at++] = under;
  }
}

/** Writes the values of a tree's leaf with a number of its own; returns their address. */
function writeLeaf(
  { doubles }: Views,
  { arena: { values, valueWidth } }: TreeEnsembleStep,
  tree: TreePlan,
  node: number,
  number: number,
): number {
  const address = tree.values + 8 * valueWidth * number;
  doubles.set(values.subarray(node * valueWidth, (node + 1) * valueWidth), address / 8);
  return address;
}

/**
 * Writes the nodes below the exits, children side by side, and notes their addresses. The child with more leaves comes
 * next in memory, so that the likelier way stays in the same line of the cache.
 */
function writeNodes(
  views: Views,
  step: TreeEnsembleStep,
  { threshold, column }: Questions,
  { leaves }: Plan,
  tree: TreePlan,
  places: Int32Array,
): void {
  const { words, singles } = views;
  const { left, right } = step.arena;
  let next = tree.nodes;
  let number = 0;
  for (const exit of tree.top.exits) {
    places[exit] = next;
    next += NODE;
    const open = [exit];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      const at = places[node]! / 4;
      const a = left[node]!;
      if (a < 0) {
        words.set([LEAF | number, places[node]!, 0], at);
        writeLeaf(views, step, tree, node, number++);
        continue;
      }
      const b = right[node]!;
      singles[at] = threshold[node]!;
      words[at + 1] = next;
      words[at + 2] = COLUMN_BYTES * column[node]!;
      places[a] = next;
      places[b] = next + NODE;
      next += 2 * NODE;
      if (leaves[a]! > leaves[b]!) open.push(b, a);
      else open.push(a, b);
    }
  }
}
