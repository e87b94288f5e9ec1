import { elementAt, lastOf } from '../../core/element-at.ts';
import type { GraphTensor, OnnxGraph, OnnxModel, OnnxNode } from '../graph.ts';
import type { OnnxLimits } from '../limits.ts';
import {
  attributeOf,
  fromFront,
  intOf,
  intsOf,
  ofDeclared,
  ofElements,
  ofShape,
  ofTensor,
  type ValueFact,
} from './fact.ts';
import { calledFunction, type FunctionTable } from './functions.ts';
import { outputFact } from './rules.ts';
import { graphScope, orderNodes, subgraphs } from './scope.ts';
import { nodeName, overLimit } from './where.ts';

/** Names that a nested graph or a function sees around it. */
type Lookup = (name: string) => ValueFact | null;

/** Operators whose output can be far larger than what they read: their outputs add up to the static size bound. */
const GROWING = new Set([
  'Constant',
  'Concat',
  'Tile',
  'Expand',
  'ConstantOfShape',
  'Range',
  'Pad',
  'Resize',
  'Upsample',
  'OneHot',
  'RandomNormal',
  'RandomUniform',
  'Gather',
  'Einsum',
  'ConcatFromSequence',
  'SequenceConstruct',
  'SequenceInsert',
  'EyeLike',
  'HannWindow',
  'HammingWindow',
  'BlackmanWindow',
  'MelWeightMatrix',
  'DFT',
  'STFT',
  'Multinomial',
  'MaxUnpool',
  'CenterCropPad',
  'AffineGrid',
  'Col2Im',
  'RoiAlign',
  'MaxRoiPool',
  'GatherND',
  'OneHotEncoder',
  'FeatureVectorizer',
  'DictVectorizer',
  'TfIdfVectorizer',
  'Loop',
  'Scan',
]);

/** Rounds of a loop that are walked, to see how what it carries grows. */
const WALKED = 3;

/** The widest number: eight bytes. Sizes of intermediate values are counted as if all were. */
const ELEMENT_BYTES = 8;
/** What the runtime keeps for a string besides its text. */
const STRING_BYTES = 32;

/**
 * Walks the graph at batch 1 and adds up what initialisers and growing operators make; bounds every loop.
 *
 * @returns the static size bound in bytes
 * @throws GRAPH_LIMIT where it exceeds `onnxStaticBytes`, or a Loop or Scan is not bounded by `onnxTrips`
 */
export function checkSize(model: OnnxModel, functions: FunctionTable, limits: OnnxLimits): number {
  const walk = new SizeWalk(functions, limits);
  walk.graph(model.graph, () => null, null, 1);
  return walk.total;
}

class SizeWalk {
  total = 0;
  #visited = 0;
  readonly #functions: FunctionTable;
  readonly #limits: OnnxLimits;

  constructor(functions: FunctionTable, limits: OnnxLimits) {
    this.#functions = functions;
    this.#limits = limits;
  }

  /** @returns facts of the graph's outputs; `inputs` are the facts of the caller, null for declared shapes */
  graph(
    graph: OnnxGraph,
    outer: Lookup,
    inputs: readonly (ValueFact | null)[] | null,
    trips: number,
  ): ValueFact[] {
    const facts = new Map<string, ValueFact>();
    for (const [index, { name, shape }] of graph.inputs.entries()) {
      facts.set(name, inputs?.[index] ?? ofDeclared(shape));
    }
    for (const [name, tensor] of Object.entries(graph.initializers)) {
      this.#add(storedBytes(tensor), `initializer "${name}"`);
      facts.set(name, ofTensor(tensor));
    }
    for (const { name, shape } of graph.sparseInitializers ?? []) {
      const fact = ofShape(shape);
      this.#add(fact.elements * ELEMENT_BYTES, `sparse initializer "${name}"`);
      facts.set(name, fact);
    }
    const lookup: Lookup = (name) => facts.get(name) ?? outer(name);
    // Names and order were checked before: any scope that answers for the names around will do.
    this.#nodes(orderNodes(graphScope(graph, () => true)), facts, lookup, trips);
    return graph.outputs.map(({ name }) => lookup(name) ?? ofElements(1));
  }

