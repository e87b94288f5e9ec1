import type { AttributeInput } from '../../../onnx/graph.ts';
import { type DocumentValue, isObject, itemsOf } from '../../json/document.ts';
import { KerasConfig } from '../config.ts';
import {
  type KerasLayer,
  LayerContext,
  type LayerKind,
  type LayerTable,
  tensorsOf,
  type WeightPlace,
} from '../layer.ts';
import { axesBetween } from '../layout.ts';
import type { KerasTensor } from '../tensor-graph.ts';
import { containerNames } from '../weights.ts';
import { withBias } from './kind.ts';
import { type RecurrentCell, readCell } from './recurrent-cells.ts';

/** What a recurrent layer answers with each sequence, and in which order it goes through it. */
interface Recurrence {
  readonly backwards: boolean;
  readonly sequences: boolean;
  readonly states: boolean;
  readonly zeros: boolean;
}

/** Compiles `LSTM`, `GRU` and `SimpleRNN`, and `RNN` over one of their cells. */
const recurrent =
  (className: string | null) =>
  (context: LayerContext): readonly KerasTensor[] => {
    const { config } = context;
    if (config.flag('stateful', false))
      throw config.unsupported('stateful', 'layers are that begin each sequence anew');
    const [sequence, ...more] = context.inputs;
    if (sequence === undefined) throw context.invalid('its input', 'nothing', 'a sequence');
    const x = context.asFloat(sequence);
    context.expectRank(x, [3]);
    const cells = className === null ? cellsOf(context) : [cellPart(context, context.layer, 'cell')];
    const given = tensorsOf(context.argument(1, 'initial_state') ?? undefined).filter(
      ({ dtype }) => dtype !== 'bool',
    );
    const initial = [...more, ...given].map((state) => context.autocast(state));
    const recurrence = {
      backwards: config.flag('go_backwards', false),
      sequences: config.flag('return_sequences', false),
      states: config.flag('return_state', false),
      zeros: config.flag('zero_output_for_mask', false),
    };
    return runCells(context, cells, x, { initial, recurrence, mask: maskOf(context) });
  };

/** The mask of the sequence; other tensors of the call have none. */
const maskOf = (context: LayerContext): KerasTensor | null => {
  const named = context.call.kwargs.get('mask');
  const [first = null] = tensorsOf(named);
  return first ?? context.inputs[0]?.mask ?? null;
};

/** A layer or a cell that computes what `layer` says, with the weights at `path` of the recurrent layer. */
const cellPart = ({ scope, call, layer }: LayerContext, part: KerasLayer, path: string): LayerContext =>
  new LayerContext({ ...part, weights: layer.weights.part(path) }, scope, call);

/** The cell of an `RNN` layer, or the cells that are stacked in it. */
function cellsOf(context: LayerContext): readonly LayerContext[] {
  const { scope, layer, config } = context;
  const cell = scope.partOf(layer, config.object('cell'), 'cell');
  if (cell.className !== STACK) return [cellPart(context, cell, 'cell')];
  const parts = stackedCells(cell.config).map((fields, i) => scope.partOf(cell, fields, `cells.${i}`));
  const names = containerNames(parts);
  return parts.map((part, i) => cellPart(context, part, `cell/cells/${names[i]}`));
}

const STACK = 'StackedRNNCells';

function stackedCells(config: KerasConfig): readonly ReadonlyMap<string, DocumentValue>[] {
  const items = itemsOf(config.get('cells')) ?? [];
  if (items.length === 0) throw config.wrong('cells', 'a list of cells');
  return items.map((item) => {
    if (!isObject(item)) throw config.wrong('cells', 'a list of cells');
    return item.fields;
  });
}

interface CellCall {
  readonly initial: readonly KerasTensor[];
  readonly recurrence: Recurrence;
  readonly mask: KerasTensor | null;
}

