import { elementAt } from '../../../core/element-at.ts';
import type { PmmlTreeModel, PmmlTreeNode } from '../../../model/pmml/models.ts';
import { PMML_COMPARISONS, type PmmlPredicate } from '../../../model/pmml/program.ts';
import { type PmmlTest, preparePredicate } from './predicate.ts';
import { emptyResult, type PmmlResult, type PmmlState, type RefuseRow } from './state.ts';
import { setNumber, setScores } from './target.ts';

/** What a predicate comes to. */
const UNKNOWN = -1;
const FALSE = 0;
const TRUE = 1;
/** How a node is asked: by one of the comparisons of numbers, by their place among the operators; else by its test. */
const TESTED = PMML_COMPARISONS.length;
const HOLDS = TESTED + 1;

export function prepareTree(state: PmmlState, model: PmmlTreeModel, refuse: RefuseRow): () => PmmlResult {
  const walk = prepareWalk(state, model, refuse);
  const result = emptyResult();
  return () => {
    const node = walk();
    result.entity = node?.id ?? null;
    if (model.task === 'regression') {
      const score = node?.score ?? null;
      return setNumber(result, model, typeof score === 'number' ? score : null);
    }
    setScores(result, model, node?.distribution ?? null);
    if (node !== null && node.score !== null) result.value = node.score;
    return result;
  };
}

/** The predicates of all nodes side by side: most compare a number, for which nothing is called. */
interface FlatTree {
  readonly kinds: Uint8Array;
  readonly fields: Int32Array;
  readonly thresholds: Float64Array;
  readonly tests: readonly (PmmlTest | null)[];
  /** First child, next sibling and default child; -1 where there is none. */
  readonly first: Int32Array;
  readonly next: Int32Array;
  readonly other: Int32Array;
}

function flattened(state: PmmlState, nodes: readonly PmmlTreeNode[]): FlatTree {
  const count = nodes.length;
  const tree = {
    kinds: new Uint8Array(count),
    fields: new Int32Array(count),
    thresholds: new Float64Array(count),
    tests: new Array<PmmlTest | null>(count).fill(null),
    first: new Int32Array(count).fill(-1),
    next: new Int32Array(count).fill(-1),
    other: new Int32Array(count).fill(-1),
  };
  for (const [i, { predicate, children, defaultChild }] of nodes.entries()) {
    tree.kinds[i] = kindOf(predicate);
    if (predicate.kind === 'compare' && typeof predicate.value === 'number') {
      tree.fields[i] = predicate.field;
      tree.thresholds[i] = predicate.value;
    }
    if (tree.kinds[i] === TESTED) tree.tests[i] = preparePredicate(state, predicate);
    for (const [k, child] of children.entries()) {
      if (k === 0) tree.first[i] = child;
      else tree.next[elementAt(children, k - 1)] = child;
    }
    if (defaultChild !== null) tree.other[i] = elementAt(children, defaultChild);
  }
  return tree;
}

function kindOf(predicate: PmmlPredicate): number {
  if (predicate.kind === 'constant' && predicate.value) return HOLDS;
  if (predicate.kind !== 'compare' || typeof predicate.value !== 'number') return TESTED;
  return PMML_COMPARISONS.indexOf(predicate.operator);
}

/** Goes down from the root; the node that answers, or null where none does. */
function prepareWalk(
  state: PmmlState,
  { nodes, missing, noTrueChild }: PmmlTreeModel,
  refuse: RefuseRow,
): () => PmmlTreeNode | null {
  const tree = flattened(state, nodes);
  const { first, next, other } = tree;
  return () => {
    if (truthOf(state, tree, 0) !== TRUE) return null;
    let at = 0;
    while (first[at]! >= 0) {
      let child = first[at]!;
      while (child >= 0) {
        const truth = truthOf(state, tree, child);
        if (truth === TRUE) break;
        if (truth === UNKNOWN && missing !== 'none') {
          if (missing === 'nullPrediction') return null;
          if (missing === 'lastPrediction') return elementAt(nodes, at);
          child = other[at]!;
          if (child < 0) return refuseMissing(elementAt(nodes, at), refuse);
          break;
        }
        child = next[child]!;
      }
      if (child < 0) return withoutChild(elementAt(nodes, at), noTrueChild);
      at = child;
    }
    return elementAt(nodes, at);
  };
}

/** A node that names no default child has nowhere to send the row, and another model may take what is missing for an answer. */
const refuseMissing = ({ id }: PmmlTreeNode, refuse: RefuseRow): never =>
  refuse(
    'the prediction',
    `the value is missing that node "${id}" of a tree asks for, and the node names no defaultChild`,
  );

const withoutChild = (node: PmmlTreeNode, strategy: PmmlTreeModel['noTrueChild']): PmmlTreeNode | null =>
  strategy === 'returnLastPrediction' && node.score !== null ? node : null;

function truthOf(state: PmmlState, { kinds, fields, thresholds, tests }: FlatTree, node: number): number {
  const kind = kinds[node]!;
  if (kind === HOLDS) return TRUE;
  if (kind === TESTED) {
    const truth = tests[node]!();
    return truth === null ? UNKNOWN : truth ? TRUE : FALSE;
  }
  const x = state.number(fields[node]!);
  if (x === null) return UNKNOWN;
  const threshold = thresholds[node]!;
  switch (kind) {
    case 0:
      return x === threshold ? TRUE : FALSE;
    case 1:
      return x !== threshold ? TRUE : FALSE;
    case 2:
      return x < threshold ? TRUE : FALSE;
    case 3:
      return x <= threshold ? TRUE : FALSE;
    case 4:
      return x > threshold ? TRUE : FALSE;
    default:
      return x >= threshold ? TRUE : FALSE;
  }
}
