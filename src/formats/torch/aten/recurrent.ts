import { newTensor, type Tensor } from '../../../model/tensor.ts';
import type { AtenCall } from './call.ts';
import { rows } from './operator.ts';
import { elementwise, joined, mapped, sliced, squeezed, transposed, unsqueezed } from './primitives.ts';
import type { AtenTensor, AtenValue, TensorSize } from './value.ts';

/** Recurrent layers: one node a layer, with the gates in the order of ONNX. */

/** A kind of cell: its node, and which of torch's gates stands in each place of ONNX. */
interface CellKind {
  readonly op: 'LSTM' | 'GRU' | 'RNN';
  readonly gates: readonly number[];
  /** Whether there is a state of the cell beside the one that is answered. */
  readonly hasCell: boolean;
  readonly activation: string | null;
}

/** torch: input, forget, cell, output. ONNX: input, output, forget, cell. */
const LSTM: CellKind = { op: 'LSTM', gates: [0, 3, 1, 2], hasCell: true, activation: null };
/** torch: reset, update, new. ONNX: update, reset, hidden. */
const GRU: CellKind = { op: 'GRU', gates: [1, 0, 2], hasCell: false, activation: null };
const rnn = (activation: string): CellKind => ({ op: 'RNN', gates: [0], hasCell: false, activation });

/** What a stack of recurrent layers is. */
interface RecurrentStack {
  /** [steps, batch, features], or batch first. */
  readonly input: AtenTensor;
  /** Hidden, and the cell's where there is one: [layers × directions, batch, width]; null is zeros. */
  readonly states: readonly AtenTensor[] | null;
  /** Of each layer and direction: weights of inputs and of states, then their biases if there are any. */
  readonly weights: readonly AtenTensor[];
  readonly hasBiases: boolean;
  readonly layers: number;
  readonly isBidirectional: boolean;
  readonly isBatchFirst: boolean;
}

/** Rows of gates in the order of ONNX: weights are constants of the file, and are put in order once. */
function orderedGates(call: AtenCall, { gates }: CellKind, weight: AtenTensor): AtenTensor {
  const { source } = weight;
  if (typeof source === 'string' || source.dtype === 'string' || source.data.length % gates.length !== 0)
    throw call.refusal('params', 'weights that the graph computes', 'weights that are stored in the file');
  const size = source.data.length / gates.length;
  const parts = gates.map((gate) => source.data.subarray(gate * size, (gate + 1) * size));
  const data = source.data.slice();
  for (const [i, part] of parts.entries()) data.set(part as never, i * size);
  return call.g.constant(newTensor(source.dtype, source.shape, data));
}

/** Constants of the directions of a layer, stacked. */
function stackedConstants(call: AtenCall, parts: readonly (readonly AtenTensor[])[]): AtenTensor {
  const tensors = parts.map((group) =>
    group.map(({ source }) => source).filter((one) => typeof one !== 'string'),
  );
  const flat: Tensor[] = tensors.flat();
  const [first] = flat;
  if (first === undefined || first.dtype === 'string') throw call.wrong('params', 'weights that are stored');
  const length = flat.reduce((sum, { data }) => sum + data.length, 0);
  const data = first.data.slice(0, 0);
  const all = new (data.constructor as new (length: number) => typeof data)(length);
  let at = 0;
  for (const tensor of flat) {
    all.set(tensor.data as never, at);
    at += tensor.data.length;
  }
  const inner = (tensors[0] ?? []).length > 1 ? [length / parts.length] : first.shape;
  return call.g.constant(newTensor(first.dtype, [parts.length, ...inner], all));
}