/** Runs cells one over the outputs of the other; the last one answers. */
function runCells(
  context: LayerContext,
  cells: readonly LayerContext[],
  x: KerasTensor,
  call: CellCall,
): readonly KerasTensor[] {
  const { graph } = context;
  const { recurrence } = call;
  const backwards = (tensor: KerasTensor): KerasTensor =>
    recurrence.backwards ? graph.slice(tensor, 1, -1, null, -1) : tensor;
  const mask = call.mask === null ? null : backwards(call.mask);
  const packed = mask === null ? null : packSequence(context, backwards(x), mask);
  if (cells.length > 1 && call.initial.length > 0)
    throw context.unsupported('initial_state', 'states of stacked cells', 'states of one cell are');
  let outputs = packed?.sequence ?? backwards(x);
  const states: KerasTensor[] = [];
  let last: KerasTensor | null = null;
  for (const part of cells) {
    const cell = readCell(part, part.layer.className, context.fixed(outputs, 2));
    const [all, ...after] = runOperator(context, cell, outputs, packed?.lengths ?? null, call.initial);
    if (all === undefined) throw context.invalid('the cell', 'no output', 'an output');
    outputs = all;
    states.push(...after);
    last = after[0] ?? last;
  }
  if (last === null) throw context.invalid('the cell', 'no state', 'a state');
  const result = recurrence.sequences
    ? packed === null || mask === null
      ? outputs
      : unpackSequence(context, outputs, packed, mask, recurrence.zeros)
    : lastOutput(context, last, packed, mask, recurrence.zeros);
  // Where all steps of a row are masked the output is zero, though its state may be one that was given.
  const answered = { ...result, mask: recurrence.sequences ? call.mask : null };
  return recurrence.states ? [answered, ...states] : [answered];
}

/** Sequences with their masked steps moved behind the others. */
interface PackedSequence {
  readonly sequence: KerasTensor;
  /** `[batch]`: how many steps are not masked. */
  readonly lengths: KerasTensor;
  /** `[batch, time]`: how many steps up to and including this one are not masked. */
  readonly counts: KerasTensor;
}

/**
 * A masked step hands on the state and repeats the output before it. So a sequence without its masked steps has the same states:
 * the steps that count are moved to the front, in their order, and the length is told to the operator.
 */
function packSequence({ graph }: LayerContext, x: KerasTensor, mask: KerasTensor): PackedSequence {
  const flags = graph.cast(mask, 'int64');
  const axis = graph.numbers([1], 'int64', []);
  const counts = graph.node('CumSum', [flags, axis], flags);
  const { order, counts: totals } = graph.frontOrder(flags);
  const spread = graph.node('Expand', [graph.expandDims(order, 2), graph.sizesOf(x, 0, 3)], {
    dtype: 'int64',
    shape: x.shape,
  });
  const sequence = graph.node('GatherElements', [x, spread], x, { axis: 1n });
  const lengths = graph.cast(totals, 'int32');
  return { sequence, lengths, counts };
}

/** The outputs at the steps of the sequence as it came; before the first step that counts they are zero. */
function unpackSequence(
  { graph }: LayerContext,
  outputs: KerasTensor,
  { counts }: PackedSequence,
  mask: KerasTensor,
  zeros: boolean,
): KerasTensor {
  const index = graph.expandDims(graph.clip(graph.withScalar('Sub', counts, 1), 0, null), 2);
  const spread = graph.node('Expand', [index, graph.sizesOf(outputs, 0, 3)], {
    dtype: 'int64',
    shape: outputs.shape,
  });
  const found = graph.node('GatherElements', [outputs, spread], outputs, { axis: 1n });
  const isGiven = zeros ? mask : graph.withScalar('Greater', counts, 0);
  return graph.where(graph.expandDims(isGiven, 2), found, graph.scalar(0, outputs.dtype));
}

