/** Sizes of windows, transforms and samples, which a number in the graph sets. */
import { attributeOf, fromFront, intOf, intsOf, ofElements, ofShape, type ValueFact } from './fact.ts';
import { broadcast, first, known, type ShapeRule } from './rule.ts';

/** The one number of an input; a value that is computed counts as 1, its graph runs apart. */
const numberOf = (input: ValueFact | null | undefined): number => input?.numbers?.[0] ?? input?.upper ?? 1;

/** HannWindow, HammingWindow, BlackmanWindow. */
const window: ShapeRule = (_node, inputs) => ofShape([numberOf(inputs[0])]);

/** MelWeightMatrix(num_mel_bins, dft_length, …): [dft_length / 2 + 1, num_mel_bins]. */
const melWeights: ShapeRule = (_node, inputs) =>
  ofShape([Math.floor(numberOf(inputs[1]) / 2) + 1, numberOf(inputs[0])]);

/** DFT: the transformed axis gets the length asked for, the last one two parts. */
const dft: ShapeRule = (node, inputs) => {
  const { shape, elements } = first(inputs);
  const length = inputs[1] == null ? null : numberOf(inputs[1]);
  if (shape === null) return ofElements(2 * elements * Math.max(1, length ?? 1));
  // Until opset 20 the axis is an attribute; an input that is computed may mean any of them.
  const axis = fromFront(inputs[2] == null ? intOf(node, 'axis', 1) : numberOf(inputs[2]), shape.length);
  return ofShape([...shape.slice(0, -1).map((size, at) => (at === axis ? (length ?? size) : size)), 2]);
};

/** STFT(signal, frame_step, window, frame_length): a transform of each frame, one at each step. */
const stft: ShapeRule = (_node, inputs) => {
  const { elements } = first(inputs);
  const step = Math.max(1, numberOf(inputs[1]));
  const length = inputs[3] == null ? (inputs[2]?.elements ?? 1) : numberOf(inputs[3]);
  return ofElements(2 * (Math.floor(elements / step) + 1) * Math.max(1, length));
};

const multinomial: ShapeRule = (node, inputs) =>
  ofShape([first(inputs).shape?.[0] ?? null, intOf(node, 'sample_size', 1)]);

/** Poolings: what padding adds, one window a stride; rounded up where `ceil_mode` says so. */
const pool: ShapeRule = (node, inputs) => {
  const { shape, elements } = first(inputs);
  const kernel = intsOf(node, 'kernel_shape');
  if (shape === null || kernel === null) return ofElements(elements);
  const pads = intsOf(node, 'pads') ?? [];
  const strides = intsOf(node, 'strides') ?? [];
  const dilations = intsOf(node, 'dilations') ?? [];
  const spatial = shape.length - 2;
  const sizes = shape.slice(2).map((size, i) => {
    if (size === null) return null;
    const stride = Math.max(1, strides[i] ?? 1);
    const extra = (pads[i] ?? 0) + (pads[i + spatial] ?? 0);
    const reach = ((kernel[i] ?? 1) - 1) * (dilations[i] ?? 1) + 1;
    const padding = attributeOf(node, 'auto_pad');
    if (padding?.type === 'string' && padding.value.startsWith('SAME')) return Math.ceil(size / stride);
    const rest = (size + extra - reach) / stride;
    return Math.max(0, (intOf(node, 'ceil_mode', 0) === 1 ? Math.ceil(rest) : Math.floor(rest)) + 1);
  });
  return ofShape([...shape.slice(0, 2), ...sizes]);
};

/** GlobalAveragePool and its like: one number a channel. */
const globalPool: ShapeRule = (_node, inputs) => {
  const { shape } = first(inputs);
  return shape === null ? first(inputs) : ofShape(shape.map((size, axis) => (axis < 2 ? size : 1)));
};

/** MaxUnpool(x, places, output_shape): as large as is said, else as its windows and strides undo a pooling. */
const unpool: ShapeRule = (node, inputs) => {
  const { shape, elements } = first(inputs);
  const asked = known(inputs[2]?.numbers);
  if (asked !== null) return ofShape(asked);
  const strides = intsOf(node, 'strides') ?? [];
  const kernel = intsOf(node, 'kernel_shape') ?? [];
  if (shape === null) return ofElements(elements * kernel.reduce((p, size) => p * Math.max(1, size), 1));
  const sizes = shape.slice(2).map((size, i) => ((size ?? 1) - 1) * (strides[i] ?? 1) + (kernel[i] ?? 1));
  return ofShape([...shape.slice(0, 2), ...sizes]);
};