/** A stack of layers: what it answers, and its last states. */
function recurrent(call: AtenCall, kind: CellKind, stack: RecurrentStack): readonly AtenTensor[] {
  const { g } = call;
  const directions = stack.isBidirectional ? 2 : 1;
  const isBare = stack.input.shape.length === 2;
  const batchAxis = stack.isBatchFirst ? 0 : 1;
  const wide = isBare ? unsqueezed(g, stack.input, [1]) : stack.input;
  let x = !isBare && batchAxis === 0 ? transposed(g, wide, [1, 0, 2]) : wide;
  const states = (stack.states ?? []).map((state) => (isBare ? unsqueezed(g, state, [1]) : state));
  const each = stack.hasBiases ? 4 : 2;
  if (stack.weights.length !== each * directions * stack.layers)
    throw call.refusal(
      'params',
      `${stack.weights.length} weights`,
      `${each} a layer and direction (no projections)`,
    );
  const last: AtenTensor[][] = [];
  for (let layer = 0; layer < stack.layers; layer += 1) {
    const from = layer * directions * each;
    const weights = Array.from({ length: directions }, (_, i) =>
      stack.weights.slice(from + i * each, from + (i + 1) * each),
    );
    const initial = states.map((state) =>
      stack.layers === 1 ? state : sliced(g, state, 0, [layer * directions, (layer + 1) * directions, 1]),
    );
    const made = recurrentLayer(call, kind, x, weights, initial);
    x = made.output;
    last.push([...made.states]);
  }
  const output = !isBare && batchAxis === 0 ? transposed(g, x, [1, 0, 2]) : x;
  const finals = Array.from({ length: kind.hasCell ? 2 : 1 }, (_, i) =>
    joined(
      g,
      last.map((one) => one[i] ?? x),
      0,
    ),
  );
  return [output, ...finals].map((value) => (isBare ? squeezed(g, value, [1]) : value));
}

function recurrentLayer(
  call: AtenCall,
  kind: CellKind,
  x: AtenTensor,
  weights: readonly (readonly AtenTensor[])[],
  initial: readonly AtenTensor[],
): { readonly output: AtenTensor; readonly states: readonly AtenTensor[] } {
  const { g } = call;
  const directions = weights.length;
  const ordered = weights.map((group) => group.map((weight) => orderedGates(call, kind, weight)));
  const pick = (from: number, to: number): AtenTensor =>
    stackedConstants(
      call,
      ordered.map((group) => group.slice(from, to)),
    );
  const width = Number(weights[0]?.[1]?.shape[1] ?? 1);
  const hasBiases = (weights[0]?.length ?? 0) > 2;
  const [steps = 1, batch = 1] = x.shape;
  const state: readonly TensorSize[] = [directions, batch, width];
  const made = [
    { dtype: x.dtype, shape: [steps, directions, batch, width] },
    { dtype: x.dtype, shape: state },
    ...(kind.hasCell ? [{ dtype: x.dtype, shape: state }] : []),
  ];
  const inputs = [x, pick(0, 1), pick(1, 2), hasBiases ? pick(2, 4) : null, null, ...initial];
  const { activation } = kind;
  const [answers, ...states] = g.addMany(kind.op, inputs, made, {
    hidden_size: BigInt(width),
    direction: directions === 2 ? 'bidirectional' : 'forward',
    ...(kind.op === 'GRU' ? { linear_before_reset: 1n } : {}),
    ...(activation === null ? {} : { activations: new Array<string>(directions).fill(activation) }),
  });
  if (answers === undefined) throw call.wrong('input', 'a sequence');
  if (directions === 1) return { output: squeezed(g, answers, [1]), states };
  const side = transposed(g, answers, [0, 2, 1, 3]);
  const shape = [steps, batch, directions * width];
  const output = g.add('Reshape', [side, g.numbers([0, 0, directions * width], 'int64')], {
    dtype: x.dtype,
    shape,
  });
  return { output, states };
}

const stackOf = (call: AtenCall, states: readonly AtenTensor[] | null): RecurrentStack => ({
  input: call.floating('input'),
  states,
  weights: call.tensors('params'),
  hasBiases: call.bool('has_biases', true),
  layers: call.int('num_layers', 1),
  isBidirectional: call.bool('bidirectional'),
  isBatchFirst: call.bool('batch_first'),
});

