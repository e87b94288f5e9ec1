import { allocateCells, createScratch, type RowBlock, toDense } from '../../engine/native/block.ts';
import type { CatBoostStep, FloatBorders } from '../../model/catboost.ts';
import type { DecisionTrees } from './decision-trees.ts';
import type { ExplainedEnsemble } from './ensemble.ts';

/** Nodes as they are written down; a leaf's number stands in `leaf`. */
interface Growing {
  readonly roots: number[];
  readonly left: number[];
  readonly right: number[];
  readonly question: number[];
  readonly leaf: number[];
}

/**
 * Trees of CatBoost over columns of numbers; null where some question is about a category. A tree that asks the same on each level
 * asks the last level first, whose answer is the highest bit of a leaf's number, as the library's own explanation does
 * (catboost/libs/model/../fstr/shap_values.cpp).
 */
export function explainedCatBoost(step: CatBoostStep): ExplainedEnsemble | null {
  const { questions, floats, dimensions, leafValues, leafWeights, scale } = step;
  if (questions.kind.some((kind) => kind !== 0)) return null;
  const nodes = step.trees.kind === 'oblivious' ? grownLevels(step.trees) : grownNodes(step.trees);
  const asked = nodes.question.map((question) => floats[questions.source[question] ?? -1] ?? null);
  const values = new Float64Array(nodes.left.length * dimensions);
  const cover = new Float64Array(leafWeights === undefined ? 0 : nodes.left.length);
  for (let node = nodes.left.length - 1; node >= 0; node--) {
    const leaf = nodes.leaf[node]!;
    for (let k = 0; k < dimensions && leaf >= 0; k++)
      values[node * dimensions + k] = scale * leafValues[leaf * dimensions + k]!;
    if (leafWeights === undefined) continue;
    cover[node] = leaf >= 0 ? leafWeights[leaf]! : cover[nodes.left[node]!]! + cover[nodes.right[node]!]!;
  }
  const trees: DecisionTrees = {
    ...{ roots: Int32Array.from(nodes.roots), left: Int32Array.from(nodes.left) },
    ...{ right: Int32Array.from(nodes.right), column: Int32Array.from(asked, (one) => one?.column ?? -1) },
    threshold: Float64Array.from(
      nodes.question,
      (question, node) => asked[node]?.borders[questions.item[question] ?? 0] ?? 0,
    ),
    missingLeft: Uint8Array.from(asked, (one) => (one?.missingAbove === false ? 1 : 0)),
    ...{ split: 'le', cover, values, valueWidth: dimensions },
    ...{ target: new Int32Array(nodes.roots.length), scores: dimensions },
  };
  const source = Int32Array.from({ length: step.features }, (_, column) => column);
  return { trees, source, prepare: prepareNumbers(step.features, floats) };
}

/** Left is no, right is yes. */
function grownLevels({ depths, questions }: Extract<CatBoostStep['trees'], { kind: 'oblivious' }>): Growing {
  const nodes: Growing = { roots: [], left: [], right: [], question: [], leaf: [] };
  let [first, leaves] = [0, 0];
  for (const depth of depths) {
    const grow = (level: number, leaf: number): number => {
      const node = push(nodes, level < 0 ? -1 : questions[first + level]!, level < 0 ? leaves + leaf : -1);
      if (level < 0) return node;
      nodes.left[node] = grow(level - 1, leaf);
      nodes.right[node] = grow(level - 1, leaf + 2 ** level);
      return node;
    };
    nodes.roots.push(grow(depth - 1, 0));
    first += depth;
    leaves += 2 ** depth;
  }
  return nodes;
}

function grownNodes({
  roots,
  question,
  no,
  yes,
}: Extract<CatBoostStep['trees'], { kind: 'nodes' }>): Growing {
  const nodes: Growing = { roots: [], left: [], right: [], question: [], leaf: [] };
  // Trees of a file may be as deep as it is long.
  const waiting: { readonly child: number; readonly side: number[]; readonly parent: number }[] = [];
  for (const [tree, root] of roots.entries()) {
    waiting.push({ child: root, side: nodes.roots, parent: tree });
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { child, side, parent } = next;
      const node = push(nodes, child < 0 ? -1 : question[child]!, child < 0 ? -1 - child : -1);
      side[parent] = node;
      if (child < 0) continue;
      waiting.push({ child: yes[child]!, side: nodes.right, parent: node });
      waiting.push({ child: no[child]!, side: nodes.left, parent: node });
    }
  }
  return nodes;
}

function push(nodes: Growing, question: number, leaf: number): number {
  nodes.left.push(-1);
  nodes.right.push(-1);
  nodes.question.push(question);
  return nodes.leaf.push(leaf) - 1;
}

/** Numbers as questions compare them: rounded to float32. */
function prepareNumbers(width: number, floats: readonly FloatBorders[]): (block: RowBlock) => Float64Array {
  const scratch = createScratch();
  return (block) => {
    const { data, rows } = toDense(block, [], scratch);
    const out = allocateCells(rows * width);
    for (let row = 0; row < rows; row++)
      for (const { column } of floats) out[row * width + column] = Math.fround(data[row * width + column]!);
    return out;
  };
}
