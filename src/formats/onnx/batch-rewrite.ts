import type { Tensor } from '../../model/tensor.ts';
import type { GraphTensor, OnnxGraph, OnnxNode, ValueInfo } from '../../onnx/graph.ts';
import type { BatchChange } from './batch-changes.ts';

/** Name of the freed dimension. */
const BATCH = 'N';

/** The graph with a first dimension of any size, and the changes that this asks for. */
export function withFreeBatch(graph: OnnxGraph, changes: readonly BatchChange[]): OnnxGraph {
  const free = (info: ValueInfo): ValueInfo =>
    info.shape === null
      ? info
      : { ...info, shape: info.shape.map((size, axis) => (axis === 0 ? BATCH : size)) };
  const rewriting = new Rewriting(graph);
  const inputs = new Map<OnnxNode, string[]>();
  for (const change of changes) {
    const names = inputs.get(change.node) ?? [...change.node.inputs];
    names[change.input] = rewriting.changed(change, names[change.input] ?? '');
    inputs.set(change.node, names);
  }
  const nodes = graph.nodes.map((node) => ({ ...node, inputs: inputs.get(node) ?? node.inputs }));
  return {
    ...graph,
    nodes: [...rewriting.nodes, ...nodes],
    initializers: { ...graph.initializers, ...Object.fromEntries(rewriting.initializers) },
    inputs: graph.inputs.map(free),
    outputs: graph.outputs.map(free),
    // Types that the file states for inner values hold the frozen size: they go.
    values: [],
  };
}

/** New values of a graph, under names that nothing has. Changes that are the same share one. */
class Rewriting {
  readonly nodes: OnnxNode[] = [];
  readonly initializers = new Map<string, GraphTensor>();
  readonly #graph: OnnxGraph;
  readonly #taken: Set<string>;
  readonly #known = new Map<string, string>();
  #rows: string | null = null;

  constructor(graph: OnnxGraph) {
    this.#graph = graph;
    this.#taken = new Set([
      ...graph.nodes.flatMap(({ outputs }) => outputs),
      ...graph.inputs.map(({ name }) => name),
      ...Object.keys(graph.initializers),
      ...(graph.sparseInitializers ?? []).map(({ name }) => name),
    ]);
  }

  /** The name of what takes the place of input `old`. */
  changed(change: BatchChange, old: string): string {
    const about = change.kind === 'restate' ? change.numbers : [change.at];
    const key = JSON.stringify([old, change.kind, about]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = this.#name(`${old}_for_any_batch`);
    if (change.kind === 'restate') this.#list(name, change.numbers);
    else this.#repeat(name, old, change);
    this.#known.set(key, name);
    return name;
  }

  #name(stem: string): string {
    let name = stem;
    while (this.#taken.has(name)) name += '_';
    this.#taken.add(name);
    return name;
  }

  #constant(name: string, tensor: Tensor): string {
    this.initializers.set(name, tensor);
    return name;
  }

  #add(op: string, inputs: readonly string[], output: string, axis: number | null = null): void {
    const attributes = axis === null ? {} : { axis: { type: 'int' as const, value: BigInt(axis) } };
    this.nodes.push({ name: output, op, domain: '', inputs, outputs: [output], attributes });
  }

  /** A list of sizes, one of which may be the number of rows. */
  #list(name: string, numbers: readonly (number | 'rows')[]): void {
    const at = numbers.indexOf('rows');
    const known = numbers.filter((size) => size !== 'rows');
    if (at < 0) {
      this.#constant(name, whole(known));
      return;
    }
    const part = (sizes: readonly number[], stem: string): string[] =>
      sizes.length === 0 ? [] : [this.#constant(this.#name(`${name}_${stem}`), whole(sizes))];
    const parts = [...part(known.slice(0, at), 'front'), this.#rowCount(), ...part(known.slice(at), 'back')];
    this.#add('Concat', parts, name, 0);
  }

  /** The number of rows of a request, `[1]` int64. */
  #rowCount(): string {
    if (this.#rows !== null) return this.#rows;
    const [input] = this.#graph.inputs;
    const sizes = this.#name('sizes_of_input');
    this.#rows = this.#name('rows_of_input');
    this.#add('Shape', [input?.name ?? ''], sizes);
    const first = this.#constant(this.#name('place_of_rows'), whole([0]));
    this.#add('Gather', [sizes, first], this.#rows, 0);
    return this.#rows;
  }

  #repeat(name: string, old: string, { at, rank, first }: Extract<BatchChange, { kind: 'repeat' }>): void {
    const one = first === null ? old : this.#name(`${old}_of_one_row`);
    if (first !== null) this.initializers.set(one, first);
    const shape = this.#name(`${name}_shape`);
    this.#list(
      shape,
      Array.from({ length: rank }, (_, axis) => (axis === at ? 'rows' : 1)),
    );
    this.#add('Expand', [one, shape], name);
  }
}

const whole = (sizes: readonly number[]): Tensor => ({
  dtype: 'int64',
  shape: [sizes.length],
  data: BigInt64Array.from(sizes, BigInt),
});
