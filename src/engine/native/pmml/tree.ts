import { elementAt } from '../../../core/element-at.ts';
import type { PmmlTreeModel, PmmlTreeNode } from '../../../model/pmml/models.ts';
import { type PmmlTest, preparePredicate } from './predicate.ts';
import { emptyResult, type PmmlResult, type PmmlState } from './state.ts';
import { setNumber, setScores } from './target.ts';

interface ReadyNode {
  readonly node: PmmlTreeNode;
  readonly test: PmmlTest;
  readonly children: ReadyNode[];
}

export function prepareTree(state: PmmlState, model: PmmlTreeModel): () => PmmlResult {
  const nodes = model.nodes.map(
    (node): ReadyNode => ({ node, test: preparePredicate(state, node.predicate), children: [] }),
  );
  for (const { node, children } of nodes)
    for (const child of node.children) children.push(elementAt(nodes, child));
  const root = elementAt(nodes, 0);
  const walk = prepareWalk(model, root);
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

/** Goes down from the root; the node that answers, or null where none does. */
function prepareWalk({ missing, noTrueChild }: PmmlTreeModel, root: ReadyNode): () => PmmlTreeNode | null {
  return () => {
    if (root.test() !== true) return null;
    let at = root;
    while (at.children.length > 0) {
      let next: ReadyNode | null = null;
      for (const child of at.children) {
        const truth = child.test();
        if (truth === true) {
          next = child;
          break;
        }
        if (truth !== null || missing === 'none') continue;
        if (missing === 'nullPrediction') return null;
        if (missing === 'lastPrediction') return at.node;
        next = elementAt(at.children, at.node.defaultChild ?? 0);
        break;
      }
      if (next === null)
        return noTrueChild === 'returnLastPrediction' && at.node.score !== null ? at.node : null;
      at = next;
    }
    return at.node;
  };
}
