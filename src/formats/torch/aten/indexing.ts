import type { AtenCall } from './call.ts';
import { rows } from './operator.ts';
import { coordinatesOf, nonZero, nonZeroByAxis, placesIn } from './places.ts';
import { elementwise, expanded, gathered, sizesOf, transposed, where } from './primitives.ts';
import { reshaped } from './reshape.ts';
import type { AtenTensor } from './value.ts';

/** Elements by their places. */

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
  const given = placesIn(call, call.value('indices'));
  const [first, ...others] = given;
  if (first === undefined) return x;
  if (others.length === 0) return gathered(g, x, first.index, first.axis);
  const { coordinates, shape, axes, rest, lead } = coordinatesOf(call, x, given);
  const front = transposed(g, x, [...axes, ...rest]);
  const kept = rest.map((axis) => x.shape[axis] ?? 1);
  const found = g.add('GatherND', [front, coordinates], { dtype: x.dtype, shape: [...shape, ...kept] });
  if (lead === 0) return found;
  const width = shape.length;
  return transposed(g, found, [
    ...Array.from({ length: lead }, (_, i) => width + i),
    ...Array.from({ length: width }, (_, i) => i),
    ...Array.from({ length: rest.length - lead }, (_, i) => width + lead + i),
  ]);
};

/** Elements where a mask is, one after the other. */
const selected = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [x, mask] = [call.tensor('self'), g.cast(call.tensor('mask'), 'bool')];
  const wide = where(g, mask, x, x);
  const isTaken = elementwise(g, 'And', [mask, expanded(g, g.scalar(1, 'bool'), sizesOf(g, wide))], 'bool');
  const made = { dtype: x.dtype, shape: [g.unknownSize()] };
  return g.add('Compress', [reshaped(g, wide, [-1]), reshaped(g, isTaken, [-1])], made, { axis: 0n });
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
  ...rows('index _unsafe_index', 'self indices', indexed),
  ...rows('nonzero argwhere', 'self', (call) => nonZero(call.g, call.tensor('self'))),
  ...rows('where.default', 'condition', (call) => nonZeroByAxis(call.g, call.tensor('condition'))),
  ...rows('nonzero_numpy', 'self', (call) => nonZeroByAxis(call.g, call.tensor('self'))),
  ...rows('masked_select', 'self mask', selected),
  ...rows('one_hot', 'self num_classes', oneHot),
  ...rows('tril', 'self diagonal', triangle(false)),
  ...rows('triu', 'self diagonal', triangle(true)),
];
