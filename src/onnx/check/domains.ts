import type { OnnxModel, OnnxNode, Opset } from '../graph.ts';
import { calledFunction, type FunctionTable } from './functions.ts';
import { IR_RANGE, MICROSOFT_OPS, OPSET_RANGE } from './known.ts';
import { withNested } from './scope.ts';
import { graphInvalid, graphUnknown, nodeName } from './where.ts';

/**
 * Every operator belongs to a domain and an opset that onnxruntime's CPU build knows, or is a function of the model.
 *
 * @throws GRAPH_UNKNOWN, GRAPH_INVALID
 */
export function checkDomains(model: OnnxModel, functions: FunctionTable): void {
  const { irVersion } = model;
  if (irVersion < IR_RANGE.oldest || irVersion > IR_RANGE.newest) {
    throw graphUnknown('its head', `IR version ${irVersion}`, `${IR_RANGE.oldest} to ${IR_RANGE.newest}`);
  }
  checkOpsets(model.opsets, 'its head');
  checkNodes(model.graph.nodes, functions);
  for (const fn of functions.values()) {
    checkOpsets(fn.opsets, `function "${fn.domain}.${fn.name}"`);
    checkNodes(fn.nodes, functions);
  }
}

/**
 * Imports of domains that nobody knows are no harm while no node uses them; writers of optimised graphs list many.
 * skl2onnx may import one opset twice; of two versions readers take the last, which nobody means.
 */
function checkOpsets(opsets: readonly Opset[], where: string): void {
  const seen = new Map<string, number>();
  for (const { domain, version } of opsets) {
    const other = seen.get(domain) ?? version;
    if (other !== version)
      throw graphInvalid(where, `opsets ${other} and ${version} of domain "${domain}"`, 'one');
    seen.set(domain, version);
    const range = OPSET_RANGE.get(domain);
    if (range !== undefined && (version < range.oldest || version > range.newest)) {
      const known = `${range.oldest} to ${range.newest}`;
      throw graphUnknown(where, `opset ${version} of domain "${domain === '' ? 'ai.onnx' : domain}"`, known);
    }
  }
}

function checkNodes(nodes: readonly OnnxNode[], functions: FunctionTable): void {
  for (const node of withNested(nodes)) checkNode(node, functions);
}

function checkNode(node: OnnxNode, functions: FunctionTable): void {
  if (calledFunction(functions, node) !== null) return;
  if (!OPSET_RANGE.has(node.domain)) {
    const known = 'ai.onnx, ai.onnx.ml, com.microsoft and the functions of the model';
    throw graphUnknown(nodeName(node), `the domain "${node.domain}"`, known);
  }
  if (node.domain === 'com.microsoft' && !MICROSOFT_OPS.has(node.op)) {
    const known = `the ${MICROSOFT_OPS.size} com.microsoft operators of onnxruntime's CPU build`;
    throw graphUnknown(nodeName(node), `the operator "${node.op}"`, known);
  }
}