/** A tensor whose shape is an input: CenterCropPad(x, shape), AffineGrid(theta, size), Col2Im(x, image_shape, …). */
const shapedBy =
  (index: number): ShapeRule =>
  (node, inputs) => {
    const asked = known(inputs[index]?.numbers);
    if (asked === null) return ofElements(Math.max(first(inputs).elements, inputs[index]?.upper ?? 1));
    const size = ofShape(asked).elements;
    if (node.op === 'CenterCropPad' || node.op === 'Col2Im') return ofElements(size * first(inputs).elements);
    return ofElements(size * asked.length);
  };

/** RoiAlign(x, rois, …), MaxRoiPool(x, rois): a window of fixed size for each region and channel. */
const regions: ShapeRule = (node, inputs) => {
  const count = inputs[1]?.shape?.[0] ?? inputs[1]?.elements ?? 1;
  const channels = first(inputs).shape?.[1] ?? first(inputs).elements;
  const [height, width] = intsOf(node, 'pooled_shape') ?? [
    intOf(node, 'output_height', 1),
    intOf(node, 'output_width', 1),
  ];
  return ofElements(count * channels * (height ?? 1) * (width ?? 1));
};

/** RNN, GRU, LSTM: `hidden_size` numbers for each step, direction and row. */
const recurrent: ShapeRule = (node, inputs) => {
  const { shape, elements } = first(inputs);
  const hidden = Math.max(1, intOf(node, 'hidden_size', 1));
  const steps = shape === null ? elements : (shape[0] ?? 1) * (shape[1] ?? 1);
  return ofElements(steps * 2 * hidden);
};

/** NonMaxSuppression: as many boxes as are asked for, of each class and batch; no more than there are. */
const suppression: ShapeRule = (_node, inputs) =>
  ofElements(3 * first(inputs).elements * (inputs[1]?.elements ?? 1));

/** GatherND(data, indices): a slice of the data for each index, all of them at most. */
const gatherSlices: ShapeRule = (node, inputs) => {
  const [data, indices] = [first(inputs), inputs[1] ?? null];
  const deep = indices?.shape?.at(-1) ?? null;
  if (data.shape === null || indices === null || indices.shape === null || deep === null)
    return ofElements(data.elements * (indices?.elements ?? 1));
  return ofShape([...indices.shape.slice(0, -1), ...data.shape.slice(deep + intOf(node, 'batch_dims', 0))]);
};

const eyeLike: ShapeRule = (_node, inputs) => broadcast([first(inputs)]);
const nonZero: ShapeRule = (_node, inputs) => {
  const { shape, elements } = first(inputs);
  if (shape === null) return ofElements(8 * elements);
  const rank = Math.max(1, shape.length);
  return { ...ofShape([rank, null]), elements: elements * rank };
};

const each = (rule: ShapeRule, ...ops: string[]): [string, ShapeRule][] => ops.map((op) => [op, rule]);

export const SIGNAL_RULES: readonly (readonly [string, ShapeRule])[] = [
  ...each(window, 'HannWindow', 'HammingWindow', 'BlackmanWindow'),
  ...each(pool, 'MaxPool', 'AveragePool', 'LpPool'),
  ...each(globalPool, 'GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool'),
  ...each(shapedBy(1), 'CenterCropPad', 'AffineGrid', 'Col2Im'),
  ...each(regions, 'RoiAlign', 'MaxRoiPool'),
  ...each(recurrent, 'RNN', 'GRU', 'LSTM'),
  ['MelWeightMatrix', melWeights],
  ['DFT', dft],
  ['STFT', stft],
  ['Multinomial', multinomial],
  ['MaxUnpool', unpool],
  ['NonMaxSuppression', suppression],
  ['GatherND', gatherSlices],
  ['EyeLike', eyeLike],
  ['NonZero', nonZero],
];
