import type { OnnxModel } from '../graph.ts';
import type { OnnxLimits } from '../limits.ts';
import { checkDomains } from './domains.ts';
import { checkFunctions } from './functions.ts';
import { graphScope, orderNodes, withNested } from './scope.ts';
import { checkSize } from './size.ts';
import { checkTrees } from './trees.ts';

/**
 * Everything that can be said against a graph without running it: names, cycles, domains, opsets, functions, loops,
 * sizes and trees.
 *
 * @throws GRAPH_INVALID, GRAPH_UNKNOWN, GRAPH_LIMIT
 */
export function checkModel(model: OnnxModel, limits: OnnxLimits): void {
  orderNodes(graphScope(model.graph, () => false));
  const functions = checkFunctions(model, limits);
  checkDomains(model, functions);
  checkSize(model, functions, limits);
  for (const { nodes } of [model.graph, ...functions.values()])
    for (const node of withNested(nodes)) checkTrees(node, limits);
}
