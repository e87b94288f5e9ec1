import { fromFront, intOf, intsOf, ofElements, ofNumbers, ofShape } from './fact.ts';
import { axesOf, first, known, type ShapeRule, UNKNOWN_FACT } from './rule.ts';

export const shapeRule: ShapeRule = (node, inputs) => {
  const { shape } = first(inputs);
  if (shape === null) return UNKNOWN_FACT;
  const dims = shape.slice(intOf(node, 'start', 0), intOf(node, 'end', shape.length));
  return ofNumbers(dims, [dims.length]);
};

export const sizeOf: ShapeRule = (_node, inputs) => {
  const { shape, elements } = first(inputs);
  return ofNumbers([shape?.every((size) => size !== null) ? elements : null], []);
};

export const concatRule: ShapeRule = (node, inputs) => {
  const facts = inputs.filter((input) => input !== null);
  const elements = facts.reduce((sum, fact) => sum + fact.elements, 0);
  const rank = facts[0]?.shape?.length;
  if (rank === undefined || facts.some(({ shape }) => shape?.length !== rank)) return ofElements(elements);
  const axis = fromFront(intOf(node, 'axis', 0), rank);
  const shape = facts[0]!.shape!.map((size, at) =>
    at === axis ? facts.reduce((sum, fact) => sum + (fact.shape![at] ?? 1), 0) : size,
  );
  const parts = facts.map(({ numbers }) => numbers);
  if (rank === 1 && elements <= 256 && parts.every((part) => part !== null))
    return ofNumbers(parts.flat(), shape);
  return ofShape(shape);
};

export const gather: ShapeRule = (node, inputs) => {
  const data = first(inputs);
  const indices = inputs[1] ?? UNKNOWN_FACT;
  const axis = data.shape === null ? 0 : fromFront(intOf(node, 'axis', 0), data.shape.length);
  if (data.shape === null || indices.shape === null) {
    const row = data.shape === null ? data.elements : data.elements / Math.max(1, data.shape[axis] ?? 1);
    return ofElements(row * indices.elements);
  }
  const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
  const { numbers } = data;
  if (numbers !== null && data.shape.length === 1 && indices.numbers !== null) {
    const picked = indices.numbers.map((i) =>
      i === null ? null : (numbers[fromFront(i, numbers.length)] ?? null),
    );
    return ofNumbers(picked, shape);
  }
  return ofShape(shape);
};

/** Exact for small known vectors; otherwise no larger than what is sliced. */
export const slice: ShapeRule = (node, inputs) => {
  const data = first(inputs);
  const from = (index: number, name: string): readonly number[] | null =>
    intsOf(node, name) ?? known(inputs[index]?.numbers);
  const starts = from(1, 'starts');
  const ends = from(2, 'ends');
  const steps = from(4, 'steps') ?? [1];
  const { numbers } = data;
  if (
    numbers !== null &&
    data.shape?.length === 1 &&
    starts?.length === 1 &&
    ends?.length === 1 &&
    steps[0] === 1
  ) {
    const picked = numbers.slice(starts[0], ends[0]);
    return ofNumbers(picked, [picked.length]);
  }
  return data.shape === null ? ofElements(data.elements) : ofShape(data.shape);
};

export const unsqueeze: ShapeRule = (node, inputs) => {
  const data = first(inputs);
  const axes = axesOf(node, inputs);
  if (data.shape === null || axes === null) return { ...ofElements(data.elements), upper: data.upper };
  const rank = data.shape.length + axes.length;
  const ones = new Set(axes.map((axis) => fromFront(axis, rank)));
  const rest = [...data.shape];
  const shape = Array.from({ length: Math.min(rank, 64) }, (_, at) =>
    ones.has(at) ? 1 : (rest.shift() ?? 1),
  );
  return { ...data, shape };
};

export const squeeze: ShapeRule = (node, inputs) => {
  const data = first(inputs);
  const { shape } = data;
  if (shape === null) return data;
  const axes = axesOf(node, inputs)?.map((axis) => fromFront(axis, shape.length));
  const gone = (at: number): boolean => (axes === undefined ? shape[at] === 1 : axes.includes(at));
  return { ...data, shape: shape.filter((_, at) => !gone(at)) };
};

