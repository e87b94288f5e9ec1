import type { AtenCall } from './call.ts';
import { rows, viewsOrCopies } from './operator.ts';
import { elementwise, expanded, joined, mapped, reduced, sliced, unsqueezed } from './primitives.ts';
import { reshaped } from './reshape.ts';
import type { AtenTensor } from './value.ts';

/** Functions that torch makes of others. */

/** x₁ · x₂ / (max(‖x₁‖, ε) max(‖x₂‖, ε)). */
const cosine = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [a, b] = [call.floating('x1'), call.floating('x2')];
  const axes = [call.axis('dim', a.shape.length, 1)];
  const least = g.scalar(call.number('eps', 1e-8), a.dtype);
  const unit = (x: AtenTensor): AtenTensor => {
    const length = elementwise(g, 'Max', [reduced(g, 'ReduceL2', x, axes, true), least], x.dtype);
    return elementwise(g, 'Div', [x, length], x.dtype);
  };
  return reduced(g, 'ReduceSum', elementwise(g, 'Mul', [unit(a), unit(b)], a.dtype), axes, false);
};

const distance = (call: AtenCall): AtenTensor => {
  const { g } = call;
  call.require('p', 2);
  const [a, b] = [call.floating('x1'), call.floating('x2')];
  const way = elementwise(g, 'Sub', [a, b], a.dtype);
  const shifted = elementwise(g, 'Add', [way, g.scalar(call.number('eps', 1e-6), a.dtype)], a.dtype);
  return reduced(g, 'ReduceL2', shifted, [a.shape.length - 1], call.bool('keepdim'));
};

/** Each element several times, one copy after the other. */
const interleaved = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const given = call.tensor('self');
  const x = call.has('dim') ? given : reshaped(g, given, [-1]);
  const axis = call.has('dim') ? call.axis('dim', x.shape.length) : 0;
  const repeats = call.integer('repeats');
  const sizes = x.shape.map((_, at) => g.sizeOf(x, at));
  const wide = expanded(g, unsqueezed(g, x, [axis + 1]), [
    ...sizes.slice(0, axis + 1),
    repeats,
    ...sizes.slice(axis + 1),
  ]);
  return reshaped(g, wide, [...sizes.slice(0, axis), -1, ...sizes.slice(axis + 1)]);
};

const grids = (call: AtenCall): readonly AtenTensor[] => {
  const { g } = call;
  const axes = call.tensors('tensors');
  if (call.text('indexing', 'ij') !== 'ij') throw call.wrong('indexing', '"ij"');
  const sizes = axes.map((x) => (x.shape.length === 0 ? 1 : g.sizeOf(x, 0)));
  return axes.map((x, i) =>
    expanded(
      g,
      reshaped(
        g,
        x,
        axes.map((_, at) => (at === i ? (sizes[i] ?? 1) : 1)),
      ),
      sizes,
    ),
  );
};

/** A tensor with one of its slices replaced. */
const withSlice = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [x, source] = [call.tensor('self'), call.tensor('src')];
  const axis = call.axis('dim', x.shape.length, 0);
  call.require('step', 1);
  const [start, end] = [call.int('start', 0), call.integer('end', Number.MAX_SAFE_INTEGER)];
  const size = x.shape[axis];
  const isToEnd =
    typeof end === 'number' ? end >= (typeof size === 'number' ? size : 2 ** 40) : end.symbol === size;
  const before = start === 0 ? [] : [sliced(g, x, axis, [0, start, 1])];
  const behind = isToEnd ? [] : [sliced(g, x, axis, [end, Number.MAX_SAFE_INTEGER, 1])];
  const made = joined(g, [...before, g.cast(source, x.dtype), ...behind], axis);
  return { ...made, shape: x.shape };
};

const withElement = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [x, source] = [call.tensor('self'), call.tensor('src')];
  const axis = call.axis('dim', x.shape.length);
  const size = x.shape[axis];
  const given = call.int('index');
  if (given < 0 && typeof size !== 'number') throw call.wrong('index', 'a place counted from the front');
  const index = given < 0 ? given + Number(size) : given;
  const before = index === 0 ? [] : [sliced(g, x, axis, [0, index, 1])];
  const behind = index + 1 === size ? [] : [sliced(g, x, axis, [index + 1, Number.MAX_SAFE_INTEGER, 1])];
  const made = joined(g, [...before, unsqueezed(g, g.cast(source, x.dtype), [axis]), ...behind], axis);
  return { ...made, shape: x.shape };
};

const count = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = g.cast(g.cast(call.tensor('self'), 'bool'), 'int64');
  return reduced(g, 'ReduceSum', x, call.has('dim') ? call.axes('dim', x.shape.length) : [], false);
};

/** log(p / (1 - p)), with p kept away from 0 and 1 by ε. */
const logit = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const given = call.floating('self');
  const one = g.scalar(1, given.dtype);
  const eps = call.has('eps') ? call.number('eps') : null;
  const bounds = eps === null ? null : [g.scalar(eps, given.dtype), g.scalar(1 - eps, given.dtype)];
  const p = bounds === null ? given : mapped(g, 'Clip', given, {}, bounds);
  return mapped(g, 'Log', elementwise(g, 'Div', [p, elementwise(g, 'Sub', [one, p], p.dtype)], p.dtype));
};

/** Tensors side by side, or one above the other: vectors become rows first where they are stacked in rows. */
const piled =
  (axis: 0 | 1) =>
  (call: AtenCall): AtenTensor => {
    const { g } = call;
    const given = call.tensors('tensors');
    const dtype = call.promotedType(given);
    const isFlat = (given[0]?.shape.length ?? 0) < 2;
    const parts = given.map((x) => {
      const wide = x.shape.length === 0 ? unsqueezed(g, x, [0]) : x;
      return g.cast(axis === 0 && wide.shape.length === 1 ? unsqueezed(g, wide, [0]) : wide, dtype);
    });
    return joined(g, parts, axis === 1 && isFlat ? 0 : axis);
  };

/** |a - b| ≤ atol + rtol |b|. */
const close = (call: AtenCall): AtenTensor => {
  const { g } = call;
  call.require('equal_nan', false);
  const [a, b] = [call.floating('self'), call.floating('other')];
  const scalar = (name: string, usual: number): AtenTensor => g.scalar(call.number(name, usual), a.dtype);
  const way = mapped(g, 'Abs', elementwise(g, 'Sub', [a, b], a.dtype));
  const share = elementwise(g, 'Mul', [scalar('rtol', 1e-5), mapped(g, 'Abs', b)], a.dtype);
  const near = elementwise(
    g,
    'LessOrEqual',
    [way, elementwise(g, 'Add', [scalar('atol', 1e-8), share], a.dtype)],
    'bool',
  );
  return elementwise(g, 'Or', [elementwise(g, 'Equal', [a, b], 'bool'), near], 'bool');
};

export const COMPOSITES = [
  ...rows('cosine_similarity', 'x1 x2 dim eps', cosine),
  ...rows('pairwise_distance', 'x1 x2 p eps keepdim', distance),
  ...rows('repeat_interleave.self_int', 'self repeats dim output_size', interleaved),
  ...viewsOrCopies('meshgrid', 'tensors indexing', grids),
  ...rows('slice_scatter', 'self src dim start end step', withSlice),
  ...rows('select_scatter', 'self src dim index', withElement),
  ...rows('count_nonzero', 'self dim', count),
  ...rows('hstack', 'tensors', piled(1)),
  ...rows('vstack', 'tensors', piled(0)),
  ...rows('isclose', 'self other rtol atol equal_nan', close),
  ...rows('logit', 'self eps', logit),
];
