import { activate } from '../activations.ts';
import { LayerContext, type LayerTable } from '../layer.ts';
import { axesBetween, isChannelsLast } from '../layout.ts';
import type { KerasTensor, TensorGraph } from '../tensor-graph.ts';
import { planWindow, type SlidingWindow } from '../windows.ts';
import { kernelOf, slide, windowOf } from './convolution.ts';
import { withBias } from './kind.ts';

/**
 * An LSTM whose products are convolutions (`ConvLSTM` of Keras): over the input with the padding, strides and dilation of the layer,
 * over the state so that its size stays. All steps of the input are convolved at once; a loop goes over the rest.
 */
const convLstm =
  (rank: number) =>
  (context: LayerContext): readonly KerasTensor[] => {
    const { graph, config } = context;
    refuseOthers(context);
    const input = context.castInput;
    context.expectRank(input, [rank + 3]);
    const filters = config.count('filters');
    const isLast = isChannelsLast(context);
    const first = isLast ? graph.transpose(input, [0, 1, rank + 2, ...axesBetween(2, rank + 2)]) : input;
    const x = config.flag('go_backwards', false) ? graph.slice(first, 1, -1, null, -1) : first;
    const gates = inputGates(context, x, rank, filters);
    const zero = noState(graph, gates, filters);
    const recurrent = recurrentKernel(context, rank, filters);
    const { states, all } = graph.overSteps(gates, [zero, zero], (inner, step, [h = zero, c = zero]) =>
      nextState(context, inner, { step, h, c, recurrent, filters }),
    );
    const [h = zero, c = zero] = states;
    const isSequence = config.flag('return_sequences', false);
    const outward = (tensor: KerasTensor, lead: number): KerasTensor => {
      const last = lead + rank;
      const order = [...axesBetween(0, lead), ...axesBetween(lead + 1, last + 1), lead];
      return isLast ? graph.transpose(tensor, order) : tensor;
    };
    const sequence = graph.transpose(all, [1, 0, ...axesBetween(2, rank + 3)]);
    const result = isSequence ? outward(sequence, 2) : outward(h, 1);
    return config.flag('return_state', false) ? [result, outward(h, 1), outward(c, 1)] : [result];
  };

function refuseOthers(context: LayerContext): void {
  const { config, call, mask } = context;
  if (config.flag('stateful', false))
    throw config.unsupported('stateful', 'layers are that begin each sequence anew');
  if (mask !== null || call.kwargs.has('initial_state'))
    throw context.unsupported('its input', 'masked, or with a first state', 'plain sequences are');
}

/** The four gates of all steps: `[time, batch, 4 · filters, …]`. */
function inputGates(context: LayerContext, x: KerasTensor, rank: number, filters: number): KerasTensor {
  const { graph } = context;
  const channels = context.fixed(x, 2);
  const sizes = axesBetween(3, rank + 3).map((axis) => context.fixed(x, axis));
  const window = windowOf(context, rank);
  const kernel = kernelOf(context, 'cell/vars/0', [...window.sizes, channels, 4 * filters]);
  const bias = withBias(context.config) ? context.weight('cell/vars/2', [4 * filters]) : null;
  const [batch = null, time = null] = x.shape;
  const rows = graph.reshape(graph.transpose(x, [1, 0, ...axesBetween(2, rank + 3)]), [
    'rest',
    channels,
    ...sizes,
  ]);
  const gates = slide(context, rows, window, { kernel, bias, groups: 1 });
  const target = graph.concat(
    [graph.sizesOf(x, 1, 2), graph.sizesOf(x, 0, 1), graph.sizesOf(gates, 1, rank + 2)],
    0,
  );
  return graph.reshapeTo(gates, target, [time, batch, ...gates.shape.slice(1)]);
}

/** The state before the first step. */
function noState(graph: TensorGraph, gates: KerasTensor, filters: number): KerasTensor {
  const [, batch = null, , ...sizes] = gates.shape;
  const target = graph.concat(
    [
      graph.sizesOf(gates, 1, 2),
      graph.numbers([filters], 'int64'),
      graph.sizesOf(gates, 3, gates.shape.length),
    ],
    0,
  );
  return graph.node('Expand', [graph.scalar(0, gates.dtype), target], {
    dtype: gates.dtype,
    shape: [batch, filters, ...sizes],
  });
}

const recurrentKernel = (context: LayerContext, rank: number, filters: number): KerasTensor =>
  kernelOf(context, 'cell/vars/1', [...windowOf(context, rank).sizes, filters, 4 * filters]);

interface StepValues {
  readonly step: KerasTensor;
  readonly h: KerasTensor;
  readonly c: KerasTensor;
  readonly recurrent: KerasTensor;
  readonly filters: number;
}

/** One step: the order of the gates is input, forget, cell, output. */
function nextState(
  context: LayerContext,
  inner: TensorGraph,
  { step, h, c, recurrent, filters }: StepValues,
): readonly KerasTensor[] {
  const { layer, scope, call } = context;
  const within = new LayerContext(layer, { ...scope, graph: inner }, call);
  const sizes = recurrent.shape.slice(2).map((size) => size ?? 1);
  const ones = sizes.map(() => 1);
  const window: SlidingWindow = { sizes, strides: ones, dilations: ones, padding: 'same' };
  const plan = planWindow(within, window, h.shape.slice(2));
  const convolved = inner.node(
    'Conv',
    [h, recurrent],
    { dtype: h.dtype, shape: step.shape },
    plan.attributes,
  );
  const gates = inner.binary('Add', step, convolved);
  const gate = (i: number): KerasTensor => inner.slice(gates, 1, i * filters, (i + 1) * filters);
  const recurrentActivation = (x: KerasTensor): KerasTensor => activate(within, x, 'recurrent_activation');
  const kept = inner.binary('Mul', recurrentActivation(gate(1)), c);
  const added = inner.binary('Mul', recurrentActivation(gate(0)), activate(within, gate(2)));
  const memory = inner.binary('Add', kept, added);
  const output = inner.binary('Mul', recurrentActivation(gate(3)), activate(within, memory));
  return [output, memory];
}

export const CONV_LSTM_LAYERS: LayerTable = [1, 2, 3].map((rank) => [
  `ConvLSTM${rank}D`,
  {
    compile: convLstm(rank),
    mask: 'computes',
    weights: (config) => axesBetween(0, withBias(config) ? 3 : 2).map((i) => ({ path: `cell/vars/${i}` })),
  },
]);
