import type { CheckedTrees } from './checked-trees.ts';
import type { ExplainedModel } from './explained-model.ts';
import { pmmlTrees } from './pmml/pmml-trees.ts';

/** Trees that are read from what computes a model, a graph or a document of PMML; null where it is not made of them. */
export const readTreesOf = ({ content, graph = null }: ExplainedModel): CheckedTrees | null =>
  content.kind === 'steps' && content.root.kind === 'pmml' ? pmmlTrees(content.root) : graph;
