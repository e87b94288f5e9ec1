import { prepareCatBoostCounts } from '../../engine/native/catboost/ensemble.ts';
import type { CatBoostStep } from '../../model/catboost.ts';
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
 * Trees of CatBoost. A tree that asks the same on each level asks the last level first, whose answer is the highest bit of a leaf's
 * number, as the library's own explanation does; a statistic of several columns is to it a player of its own, whose value its categories
 * share alike (catboost/libs/fstr/{shap_values,shap_prepared_trees}.cpp).
 */
export function explainedCatBoost(step: CatBoostStep): ExplainedEnsemble {
  const { questions, dimensions, leafValues, leafWeights, scale } = step;
  const nodes = step.trees.kind === 'oblivious' ? grownLevels(step.trees) : grownNodes(step.trees);
  const { sources, made, columnOf } = questionSources(step);
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
    right: Int32Array.from(nodes.right),
    column: Int32Array.from(nodes.question, (question) => (question < 0 ? -1 : columnOf(question))),
    // Borders below a number, or 1 where it is the value asked for: yes is more than the border's place.
    threshold: Float64Array.from(nodes.question, (question) =>
      questions.kind[question] === 1 ? 0.5 : (questions.item[question] ?? 0) + 0.5,
    ),
    missingLeft: new Uint8Array(nodes.left.length),
    ...{ split: 'le', cover, values, valueWidth: dimensions },
    ...{ target: new Int32Array(nodes.roots.length), scores: dimensions },
  };
  return { trees, sources, made, prepare: prepareCatBoostCounts(step) };
}

/** What the numbers that questions compare are made of, in the order of `prepareCatBoostCounts`. */
interface QuestionSources {
  readonly sources: readonly (readonly number[])[];
  readonly made: readonly (readonly number[])[];
  columnOf(question: number): number;
}

function questionSources({ questions, floats, oneHots, ctrs, tables }: CatBoostStep): QuestionSources {
  const firsts: number[] = [];
  const singles = floats.map(({ column }) => [column]);
  for (const { column, values } of oneHots) {
    firsts.push(singles.length);
    for (let item = 0; item < values.length; item++) singles.push([column]);
  }
  const columnAsked = (question: number): number => {
    const source = questions.source[question]!;
    return (questions.kind[question] === 0 ? floats[source] : oneHots[source])?.column ?? -1;
  };
  const categories = ctrs.map(({ table }) => tables[table]?.categories ?? []);
  const all = ctrs.map(({ table }, k) => {
    const { floats: asked = [], oneHots: equal = [] } = tables[table] ?? {};
    return [...new Set([...categories[k]!, ...[...asked, ...equal].map(columnAsked)])];
  });
  const columnOf = (question: number): number => {
    const [kind, source] = [questions.kind[question], questions.source[question]!];
    if (kind === 1) return firsts[source]! + questions.item[question]!;
    return kind === 0 ? source : singles.length + source;
  };
  return { sources: [...singles, ...categories], made: [...singles, ...all], columnOf };
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
