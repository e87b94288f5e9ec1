import { PlimsollError } from '../../core/errors.ts';
import { edgeOf } from './edge.ts';
import type { GraphBudget } from './graph-budget.ts';
import type { FunctionDef, NodeDef, NodeIndex } from './graph-def.ts';
import { isExit, isMerge, SwitchGraph } from './switches.ts';
import { constantTruth, type EdgeValue } from './value.ts';

/** Functions that call functions. */
const MAX_DEPTH = 64;
/** Nodes evaluated in all: functions that call one another twice unfold exponentially. */
const MAX_NODES = 250_000;

/** Evaluates one node, given what its inputs carry. */
export type Evaluate = (
  node: NodeDef,
  inputs: readonly EdgeValue[],
  scope: NodeScope,
) => readonly EdgeValue[];

/** What all scopes of one graph share. */
export interface GraphProgram {
  readonly functions: ReadonlyMap<string, FunctionDef>;
  readonly evaluate: Evaluate;
  readonly spent: { nodes: number };
  readonly budget: GraphBudget;
}

/** Nodes that take what they need by themselves may wait twice: for the condition, then for a branch. */
const WAITS = 2;

/** Nodes of a graph or of one call of a function, each evaluated once, when something asks for it. */
export class NodeScope {
  readonly program: GraphProgram;
  readonly depth: number;
  readonly #nodes: NodeIndex;
  readonly #values: Map<string, readonly EdgeValue[]>;
  /** The same nodes outside a branch or a turn. */
  readonly #outer: NodeScope | null;
  #switches: SwitchGraph | null = null;

  constructor(
    program: GraphProgram,
    nodes: NodeIndex,
    given: ReadonlyMap<string, readonly EdgeValue[]>,
    outer: NodeScope | null = null,
    depth = 0,
  ) {
    this.program = program;
    this.depth = depth;
    this.#nodes = nodes;
    this.#values = new Map(given);
    this.#outer = outer;
  }

  /** Branches and loops among the nodes. */
  get switches(): SwitchGraph {
    this.#switches ??= this.#outer?.switches ?? new SwitchGraph(this.#nodes);
    return this.#switches;
  }

  /** The same nodes in a branch or a turn of a loop, where some have values of their own. */
  within(given: ReadonlyMap<string, readonly EdgeValue[]>): NodeScope {
    if (this.depth >= MAX_DEPTH)
      throw invalid('', `branches and loops nested more than ${MAX_DEPTH} deep`, 'branches that end');
    return new NodeScope(this.program, this.#nodes, given, this, this.depth + 1);
  }

  /** Says what a node gives, which another node found out. */
  define(name: string, values: readonly EdgeValue[]): void {
    this.#values.set(name, values);
  }

  #known(name: string): readonly EdgeValue[] | undefined {
    for (let scope: NodeScope | null = this; scope !== null; scope = scope.#outer) {
      const values = scope.#values.get(name);
      if (values !== undefined) return values;
    }
    return undefined;
  }

