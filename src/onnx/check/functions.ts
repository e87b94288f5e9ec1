import type { OnnxFunction, OnnxModel, OnnxNode } from '../graph.ts';
import type { OnnxLimits } from '../limits.ts';
import { OPSET_RANGE } from './known.ts';
import { orderNodes, subgraphs } from './scope.ts';
import { graphInvalid, nodeName, overLimit } from './where.ts';

/** Functions of a model by `functionKey`. */
export type FunctionTable = ReadonlyMap<string, OnnxFunction>;

const keyOf = (domain: string, name: string, overload: string): string =>
  JSON.stringify([domain, name, overload]);

/** The function that a node calls, if it calls one. */
export function calledFunction(functions: FunctionTable, node: OnnxNode): OnnxFunction | null {
  if (functions.size === 0) return null;
  return functions.get(keyOf(node.domain, node.op, node.overload ?? '')) ?? null;
}

const titleOf = (fn: OnnxFunction): string => `function "${fn.domain}.${fn.name}"`;

/**
 * Functions that the model defines, each checked on its own and all together: none calls itself, and calls unfold
 * to a bounded number of nodes.
 *
 * @throws GRAPH_INVALID, GRAPH_LIMIT
 */
export function checkFunctions(model: OnnxModel, limits: OnnxLimits): FunctionTable {
  const functions = new Map<string, OnnxFunction>();
  for (const fn of model.functions ?? []) {
    // A function could otherwise change what a standard operator means.
    if (OPSET_RANGE.has(fn.domain)) {
      throw graphInvalid(titleOf(fn), 'a domain of standard operators', 'a domain of its own');
    }
    const key = keyOf(fn.domain, fn.name, fn.overload);
    if (functions.has(key)) throw graphInvalid(titleOf(fn), 'a second definition', 'one definition');
    functions.set(key, fn);
    checkFunctionNames(fn);
  }
  const unfold = new Unfolding(functions, limits);
  const { size } = unfold.measure(model.graph.nodes, 0);
  if (size > limits.onnxInlinedNodes) {
    throw overLimit('the whole graph', `${size} nodes with functions unfolded`, 'onnxInlinedNodes', limits);
  }
  return functions;
}

function checkFunctionNames(fn: OnnxFunction): void {
  const given = new Set(fn.inputs);
  if (given.size < fn.inputs.length)
    throw graphInvalid(titleOf(fn), 'two inputs of one name', 'names used once');
  orderNodes({ where: titleOf(fn), nodes: fn.nodes, given, outputs: fn.outputs, outer: () => false });
}

interface Unfolded {
  /** Nodes with every call replaced by its body. */
  readonly size: number;
  /** Calls inside calls. */
  readonly height: number;
}

/** Measures what calls unfold to; each function's body is measured once and remembered. */
class Unfolding {
  readonly #functions: FunctionTable;
  readonly #limits: OnnxLimits;
  readonly #known = new Map<OnnxFunction, Unfolded>();
  readonly #open = new Set<OnnxFunction>();

  constructor(functions: FunctionTable, limits: OnnxLimits) {
    this.#functions = functions;
    this.#limits = limits;
  }

  measure(nodes: readonly OnnxNode[], depth: number): Unfolded {
    let size = nodes.length;
    let height = 0;
    for (const node of nodes) {
      const parts = subgraphs(node).map((graph) => this.measure(graph.nodes, depth));
      const fn = calledFunction(this.#functions, node);
      if (fn !== null) parts.push(this.#call(fn, node, depth + 1));
      for (const part of parts) {
        size += part.size;
        height = Math.max(height, part.height);
      }
    }
    return { size, height };
  }

  #call(fn: OnnxFunction, caller: OnnxNode, depth: number): Unfolded {
    if (this.#open.has(fn)) throw graphInvalid(nodeName(caller), 'a function that calls itself', 'an end');
    const known = this.#known.get(fn);
    const deepest = depth + (known === undefined ? 0 : known.height - 1);
    if (deepest > this.#limits.onnxFunctionDepth) {
      throw overLimit(nodeName(caller), `functions ${deepest} deep`, 'onnxFunctionDepth', this.#limits);
    }
    if (known !== undefined) return known;
    this.#open.add(fn);
    const body = this.measure(fn.nodes, depth);
    this.#open.delete(fn);
    const unfolded = { size: body.size, height: body.height + 1 };
    this.#known.set(fn, unfolded);
    return unfolded;
  }
}
