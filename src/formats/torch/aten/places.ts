import type { AtenCall } from './call.ts';
import type { AtenGraph } from './graph.ts';
import { broadcastSizes, expanded, squeezed, transposed, unsqueezed } from './primitives.ts';
import { type AtenInteger, type AtenTensor, type AtenValue, isValue, isValues } from './value.ts';

/** Places along an axis: `i` of x[:, i]. */
export interface AxisPlaces {
  readonly axis: number;
  readonly index: AtenTensor;
}

/** Places of what is not 0, a row of them each. */
export function nonZero(g: AtenGraph, x: AtenTensor): AtenTensor {
  const count = g.unknownSize();
  const found = g.add('NonZero', [g.cast(x, 'bool')], { dtype: 'int64', shape: [x.shape.length, count] });
  return transposed(g, found, [1, 0]);
}

/** The same by axes: a list of places for each. */
export function nonZeroByAxis(g: AtenGraph, x: AtenTensor): readonly AtenTensor[] {
  const found = nonZero(g, x);
  return x.shape.map((_, axis) => {
    const column = g.add(
      'Gather',
      [found, g.numbers([axis], 'int64')],
      {
        dtype: 'int64',
        shape: [found.shape[0] ?? 1, 1],
      },
      { axis: 1n },
    );
    return squeezed(g, column, [1]);
  });
}

/** The tensors in brackets, by their axes: a mask stands for the places where it is true, over as many axes as it has. */
export function placesIn(call: AtenCall, indices: AtenValue | undefined): readonly AxisPlaces[] {
  if (!isValues(indices)) throw call.wrong('indices', 'a list of tensors');
  const given: AxisPlaces[] = [];
  let axis = 0;
  for (const index of indices) {
    if (index === null) {
      axis += 1;
      continue;
    }
    if (!isValue(index, 'tensor')) throw call.wrong('indices', 'tensors of places', index);
    const isMask = index.dtype === 'bool' || index.dtype === 'uint8';
    const parts = isMask ? nonZeroByAxis(call.g, index) : [call.g.cast(index, 'int64')];
    for (const part of parts) {
      given.push({ axis, index: part });
      axis += 1;
    }
  }
  return given;
}

/** Places of several axes, broadcast and put together as GatherND and ScatterND take them. */
export interface TogetherPlaces {
  /** [...sizes, axes]. */
  readonly coordinates: AtenTensor;
  readonly shape: AtenTensor['shape'];
  readonly sizes: readonly AtenInteger[];
  readonly axes: readonly number[];
  /** The axes without places. */
  readonly rest: readonly number[];
  /** How many of them come before the places in what is answered: neighbours are answered in their place, others in front. */
  readonly lead: number;
}

export function coordinatesOf(call: AtenCall, x: AtenTensor, given: readonly AxisPlaces[]): TogetherPlaces {
  const { g } = call;
  const axes = given.map(({ axis }) => axis);
  if (axes.some((axis) => axis >= x.shape.length))
    throw call.wrong('indices', `places of ${x.shape.length} axes`);
  const rest = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const shape = broadcastSizes(
    g,
    given.map(({ index }) => index.shape),
  );
  const sizes = shape.map((size, axis): AtenInteger => {
    if (typeof size === 'number') return size;
    const owner = given.find(({ index }) => {
      const own = index.shape[axis - shape.length + index.shape.length];
      return own === size;
    });
    // Sizes that only the runtime can tell apart: the first that is not known to be 1.
    const some = owner ?? given.find(({ index }) => typeof index.shape.at(axis - shape.length) === 'string');
    const index = some?.index ?? x;
    return g.sizeOf(index, axis - shape.length + index.shape.length);
  });
  const parts = given.map(({ index }) => unsqueezed(g, expanded(g, index, sizes), [shape.length]));
  const coordinates = g.add(
    'Concat',
    parts,
    { dtype: 'int64', shape: [...shape, axes.length] },
    { axis: BigInt(shape.length) },
  );
  const isTogether = axes.every((axis, i) => i === 0 || axis === (axes[i - 1] ?? 0) + 1);
  const lead = isTogether ? rest.filter((axis) => axis < (axes[0] ?? 0)).length : 0;
  return { coordinates, shape, sizes, axes, rest, lead };
}