  /** Edges that have to be known before a node is evaluated. */
  #needs(node: NodeDef): readonly string[] {
    if (isExit(node)) return this.switches.frame(node).enters.map(({ inputs }) => inputs[0] ?? '');
    if (!isMerge(node)) return node.inputs.filter((input) => !input.startsWith('^'));
    const { test, sides, entries } = this.switches.selection(node);
    const [value] = this.#known(edgeOf(test).name) ?? [];
    if (value === undefined) return [test];
    const known = this.#pick(test);
    const taken = known.kind === 'tensor' ? constantTruth(known) : null;
    if (taken !== null) return [sides[taken ? 1 : 0]];
    return [test, ...entries.edges];
  }

  /** What an edge carries: `node`, `node:2`, or in functions `node:output:0`. Nothing recurses but calls of functions. */
  value(reference: string): EdgeValue {
    const { name } = edgeOf(reference);
    const stack: string[] = [name];
    const open = new Map<string, number>();
    while (stack.length > 0) {
      const at = stack[stack.length - 1] ?? '';
      if (this.#known(at) !== undefined) {
        stack.pop();
        continue;
      }
      const node = this.#nodes.get(at);
      if (node === undefined) throw invalid(at, 'no node of that name', 'a node that the graph holds');
      const data = this.#needs(node);
      const waiting = data
        .map((input) => edgeOf(input).name)
        .filter((input) => this.#known(input) === undefined);
      if (waiting.length === 0) {
        this.#values.set(at, this.#evaluate(node, data));
        stack.pop();
        continue;
      }
      const waits = (open.get(at) ?? 0) + 1;
      if (waits > (isMerge(node) ? WAITS : 1))
        throw invalid(at, 'a cycle through it', 'a graph without cycles');
      open.set(at, waits);
      stack.push(...waiting);
    }
    return this.#pick(reference);
  }

  #evaluate(node: NodeDef, data: readonly string[]): readonly EdgeValue[] {
    const { spent, evaluate, budget } = this.program;
    spent.nodes += 1;
    budget.read.checkTime('the graph', 0);
    if (spent.nodes > MAX_NODES)
      throw new PlimsollError('READ_LIMIT', {
        what: 'the graph, its functions called',
        offset: 0,
        found: spent.nodes,
        limit: MAX_NODES,
        name: 'nodes',
      });
    return evaluate(
      node,
      data.map((input) => this.#pick(input)),
      this,
    );
  }

  #pick(reference: string): EdgeValue {
    const { name, output, index } = edgeOf(reference);
    const values = this.#known(name) ?? [];
    const node = this.#nodes.get(name);
    const at = output === null ? index : outputIndex(node, output) + index;
    const value = values[at];
    if (value === undefined)
      throw invalid(name, `no output ${at} (${values.length} there are)`, 'an output that it has');
    return value;
  }

  /** Calls a function: what its outputs are, in their order. */
  call(name: string, args: readonly EdgeValue[]): readonly EdgeValue[] {
    const called = this.program.functions.get(name);
    if (called === undefined) throw invalid(name, 'no function of that name', 'a function of the library');
    if (this.depth >= MAX_DEPTH)
      throw invalid(name, `functions nested more than ${MAX_DEPTH} deep`, 'functions that end');
    if (called.inputs.length !== args.length)
      throw invalid(name, `${args.length} arguments for ${called.inputs.length}`, 'as many as it takes');
    const given = new Map(called.inputs.map((input, i) => [input, args.slice(i, i + 1)]));
    const scope = new NodeScope(this.program, called.nodes, given, null, this.depth + 1);
    return called.outputs.map((output) => {
      const reference = called.returns.get(output);
      if (reference === undefined)
        throw invalid(name, `no value for its output "${output}"`, 'a value for each');
      return scope.value(reference);
    });
  }
}

/**
 * Outputs of operators that have several, each a single tensor, in the order of their definition (tensorflow/core/ops). An
 * operator that is absent has one output or one list.
 */
const OUTPUTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['FusedBatchNorm', ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2']],
  ['FusedBatchNormV2', ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2']],
  [
    'FusedBatchNormV3',
    ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2', 'reserve_space_3'],
  ],
  ['TopKV2', ['values', 'indices']],
  ['TopK', ['values', 'indices']],
  ['StringSplit', ['indices', 'values', 'shape']],
  ['StringSplitV2', ['indices', 'values', 'shape']],
  ['SparseReshape', ['output_indices', 'output_shape']],
  ['SparseFillEmptyRows', ['output_indices', 'output_values', 'empty_row_indicator', 'reverse_index_map']],
  ['SparseReorder', ['output_indices', 'output_values']],
  ['SparseCross', ['output_indices', 'output_values', 'output_shape']],
  ['Unique', ['y', 'idx']],
  ['UniqueV2', ['y', 'idx']],
  ['Switch', ['output_false', 'output_true']],
  ['TensorArrayV3', ['handle', 'flow']],
]);

function outputIndex(node: NodeDef | undefined, output: string): number {
  const parsed = node === undefined ? null : parsedIndex(node, output);
  return parsed ?? Math.max(0, (OUTPUTS.get(node?.op ?? '') ?? []).indexOf(output));
}

/** Of parsed examples: places, values and shapes of all sparse features, then the dense ones. */
function parsedIndex({ op, attrs }: NodeDef, output: string): number | null {
  const lists = ['sparse_indices', 'sparse_values', 'sparse_shapes', 'dense_values'].indexOf(output);
  if (!op.startsWith('ParseExample') || lists < 0) return null;
  const count = attrs.get(op === 'ParseExampleV2' ? 'num_sparse' : 'Nsparse');
  return lists * (count?.kind === 'int' ? count.value : 0);
}

const invalid = (where: string, found: string, wanted: string): PlimsollError =>
  new PlimsollError('MODEL_INVALID', {
    path: where,
    class: 'TensorFlow graph',
    offset: 0,
    field: 'graph',
    found,
    wanted,
  });