export const reshape: ShapeRule = (node, inputs) => {
  const data = first(inputs);
  const wanted = inputs[1]?.numbers ?? intsOf(node, 'shape');
  if (wanted === null) return { ...ofElements(data.elements), numbers: data.numbers, upper: data.upper };
  const sizes = wanted.map((size, at) =>
    size === 0 && intOf(node, 'allowzero', 0) === 0 ? (data.shape?.[at] ?? null) : size,
  );
  const rest = sizes.reduce<number>((p, size) => (size === null || size < 0 ? p : p * size), 1);
  const exact = data.shape?.every((size) => size !== null) && !sizes.includes(null);
  const shape = sizes.map((size) => (size === -1 ? (exact && rest > 0 ? data.elements / rest : null) : size));
  // Whatever the shape says, a reshape makes nothing.
  return { ...data, shape };
};

export const transpose: ShapeRule = (node, inputs) => {
  const { shape, elements } = first(inputs);
  if (shape === null) return ofElements(elements);
  const perm = intsOf(node, 'perm') ?? shape.map((_, at) => shape.length - 1 - at);
  if (perm.length !== shape.length) return ofElements(elements);
  return ofShape(perm.map((at) => shape[at] ?? null));
};

export const reduceRule: ShapeRule = (node, inputs) => {
  const { shape, elements, numbers } = first(inputs);
  if (node.op === 'ReduceProd' && numbers !== null && shape?.length === 1) {
    const all = known(numbers);
    const keep = intOf(node, 'keepdims', 1) === 1;
    return ofNumbers([all === null ? null : all.reduce((p, x) => p * x, 1)], keep ? [1] : []);
  }
  const axes = axesOf(node, inputs);
  if (shape === null || axes === null) return ofElements(elements);
  const gone = new Set(axes.map((axis) => fromFront(axis, shape.length)));
  const sizes = shape.map((size, at) => (gone.has(at) ? 1 : size));
  return ofShape(intOf(node, 'keepdims', 1) === 1 ? sizes : sizes.filter((_, at) => !gone.has(at)));
};

/** ArgMax, ArgMin: one place along the axis. */
export const argument: ShapeRule = (node, inputs) => {
  const { shape, elements } = first(inputs);
  if (shape === null) return ofElements(elements);
  const axis = fromFront(intOf(node, 'axis', 0), shape.length);
  const sizes = shape.map((size, at) => (at === axis ? 1 : size));
  return ofShape(intOf(node, 'keepdims', 1) === 1 ? sizes : sizes.filter((_, at) => at !== axis));
};

export const flattenRule: ShapeRule = (node, inputs) => {
  const { shape, elements } = first(inputs);
  if (shape === null) return ofElements(elements);
  const axis = fromFront(intOf(node, 'axis', 1), shape.length);
  const size = (sizes: readonly (number | null)[]): number | null =>
    sizes.includes(null) ? null : ofShape(sizes).elements;
  return { ...ofShape([size(shape.slice(0, axis)), size(shape.slice(axis))]), elements };
};

/** DepthToSpace, SpaceToDepth: [N, C, H, W], blocks moved between channels and places. */
export const blocks: ShapeRule = (node, inputs) => {
  const { shape, elements } = first(inputs);
  if (shape?.length !== 4) return ofElements(elements);
  const block = Math.max(1, intOf(node, 'blocksize', 1));
  const [channels, places] = node.op === 'DepthToSpace' ? [1 / block ** 2, block] : [block ** 2, 1 / block];
  const scaled = (size: number | null, factor: number): number | null =>
    size === null ? null : Math.ceil(size * factor);
  const [batch, depth, height, width] = shape as readonly [
    number | null,
    number | null,
    number | null,
    number | null,
  ];
  return ofShape([batch, scaled(depth, channels), scaled(height, places), scaled(width, places)]);
};