function lastOutput(
  { graph }: LayerContext,
  state: KerasTensor,
  packed: PackedSequence | null,
  mask: KerasTensor | null,
  zeros: boolean,
): KerasTensor {
  if (packed === null || mask === null) return state;
  const isGiven = zeros
    ? graph.slice(mask, 1, -1, null)
    : graph.withScalar('Greater', graph.expandDims(packed.lengths, 1), 0);
  return graph.where(isGiven, state, graph.scalar(0, state.dtype));
}

/** The operator over `[time, batch, features]`: outputs `[batch, time, units]`, then the states `[batch, units]`. */
function runOperator(
  context: LayerContext,
  cell: RecurrentCell,
  x: KerasTensor,
  lengths: KerasTensor | null,
  initial: readonly KerasTensor[],
): readonly KerasTensor[] {
  const { graph } = context;
  const { units, op } = cell;
  const constant = (tensor: RecurrentCell['kernel']): KerasTensor =>
    graph.cast(graph.tensor(tensor), x.dtype);
  const states = initial.map((state) => graph.expandDims(state, 0));
  const wanted = op === 'LSTM' ? 2 : 1;
  if (states.length !== 0 && states.length !== wanted)
    throw context.invalid('initial_state', `${states.length} tensors`, `${wanted}`);
  const [batch = null, time = null] = x.shape;
  const inputs = [
    graph.transpose(x, [1, 0, 2]),
    constant(cell.kernel),
    constant(cell.recurrent),
    cell.bias === null ? null : constant(cell.bias),
    lengths,
    ...states,
  ];
  const outputs = [
    { dtype: x.dtype, shape: [time, 1, batch, units] },
    { dtype: x.dtype, shape: [1, batch, units] },
    ...(op === 'LSTM' ? [{ dtype: x.dtype, shape: [1, batch, units] }] : []),
  ];
  while (inputs.at(-1) === null) inputs.pop();
  const [all, ...last] = graph.nodes(op, inputs, outputs, attributesOf(cell));
  if (all === undefined) return [];
  const rows = graph.transpose(graph.squeeze(all, [1]), [1, 0, ...axesBetween(2, 3)]);
  return [rows, ...last.map((state) => graph.squeeze(state, [0]))];
}

function attributesOf(cell: RecurrentCell): Record<string, AttributeInput> {
  const attributes: Record<string, AttributeInput> = {
    hidden_size: BigInt(cell.units),
    activations: cell.activations,
  };
  if (cell.alphas.length > 0) attributes['activation_alpha'] = cell.alphas;
  if (cell.betas.length > 0) attributes['activation_beta'] = cell.betas;
  if (cell.op === 'GRU') attributes['linear_before_reset'] = cell.resetAfter ? 1n : 0n;
  return attributes;
}

/** The backward layer goes through the sequence from its end, and its outputs are turned round again. */
function bidirectional(context: LayerContext): readonly KerasTensor[] {
  const { graph, config, scope, layer } = context;
  const merge = config.isGiven('merge_mode')
    ? config.oneOf('merge_mode', ['concat', 'sum', 'mul', 'ave'])
    : null;
  const forward = scope.partOf(layer, directed(config, 'layer', false), 'forward_layer');
  const backward = backwardLayer(context);
  const [sequence, ...states] = context.inputs;
  if (sequence === undefined) throw context.invalid('its input', 'nothing', 'a sequence');
  const given = [...states, ...tensorsOf(context.argument(1, 'initial_state') ?? undefined)];
  const half = given.length / 2;
  const mask = maskOf(context);
  const run = (part: typeof forward, initial: readonly KerasTensor[]): readonly KerasTensor[] => {
    const items = [{ ...sequence, mask }, ...initial].map((tensor) => ({ kind: 'tensor' as const, tensor }));
    return scope.callLayer(part, { args: [{ kind: 'list', items }], kwargs: new Map() });
  };
  const [there, ...thereStates] = run(forward, given.slice(0, half));
  const [back, ...backStates] = run(backward, given.slice(half));
  if (there === undefined || back === undefined) throw context.invalid('layer', 'no output', 'an output');
  const isSequence = forward.config.flag('return_sequences', false);
  const turned = isSequence ? graph.slice(back, 1, -1, null, -1) : back;
  const outMask = isSequence ? mask : null;
  const merged = mergeDirections(context, merge, there, turned).map((tensor) => ({
    ...tensor,
    mask: outMask,
  }));
  return [...merged, ...thereStates, ...backStates];
}

