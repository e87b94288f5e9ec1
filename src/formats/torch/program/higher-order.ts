import type { OnnxGraph } from '../../../onnx/graph.ts';
import type { DocumentView } from '../../json/document-view.ts';
import { type CallPlace, callUnsupported } from '../aten/call.ts';
import type { AtenGraph } from '../aten/graph.ts';
import { gathered, reduced } from '../aten/primitives.ts';
import { reshaped } from '../aten/reshape.ts';
import { type AtenTensor, type AtenValue, isValue, isValues, type TensorSize } from '../aten/value.ts';

/** Operators that take graphs: branches, loops, and parts that ran under a setting. */

/** A call of one: its graphs and its other arguments, each in their order. */
export interface HigherOrderCall {
  readonly g: AtenGraph;
  readonly place: CallPlace;
  readonly graphs: readonly DocumentView[];
  readonly values: readonly AtenValue[];
  /** What a graph answers to values, as part of `g`. */
  run(graph: DocumentView, given: readonly AtenValue[], g: AtenGraph): readonly AtenValue[];
}

type HigherOrderEmitter = (call: HigherOrderCall) => readonly AtenValue[];

const unsupported = ({ place }: HigherOrderCall, field: string, found: string, wanted: string): Error =>
  callUnsupported(place, field, found, wanted);

function graphAt(call: HigherOrderCall, i: number): DocumentView {
  const graph = call.graphs[i];
  if (graph === undefined) throw unsupported(call, 'its graphs', String(call.graphs.length), `${i + 1} are`);
  return graph;
}

function listAt(call: HigherOrderCall, i: number): readonly AtenValue[] {
  const lists = call.values.filter(isValues);
  const list = lists[i];
  if (list === undefined) throw unsupported(call, 'its arguments', `${lists.length} lists`, `${i + 1} are`);
  return list;
}

function tensorsOf(call: HigherOrderCall, values: readonly AtenValue[], what: string): readonly AtenTensor[] {
  const tensors = values.filter((value) => isValue(value, 'tensor'));
  if (tensors.length !== values.length) throw unsupported(call, what, 'other values', 'tensors are');
  return tensors;
}

/** Gradients and types of autocast are nothing to a graph that only answers. */
const inline =
  (settings: number): HigherOrderEmitter =>
  (call) =>
    call.run(graphAt(call, 0), call.values.slice(settings), call.g);

const autocast: HigherOrderEmitter = (call) => {
  if (call.values[2] === true)
    throw unsupported(
      call,
      'enabled',
      'true',
      'programs that say by themselves in which types they compute are',
    );
  return inline(4)(call);
};

/** A graph inside this one, and what it answers. */
function bodyOf(
  call: HigherOrderCall,
  name: string,
  build: (inner: AtenGraph) => readonly AtenTensor[],
): { readonly graph: OnnxGraph; readonly results: readonly AtenTensor[] } {
  const inner = call.g.nested(name);
  const results = build(inner);
  for (const result of results) inner.builder.result(inner.nameOf(result));
  return { graph: inner.builder.graph(), results };
}

/** A size that both have, or one of its own. */
const metSize = (g: AtenGraph, a: TensorSize, b: TensorSize | undefined): TensorSize =>
  a === b ? a : g.unknownSize();

const branches: HigherOrderEmitter = (call) => {
  const { g } = call;
  const [test] = call.values;
  const given = listAt(call, 0);
  if (typeof test === 'boolean') return call.run(graphAt(call, test ? 0 : 1), given, g);
  if (!isValue(test, 'tensor')) throw unsupported(call, 'pred', 'no tensor', 'a truth is');
  const [yes, no] = [0, 1].map((i) =>
    bodyOf(call, i === 0 ? 'then_branch' : 'else_branch', (inner) =>
      tensorsOf(call, call.run(graphAt(call, i), given, inner), 'what a branch answers'),
    ),
  );
  if (yes === undefined || no === undefined) return [];
  const made = yes.results.map(({ dtype, shape }, i) => {
    const other = no.results[i];
    if (other?.dtype !== dtype || other.shape.length !== shape.length)
      throw unsupported(
        call,
        'its branches',
        'answers of other types or ranks',
        'branches that answer alike are',
      );
    return { dtype, shape: shape.map((size, axis) => metSize(g, size, other.shape[axis])) };
  });
  const truth = reshaped(g, g.cast(test, 'bool'), []);
  return g.addMany('If', [truth], made, { then_branch: yes.graph, else_branch: no.graph });
};

/** Arguments that a body of Loop has: those of a turn, by their types and sizes. */
const argument = (inner: AtenGraph, { dtype, shape }: AtenTensor): AtenTensor => ({
  type: 'tensor',
  dtype,
  shape,
  source: inner.builder.argument('state'),
});

