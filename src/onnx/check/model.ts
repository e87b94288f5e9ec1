import type { OnnxModel } from '../graph.ts';
import type { OnnxLimits } from '../limits.ts';
import { checkDomains } from './domains.ts';
import { checkFunctions } from './functions.ts';
import { graphScope, orderNodes } from './scope.ts';
import { checkSize } from './size.ts';

/**
 * Everything that can be said against a graph without running it: names, cycles, domains, opsets, functions, loops
 * and sizes.
 *
 * @throws GRAPH_INVALID, GRAPH_UNKNOWN, GRAPH_LIMIT
 */
export function checkModel(model: OnnxModel, limits: OnnxLimits): void {
  orderNodes(graphScope(model.graph, () => false));
  const functions = checkFunctions(model, limits);
  checkDomains(model, functions);
  checkSize(model, functions, limits);
}