  #nodes(nodes: readonly OnnxNode[], facts: Map<string, ValueFact>, lookup: Lookup, trips: number): void {
    for (const node of nodes) {
      this.#visit(node);
      const inputs = node.inputs.map((name) => (name === '' ? null : lookup(name)));
      const outputs = this.#node(node, inputs, lookup, trips);
      for (const [index, name] of node.outputs.entries()) {
        const fact = outputs[index] ?? outputs[0] ?? ofElements(1);
        if (name === '') continue;
        facts.set(name, fact);
        this.#check(node, fact);
      }
    }
  }

  #node(node: OnnxNode, inputs: readonly (ValueFact | null)[], lookup: Lookup, trips: number): ValueFact[] {
    const fn = calledFunction(this.#functions, node);
    if (fn !== null) {
      const facts = new Map(fn.inputs.map((name, index) => [name, inputs[index] ?? ofElements(1)]));
      const inner: Lookup = (name) => facts.get(name) ?? null;
      const scope = {
        where: node.op,
        nodes: fn.nodes,
        given: new Set<string>(),
        outputs: [],
        outer: () => true,
      };
      this.#nodes(orderNodes(scope), facts, inner, trips);
      return fn.outputs.map((name) => inner(name) ?? ofElements(1));
    }
    if (node.domain === '' && node.op === 'Loop') return this.#loop(node, inputs, lookup, trips);
    if (node.domain === '' && node.op === 'Scan') return this.#scan(node, inputs, lookup, trips);
    const bodies = subgraphs(node).map((graph) => this.graph(graph, lookup, null, trips));
    if (bodies.length > 0) return largestOf(bodies);
    return node.outputs.map((_, index) => outputFact(node, inputs, index));
  }

  /** Loop(M, cond, carried…): M must have a constant bound, whatever the condition says. */
  #loop(node: OnnxNode, inputs: readonly (ValueFact | null)[], lookup: Lookup, trips: number): ValueFact[] {
    const most = inputs[0]?.upper ?? null;
    const own = this.#trips(node, most, trips);
    const body = attributeOf(node, 'body');
    if (body?.type !== 'graph') return [];
    const scalars = [ofElements(1), ofElements(1)];
    const carried = inputs.slice(2).map((fact) => fact ?? ofElements(1));
    const run = (state: readonly ValueFact[]): ValueFact[] =>
      this.graph(body.value, lookup, [...scalars, ...state], trips * own).slice(1);
    return this.#iterate(carried, own, run);
  }

  /** Scan from opset 9 on: as many trips as its first scanned input is long. */
  #scan(node: OnnxNode, inputs: readonly (ValueFact | null)[], lookup: Lookup, trips: number): ValueFact[] {
    const body = attributeOf(node, 'body');
    const scanned = intOf(node, 'num_scan_inputs', inputs.length);
    const states = inputs.length - scanned;
    const shape = inputs[states]?.shape ?? null;
    const axis = fromFront(intsOf(node, 'scan_input_axes')?.[0] ?? 0, shape?.length ?? 1);
    const own = this.#trips(node, shape?.[axis] ?? null, trips);
    if (body?.type !== 'graph') return [];
    const slices = inputs.slice(states).map((fact) => ofElements((fact?.elements ?? 1) / Math.max(1, own)));
    const carried = inputs.slice(0, states).map((fact) => fact ?? ofElements(1));
    const run = (state: readonly ValueFact[]): ValueFact[] =>
      this.graph(body.value, lookup, [...state, ...slices], trips * own);
    return this.#iterate(carried, own, run);
  }

  #trips(node: OnnxNode, own: number | null, outer: number): number {
    const limit = this.#limits.onnxTrips;
    if (own === null && limit === Number.POSITIVE_INFINITY) return WALKED;
    if (own === null)
      throw overLimit(nodeName(node), 'a trip count that no constant bounds', 'onnxTrips', this.#limits);
    const trips = Math.max(0, own);
    if (!(trips * outer <= limit))
      throw overLimit(nodeName(node), `${trips * outer} trips`, 'onnxTrips', this.#limits);
    return trips;
  }

  /**
   * Carried values after `trips` rounds. Three rounds are walked: growth that slows or stays is followed in a straight
   * line, growth that quickens doubles on.
   */
  #iterate(
    carried: readonly ValueFact[],
    trips: number,
    run: (state: readonly ValueFact[]) => ValueFact[],
  ): ValueFact[] {
    const rounds: ValueFact[][] = [[...carried]];
    let scanOutputs: ValueFact[] = [];
    for (let round = 0; round < Math.min(trips, WALKED); round += 1) {
      const after = run(elementAt(rounds, round));
      rounds.push(after.slice(0, carried.length));
      scanOutputs = after.slice(carried.length);
    }
    const last = lastOf(rounds);
    const states = last.map((fact, index) => {
      const grown = extrapolate(
        rounds.map((round) => round[index]?.elements ?? 1),
        trips,
      );
      return grown === fact.elements ? { ...fact, numbers: null, upper: null } : ofElements(grown);
    });
    return [...states, ...scanOutputs.map(({ elements }) => ofElements(elements * trips))];
  }

  /** Bodies of loops are walked three times, and so are loops in them: that too has an end. */
  #visit(node: OnnxNode): void {
    this.#visited += 1;
    if (this.#visited > 2 * this.#limits.onnxInlinedNodes) {
      throw overLimit(nodeName(node), `${this.#visited} nodes walked`, 'onnxInlinedNodes', this.#limits);
    }
  }

  #check(node: OnnxNode, fact: ValueFact): void {
    const stored = node.op === 'Constant' ? attributeOf(node, 'value') : undefined;
    const bytes = stored?.type === 'tensor' ? storedBytes(stored.value) : fact.elements * ELEMENT_BYTES;
    if (GROWING.has(node.op)) this.#add(bytes, nodeName(node));
    else if (!(bytes <= this.#limits.onnxStaticBytes)) this.#tooLarge(nodeName(node), bytes);
  }

  #add(bytes: number, where: string): void {
    this.total += bytes;
    if (!(this.total <= this.#limits.onnxStaticBytes)) this.#tooLarge(where, this.total);
  }

  #tooLarge(where: string, bytes: number): never {
    throw overLimit(where, `a static size of ${bytes} bytes`, 'onnxStaticBytes', this.#limits);
  }
}

function storedBytes(tensor: GraphTensor): number {
  if (tensor.dtype !== 'string') return tensor.data.byteLength;
  return tensor.data.reduce((sum, text) => sum + STRING_BYTES + text.length, 0);
}

/** Of the branches of an If, the larger outputs. */
function largestOf(branches: readonly ValueFact[][]): ValueFact[] {
  const [first = [], ...others] = branches;
  return first.map((fact, index) => {
    const rivals = others.map((outputs) => outputs[index]).filter((rival) => rival !== undefined);
    if (rivals.length === 0) return fact;
    return ofElements(Math.max(fact.elements, ...rivals.map(({ elements }) => elements)));
  });
}

/** Elements after `trips` rounds, of which the first ones are given. */
function extrapolate(sizes: readonly number[], trips: number): number {
  const last = lastOf(sizes);
  const walked = sizes.length - 1;
  if (trips <= walked) return last;
  const [a, b] = [sizes.at(-3) ?? last, sizes.at(-2) ?? last];
  const step = last - b;
  if (step <= 0) return last;
  if (step <= b - a) return last + step * (trips - walked);
  return last * (last / Math.max(1, b)) ** (trips - walked);
}