const turnOf = (inner: AtenGraph): { readonly turn: AtenTensor; readonly going: AtenTensor } => {
  const scalar = (stem: string, dtype: 'int64' | 'bool'): AtenTensor => ({
    ...{ type: 'tensor', dtype, shape: [], source: inner.builder.argument(stem, dtype) },
  });
  return { turn: scalar('turn', 'int64'), going: scalar('going', 'bool') };
};

/** State after each turn keeps its type and its sizes, as torch demands it of a loop. */
function sameForms(call: HigherOrderCall, before: readonly AtenTensor[], after: readonly AtenTensor[]): void {
  if (
    before.some(({ dtype, shape }, i) => after[i]?.dtype !== dtype || after[i].shape.length !== shape.length)
  )
    throw unsupported(call, 'its state', 'tensors that change their type', 'state that stays alike is');
}

const whileLoop: HigherOrderEmitter = (call) => {
  const { g } = call;
  const carried = tensorsOf(call, listAt(call, 0), 'the state of a loop');
  const fixed = call.values.filter(isValues)[1] ?? [];
  const holds = (state: readonly AtenValue[], graph: AtenGraph): AtenTensor => {
    const [truth] = call.run(graphAt(call, 0), [...state, ...fixed], graph);
    if (!isValue(truth, 'tensor')) throw unsupported(call, 'its condition', 'no tensor', 'a truth is');
    return reshaped(graph, graph.cast(truth, 'bool'), []);
  };
  const { graph, results } = bodyOf(call, 'body', (inner) => {
    turnOf(inner);
    const state = carried.map((value) => argument(inner, value));
    const after = tensorsOf(call, call.run(graphAt(call, 1), [...state, ...fixed], inner), 'a turn');
    sameForms(call, carried, after);
    return [holds(after, inner), ...after];
  });
  const made = results.slice(1).map(({ dtype }, i) => ({ dtype, shape: carried[i]?.shape ?? [] }));
  return g.addMany('Loop', [null, holds(carried, g), ...carried], made, { body: graph });
};

/** One turn for each element of the first axis; what each turn answers is put together. */
function overElements(
  call: HigherOrderCall,
  state: readonly AtenTensor[],
  elements: readonly AtenTensor[],
  fixed: readonly AtenValue[],
): readonly AtenValue[] {
  const { g } = call;
  const [first] = elements;
  if (first === undefined) throw unsupported(call, 'its arguments', 'no elements', 'a tensor of elements is');
  const { graph, results } = bodyOf(call, 'body', (inner) => {
    const { turn, going } = turnOf(inner);
    const own = state.map((value) => argument(inner, value));
    const now = elements.map((value) => gathered(inner, value, turn, 0));
    const after = tensorsOf(call, call.run(graphAt(call, 0), [...own, ...now, ...fixed], inner), 'a turn');
    sameForms(call, state, after);
    return [going, ...after];
  });
  const length = first.shape[0] ?? 1;
  const made = results.slice(1).map(({ dtype, shape }, i) => ({
    dtype,
    shape: i < state.length ? (state[i]?.shape ?? []) : [length, ...shape],
  }));
  const sizes = g.integers([g.sizeOf(first, 0)]);
  const count = reduced(g, 'ReduceSum', sizes, [0], false);
  return g.addMany('Loop', [count, g.cast(g.scalar(1, 'int64'), 'bool'), ...state], made, { body: graph });
}

const map: HigherOrderEmitter = (call) =>
  overElements(
    call,
    [],
    tensorsOf(call, listAt(call, 0), 'its elements'),
    call.values.filter(isValues)[1] ?? [],
  );

const scan: HigherOrderEmitter = (call) => {
  // torch 2.6 has the axis and the direction among them.
  if (call.values.some((value) => (typeof value === 'number' ? value !== 0 : value === true)))
    throw unsupported(call, 'dim', 'another axis or direction', 'scans along the first axis are');
  const state = tensorsOf(call, listAt(call, 0), 'the state of a scan');
  const elements = tensorsOf(call, listAt(call, 1), 'its elements');
  return overElements(call, state, elements, call.values.filter(isValues)[2] ?? []);
};

/** By their names below `torch.ops.higher_order`. */
export const HIGHER_ORDER: ReadonlyMap<string, HigherOrderEmitter> = new Map([
  ['wrap_with_set_grad_enabled', inline(1)],
  ['wrap_with_autocast', autocast],
  ['cond', branches],
  ['while_loop', whileLoop],
  ['map_impl', map],
  ['scan', scan],
]);