const sequence =
  (kind: CellKind) =>
  (call: AtenCall): AtenValue => {
    if (call.bool('train') && call.number('dropout', 0) > 0)
      throw call.refusal('train', 'true', 'a model saved in eval mode (`model.eval()`)');
    call.requireAtMost('num_layers', call.int('num_layers', 1), 1000);
    // Modules begin with zeros, which is what a node without states does.
    const states = !call.has('hx') ? null : kind.hasCell ? call.tensors('hx') : [call.tensor('hx')];
    return recurrent(call, kind, stackOf(call, states));
  };

/** x Wᵀ + h Rᵀ with their biases, one step. */
function gatesOfStep(call: AtenCall, x: AtenTensor, side: 'ih' | 'hh'): AtenTensor {
  const { g } = call;
  const weight = call.tensor(`w_${side}`);
  const bias = call.tensorOrNull(`b_${side}`);
  const shape = [x.shape[0] ?? 1, weight.shape[0] ?? 1];
  return g.add(
    'Gemm',
    bias === null ? [x, weight] : [x, weight, bias],
    { dtype: x.dtype, shape },
    { transB: 1n },
  );
}

function partsOf(call: AtenCall, gates: AtenTensor, count: number): readonly AtenTensor[] {
  const width = gates.shape[1];
  if (typeof width !== 'number') throw call.wrong('input', 'a matrix');
  const size = width / count;
  return Array.from({ length: count }, (_, i) => sliced(call.g, gates, 1, [i * size, (i + 1) * size, 1]));
}

const lstmCell = (call: AtenCall): AtenValue => {
  const { g } = call;
  const [x, [h, c]] = [call.floating('input'), call.tensors('hx')];
  if (h === undefined || c === undefined || x.shape.length !== 2)
    throw call.wrong('hx', 'two states of a batch');
  const add = (a: AtenTensor, b: AtenTensor) => elementwise(g, 'Add', [a, b], x.dtype);
  const mul = (a: AtenTensor, b: AtenTensor) => elementwise(g, 'Mul', [a, b], x.dtype);
  const gates = add(gatesOfStep(call, x, 'ih'), gatesOfStep(call, h, 'hh'));
  const [i, f, n, o] = partsOf(call, gates, 4);
  if (i === undefined || f === undefined || n === undefined || o === undefined)
    throw call.wrong('w_ih', '4 gates');
  const cell = add(mul(mapped(g, 'Sigmoid', f), c), mul(mapped(g, 'Sigmoid', i), mapped(g, 'Tanh', n)));
  return [mul(mapped(g, 'Sigmoid', o), mapped(g, 'Tanh', cell)), cell];
};

const gruCell = (call: AtenCall): AtenValue => {
  const { g } = call;
  const [x, h] = [call.floating('input'), call.tensor('hx')];
  const add = (a: AtenTensor, b: AtenTensor) => elementwise(g, 'Add', [a, b], x.dtype);
  const mul = (a: AtenTensor, b: AtenTensor) => elementwise(g, 'Mul', [a, b], x.dtype);
  const [ri, zi, ni] = partsOf(call, gatesOfStep(call, x, 'ih'), 3);
  const [rh, zh, nh] = partsOf(call, gatesOfStep(call, h, 'hh'), 3);
  if (!ri || !zi || !ni || !rh || !zh || !nh) throw call.wrong('w_ih', '3 gates');
  const update = mapped(g, 'Sigmoid', add(zi, zh));
  const fresh = mapped(g, 'Tanh', add(ni, mul(mapped(g, 'Sigmoid', add(ri, rh)), nh)));
  // n + z (h - n)
  return add(fresh, mul(update, elementwise(g, 'Sub', [h, fresh], x.dtype)));
};

const SEQUENCE = 'input hx params has_biases num_layers dropout train bidirectional batch_first';
const CELL = 'input hx w_ih w_hh b_ih b_hh';

export const RECURRENTS = [
  ...rows('lstm', SEQUENCE, sequence(LSTM)),
  ...rows('gru', SEQUENCE, sequence(GRU)),
  ...rows('rnn_tanh', SEQUENCE, sequence(rnn('Tanh'))),
  ...rows('rnn_relu', SEQUENCE, sequence(rnn('Relu'))),
  ...rows('lstm_cell', CELL, lstmCell),
  ...rows('gru_cell', CELL, gruCell),
];
