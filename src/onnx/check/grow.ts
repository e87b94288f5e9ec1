import {
  attributeOf,
  fromFront,
  intOf,
  intsOf,
  ofElements,
  ofNumbers,
  ofShape,
  ofTensor,
  type ValueFact,
} from './fact.ts';
import { broadcast, first, known, type ShapeRule } from './rule.ts';

/** A tensor whose shape is the first input. */
const filled = (
  numbers: ValueFact['numbers'] | undefined,
  value: number | null,
  fallback: ValueFact,
): ValueFact => {
  if (numbers == null) return ofElements(fallback.upper ?? 1);
  const shape = ofShape(numbers);
  return value !== null && numbers.length <= 1 && shape.elements <= 256
    ? ofNumbers(new Array<number>(shape.elements).fill(value), numbers)
    : shape;
};

export const constantOfShape: ShapeRule = (node, inputs) => {
  const value = attributeOf(node, 'value');
  const number = value?.type === 'tensor' ? (ofTensor(value.value).numbers?.[0] ?? null) : 0;
  return filled(inputs[0]?.numbers, number, first(inputs));
};

export const expand: ShapeRule = (_node, inputs) => {
  const data = first(inputs);
  const numbers = inputs[1]?.numbers;
  if (numbers == null) return ofElements(Math.max(data.elements, inputs[1]?.upper ?? 1));
  const target = ofShape(numbers);
  const result = broadcast([data, target]);
  return result.shape === null ? ofElements(Math.max(data.elements, target.elements)) : result;
};

export const tile: ShapeRule = (_node, inputs) => {
  const data = first(inputs);
  const repeats = inputs[1]?.numbers;
  if (repeats == null) return ofElements(data.elements * Math.max(1, inputs[1]?.upper ?? 1));
  if (data.shape !== null && data.shape.length === repeats.length) {
    const shape = data.shape.map((size, at) =>
      size === null && repeats[at] === 1 ? null : (size ?? 1) * (repeats[at] ?? 1),
    );
    return ofShape(shape);
  }
  return ofElements(repeats.reduce<number>((p, n) => p * (n ?? 1), data.elements));
};

export const range: ShapeRule = (_node, inputs) => {
  const [start, limit, delta] = inputs.map((input) => input?.numbers?.[0] ?? null);
  if (limit == null) return ofElements(Math.max(1, inputs[1]?.upper ?? 1));
  const length = Math.max(0, Math.ceil((limit - (start ?? 0)) / (delta ?? 1)));
  if (!Number.isFinite(length)) return ofElements(Number.POSITIVE_INFINITY);
  if (length > 256) return ofShape([length]);
  return ofNumbers(
    Array.from({ length }, (_, i) => (start == null || delta == null ? null : start + i * delta)),
    [length],
  );
};

export const pad: ShapeRule = (node, inputs) => {
  const { shape, elements } = first(inputs);
  const pads = intsOf(node, 'pads') ?? intsOf(node, 'paddings') ?? known(inputs[1]?.numbers);
  if (pads === null || shape === null) return ofElements(elements);
  const axes = known(inputs[3]?.numbers) ?? shape.map((_, at) => at);
  const sizes = [...shape];
  for (const [i, axis] of axes.entries()) {
    const extra = (pads[i] ?? 0) + (pads[i + axes.length] ?? 0);
    const at = fromFront(axis, shape.length);
    if (extra !== 0) sizes[at] = (sizes[at] ?? 1) + extra;
  }
  return ofShape(sizes);
};

export const resize: ShapeRule = (node, inputs) => {
  const { shape, elements } = first(inputs);
  const sizes = inputs[3]?.numbers;
  if (sizes != null && sizes.length > 0) return ofShape(sizes);
  const attribute = attributeOf(node, 'scales');
  const scales =
    attribute?.type === 'floats' ? [...attribute.value] : (inputs[2]?.numbers ?? inputs[1]?.numbers);
  if (scales == null) return ofElements(elements);
  if (shape !== null && shape.length === scales.length) {
    return ofShape(shape.map((size, at) => (size === null ? null : Math.floor(size * (scales[at] ?? 1)))));
  }
  return ofElements(scales.reduce<number>((p, s) => p * (s ?? 1), elements));
};

export const oneHotRule: ShapeRule = (node, inputs) => {
  const indices = first(inputs);
  const depth = inputs[1]?.numbers?.[0] ?? inputs[1]?.upper ?? null;
  if (indices.shape === null) return ofElements(indices.elements * (depth ?? 1));
  const shape = [...indices.shape];
  shape.splice(fromFront(intOf(node, 'axis', -1), shape.length + 1), 0, depth);
  return ofShape(shape);
};

/** Convolution, channels counted by the weights; spatial sizes grow by their padding at most. */
export const convolution: ShapeRule = (node, inputs) => {
  const [x, w] = [inputs[0]?.shape, inputs[1]?.shape];
  if (x == null || w == null) return ofElements(first(inputs).elements);
  const spatial = x.length - 2;
  const pads = intsOf(node, 'pads') ?? [];
  const strides = intsOf(node, 'strides') ?? [];
  const up = node.op === 'ConvTranspose';
  const sizes = x.slice(2).map((size, i) => {
    if (size === null) return null;
    const stride = strides[i] ?? 1;
    const window = ((w[i + 2] ?? 1) - 1) * (intsOf(node, 'dilations')?.[i] ?? 1) + 1;
    if (up)
      return (
        intsOf(node, 'output_shape')?.[i] ??
        size * stride + window + (intsOf(node, 'output_padding')?.[i] ?? 0)
      );
    const same = attributeOf(node, 'auto_pad');
    if (same?.type === 'string' && same.value.startsWith('SAME')) return Math.ceil(size / stride);
    return Math.max(0, Math.floor((size + (pads[i] ?? 0) + (pads[i + spatial] ?? 0) - window) / stride) + 1);
  });
  const channels = up ? (w[1] ?? 1) * intOf(node, 'group', 1) : (w[0] ?? null);
  return ofShape([x[0] ?? null, channels, ...sizes]);
};

export const shapedByAttribute: ShapeRule = (node, inputs) => {
  const shape = intsOf(node, 'shape');
  return shape === null ? ofElements(first(inputs).elements) : ofShape(shape);
};
