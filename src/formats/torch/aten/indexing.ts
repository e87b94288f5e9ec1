import type { AtenCall } from './call.ts';
import { rows } from './operator.ts';
import { broadcastSizes, expanded, gathered, transposed, unsqueezed } from './primitives.ts';
import { type AtenTensor, isValue, isValues } from './value.ts';

/** Elements by their places, and writing to places. */

const embedding = (call: AtenCall): AtenTensor =>
  gathered(call.g, call.tensor('weight'), call.tensor('indices'), 0);

const chosen = (call: AtenCall): AtenTensor => {
  const x = call.tensor('self');
  return gathered(call.g, x, call.tensor('index'), call.axis('dim', x.shape.length));
};

/** One element an index, along an axis: indices as large as what is answered. */
const along = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [x, index] = [call.tensor('self'), call.tensor(call.has('indices') ? 'indices' : 'index')];
  const axis = call.axis('dim', x.shape.length);
  return g.add('GatherElements', [x, index], { dtype: x.dtype, shape: index.shape }, { axis: BigInt(axis) });
};

/**
 * x[i, j]: tensors of places for some axes, which are broadcast. Where one axis alone has places it is a Gather; else the
 * axes move to the front, where GatherND takes them, and what is made moves back as numpy has it.
 */
const indexed = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  const indices = call.value('indices');
  if (!isValues(indices)) throw call.wrong('indices', 'a list of tensors');
  const places = indices.map((index, axis) => {
    if (index === null) return null;
    if (!isValue(index, 'tensor')) throw call.wrong('indices', 'tensors of places', index);
    if (index.dtype === 'bool' || index.dtype === 'uint8')
      throw call.refusal('indices', 'a mask, which makes a size that depends on values', 'tensors of places');
    return { axis, index: g.cast(index, 'int64') };
  });
  const given = places.filter((one) => one !== null);
  const [first] = given;
  if (first === undefined) return x;
  if (given.length === 1) return gathered(g, x, first.index, first.axis);
  return indexedTogether(call, x, given);
};

function indexedTogether(
  call: AtenCall,
  x: AtenTensor,
  given: readonly { axis: number; index: AtenTensor }[],
): AtenTensor {
  const { g } = call;
  const axes = given.map(({ axis }) => axis);
  const rest = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const shape = broadcastSizes(
    g,
    given.map(({ index }) => index.shape),
  );
  const largest = given.find(({ index }) => index.shape.length === shape.length)?.index ?? given[0]?.index;
  const sizes = shape.map((size, axis) => {
    if (typeof size === 'number') return size;
    const owner = given.find(({ index }) => index.shape[axis - shape.length + index.shape.length] === size);
    return owner === undefined
      ? g.sizeOf(largest ?? x, axis)
      : g.sizeOf(owner.index, axis - shape.length + owner.index.shape.length);
  });
  const parts = given.map(({ index }) => unsqueezed(g, expanded(g, index, sizes), [shape.length]));
  const coordinates = g.add(
    'Concat',
    parts,
    { dtype: 'int64', shape: [...shape, axes.length] },
    { axis: BigInt(shape.length) },
  );
  const front = transposed(g, x, [...axes, ...rest]);
  const kept = rest.map((axis) => x.shape[axis] ?? 1);
  const found = g.add('GatherND', [front, coordinates], { dtype: x.dtype, shape: [...shape, ...kept] });
  // Neighbouring axes are answered in their place; others in front.
  const isTogether = axes.every((axis, i) => i === 0 || axis === (axes[i - 1] ?? 0) + 1);
  const lead = isTogether ? rest.filter((axis) => axis < (axes[0] ?? 0)).length : 0;
  if (lead === 0) return found;
  const width = shape.length;
  const order = [
    ...Array.from({ length: lead }, (_, i) => width + i),
    ...Array.from({ length: width }, (_, i) => i),
    ...Array.from({ length: rest.length - lead }, (_, i) => width + lead + i),
  ];
  return transposed(g, found, order);
}

/** Writes `src` to places along an axis. */
const scattered =
  (reduction: string) =>
  (call: AtenCall): AtenTensor => {
    const { g } = call;
    const [x, index] = [call.tensor('self'), call.tensor('index')];
    const axis = call.axis('dim', x.shape.length);
    const source = call.has('src')
      ? call.tensor('src')
      : expanded(
          g,
          call.materialized(call.operand('value'), x.dtype),
          index.shape.map((_, at) => g.sizeOf(index, at)),
        );
    return g.add('ScatterElements', [x, index, source], x, { axis: BigInt(axis), reduction });
  };

/** One row a class: 1 in the column of the class, 0 elsewhere. */
const oneHot = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  const classes = call.int('num_classes', -1);
  if (classes < 1) throw call.wrong('num_classes', 'a number of classes');
  const values = g.numbers([0, 1], 'int64');
  const shape = [...x.shape, classes];
  return g.add('OneHot', [x, g.scalar(classes, 'int64'), values], { dtype: 'int64', shape }, { axis: -1n });
};

const triangle =
  (upper: boolean) =>
  (call: AtenCall): AtenTensor => {
    const { g } = call;
    const given = call.tensor('self');
    const isTruth = given.dtype === 'bool';
    const x = isTruth ? g.cast(given, 'int64') : given;
    const diagonal = g.scalar(call.int('diagonal', 0), 'int64');
    return g.cast(g.add('Trilu', [x, diagonal], x, { upper: upper ? 1n : 0n }), given.dtype);
  };

export const INDEXING = [
  ...rows('embedding', 'weight indices padding_idx scale_grad_by_freq sparse', embedding),
  ...rows('index_select', 'self dim index', chosen),
  ...rows('gather', 'self dim index sparse_grad', along),
  ...rows('take_along_dim', 'self indices dim', along),
  ...rows('index', 'self indices', indexed),
  ...rows('scatter', 'self dim index src', scattered('none')),
  ...rows('scatter.value', 'self dim index value', scattered('none')),
  ...rows('scatter_add', 'self dim index src', scattered('add')),
  ...rows('one_hot', 'self num_classes', oneHot),
  ...rows('tril', 'self diagonal', triangle(false)),
  ...rows('triu', 'self diagonal', triangle(true)),
];