/** The layer itself the other way round, unless there is another one for that. */
function backwardLayer({ config, scope, layer }: LayerContext): KerasLayer {
  const isGiven = isObject(config.get('backward_layer'));
  const fields = isGiven ? directed(config, 'backward_layer', false) : directed(config, 'layer', true);
  return scope.partOf(layer, fields, 'backward_layer');
}

/**
 * A layer that a bidirectional one holds, turned or not. Where it answers sequences, masked steps are zero, whatever its own
 * configuration says (`force_zero_output_for_mask` of Keras).
 */
function directed(config: KerasConfig, field: string, isTurned: boolean): ReadonlyMap<string, DocumentValue> {
  const fields = config.object(field);
  const inner = fields.get('config');
  if (!isObject(inner)) throw config.wrong(field, 'a layer with its configuration');
  const isBackwards = inner.fields.get('go_backwards') === true;
  const changed = new Map([
    ...inner.fields,
    ['go_backwards', isBackwards !== isTurned] as const,
    ['zero_output_for_mask', inner.fields.get('return_sequences') === true] as const,
  ]);
  return new Map([...fields, ['config', { ...inner, fields: changed }] as const]);
}

function mergeDirections(
  { graph }: LayerContext,
  mode: string | null,
  there: KerasTensor,
  back: KerasTensor,
): readonly KerasTensor[] {
  if (mode === null) return [there, back];
  if (mode === 'concat') return [graph.concat([there, back], -1)];
  if (mode === 'mul') return [graph.binary('Mul', there, back)];
  const sum = graph.binary('Add', there, back);
  return [mode === 'sum' ? sum : graph.withScalar('Div', sum, 2)];
}

const cellWeights = (config: KerasConfig, path = 'cell'): readonly WeightPlace[] =>
  axesBetween(0, withBias(config) ? 3 : 2).map((i) => ({ path: `${path}/vars/${i}` }));

/** The weights of the cell that an `RNN` layer holds, or of those that are stacked in it. */
function heldCellWeights(config: KerasConfig): readonly WeightPlace[] {
  const fields = config.object('cell');
  const inner = new KerasConfig(fields.get('config'), config.origin);
  if (fields.get('class_name') !== STACK) return cellWeights(inner);
  const cells = stackedCells(inner);
  const names = containerNames(
    cells.map((cell) => ({ className: String(cell.get('class_name')), isOperation: false })),
  );
  return cells.flatMap((cell, i) =>
    cellWeights(new KerasConfig(cell.get('config'), config.origin), `cell/cells/${names[i]}`),
  );
}

const layerKind = (className: string): LayerKind => ({
  compile: recurrent(className),
  mask: 'computes',
  weights: (config) => cellWeights(config),
});

export const RECURRENT_LAYERS: LayerTable = [
  ['LSTM', layerKind('LSTM')],
  ['GRU', layerKind('GRU')],
  ['SimpleRNN', layerKind('SimpleRNN')],
  ['RNN', { compile: recurrent(null), mask: 'computes', weights: heldCellWeights }],
  [
    'Bidirectional',
    {
      compile: bidirectional,
      mask: 'computes',
      weights: (config, holder) =>
        ['forward_layer', 'backward_layer'].flatMap((part) => holder.inner(config, 'layer', part)),
    },
  ],
]; // prettier-ignore
