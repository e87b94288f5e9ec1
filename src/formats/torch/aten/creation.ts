import type { DType } from '../../../model/tensor.ts';
import type { AtenCall } from './call.ts';
import { isFloating } from './dtype.ts';
import { rows } from './operator.ts';
import { expanded, sizesOf, squeezed } from './primitives.ts';
import { type AtenInteger, type AtenTensor, isValue } from './value.ts';

/** Tensors out of nothing: ranges, and one value everywhere. */

/** Elements that become part of the file; larger ones are made as the graph runs. */
const STORED = 4096;

function filled(call: AtenCall, sizes: readonly AtenInteger[], value: AtenTensor): AtenTensor {
  return expanded(call.g, value, sizes);
}

const filling = (call: AtenCall, name: string, dtype: DType): AtenTensor =>
  call.materialized(call.operand(name), dtype);

/** The type that a value has by itself. */
const typeOf = (call: AtenCall, name: string): DType => call.dtypeOf(call.operand(name));

const constant = (value: number) => (call: AtenCall) =>
  filled(call, call.integers('size'), call.g.scalar(value, call.dtype('dtype') ?? 'float32'));

const full = (call: AtenCall): AtenTensor => {
  const dtype = call.dtype('dtype') ?? typeOf(call, 'fill_value');
  return filled(call, call.integers('size'), filling(call, 'fill_value', dtype));
};

const like =
  (value: number | null) =>
  (call: AtenCall): AtenTensor => {
    const x = call.tensor('self');
    const dtype = call.dtype('dtype') ?? x.dtype;
    const one = value === null ? filling(call, 'fill_value', dtype) : call.g.scalar(value, dtype);
    return filled(call, sizesOf(call.g, x), one);
  };

const fresh =
  (value: number | null) =>
  (call: AtenCall): AtenTensor => {
    const dtype = call.dtype('dtype') ?? call.tensor('self').dtype;
    const one = value === null ? filling(call, 'fill_value', dtype) : call.g.scalar(value, dtype);
    return filled(call, call.integers('size'), one);
  };

/** What fills a tensor takes its type. */
const overwritten = (call: AtenCall, name: string): AtenTensor => {
  const x = call.tensor('self');
  return filled(call, sizesOf(call.g, x), filling(call, name, x.dtype));
};

const range = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const names = ['start', 'end', 'step'].filter((name) => call.has(name));
  const given = names.map((name) => typeOf(call, name));
  const dtype = call.dtype('dtype') ?? (given.some(isFloating) ? 'float32' : 'int64');
  const plain = names.every((name) => {
    const value = call.value(name);
    return typeof value === 'number' || isValue(value, 'float');
  });
  const step = plain ? call.number('step', 1) : 1;
  if (step === 0) throw call.wrong('step', 'a step that leads on');
  if (plain) {
    const [start, end] = [call.number('start', 0), call.number('end')];
    const count = Math.max(0, Math.ceil((end - start) / step));
    call.requireAtMost('the number of elements', count, 2 ** 26);
    if (count <= STORED)
      return g.numbers(
        Array.from({ length: count }, (_, i) => start + i * step),
        dtype,
      );
  }
  const at = (name: string, otherwise: number): AtenTensor =>
    call.has(name) ? filling(call, name, dtype) : g.scalar(otherwise, dtype);
  const end = call.value('end');
  const isCount = isValue(end, 'symbolic') && !call.has('step') && call.number('start', 0) === 0;
  const size = isCount ? end.symbol : g.unknownSize();
  return g.add('Range', [at('start', 0), at('end', 0), at('step', 1)], { dtype, shape: [size] });
};

/** Steps from `start` to `end`, both of them among it; the second half counts from the end, as torch does. */
const linspace = (call: AtenCall): AtenTensor => {
  const [start, end, steps] = [call.number('start'), call.number('end'), call.int('steps')];
  call.requireAtMost('steps', steps, 2 ** 22);
  const dtype = call.dtype('dtype') ?? 'float32';
  const step = steps > 1 ? (end - start) / (steps - 1) : 0;
  return call.g.numbers(
    Array.from({ length: Math.max(0, steps) }, (_, i) =>
      i < steps / 2 ? start + step * i : end - step * (steps - i - 1),
    ),
    dtype,
  );
};

const eye = (call: AtenCall): AtenTensor => {
  const n = call.int('n');
  const m = call.int('m', n);
  call.requireAtMost('n', n * m, 2 ** 22);
  const values = Array.from({ length: n * m }, (_, i) => Number(Math.floor(i / m) === i % m));
  return call.g.numbers(values, call.dtype('dtype') ?? 'float32', [n, m]);
};

const scalarTensor = (call: AtenCall): AtenTensor => {
  const name = call.has('s') ? 's' : 'data';
  return filling(call, name, call.dtype('dtype') ?? typeOf(call, name));
};

/** A tensor of another, in its type and its sizes. */
const copied = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  const source = g.cast(call.tensor('src'), x.dtype);
  const extra = source.shape.length - x.shape.length;
  const narrow = squeezed(
    g,
    source,
    Array.from({ length: Math.max(0, extra) }, (_, axis) => axis),
  );
  return expanded(g, narrow, sizesOf(call.g, x));
};

const OPTIONS = 'dtype layout device pin_memory';

export const CREATIONS = [
  ...rows('zeros empty', `size ${OPTIONS}`, constant(0)),
  ...rows('empty.memory_format', `size ${OPTIONS} memory_format`, constant(0)),
  ...rows('ones', `size ${OPTIONS}`, constant(1)),
  ...rows('full', `size fill_value ${OPTIONS}`, full),
  ...rows('zeros_like empty_like', `self ${OPTIONS} memory_format`, like(0)),
  ...rows('ones_like', `self ${OPTIONS} memory_format`, like(1)),
  ...rows('full_like', `self fill_value ${OPTIONS} memory_format`, like(null)),
  ...rows('new_zeros new_empty', `self size ${OPTIONS}`, fresh(0)),
  ...rows('empty_strided', `size stride ${OPTIONS}`, constant(0)),
  ...rows('new_empty_strided', `self size stride ${OPTIONS}`, fresh(0)),
  ...rows('new_ones', `self size ${OPTIONS}`, fresh(1)),
  ...rows('new_full', `self size fill_value ${OPTIONS}`, fresh(null)),
  ...rows('fill', 'self value', (call) => overwritten(call, 'value')),
  ...rows('zero', 'self', like(0)),
  ...rows('copy', 'self src non_blocking', copied),
  ...rows('arange', `end ${OPTIONS}`, range),
  ...rows('arange.start', `start end ${OPTIONS}`, range),
  ...rows('arange.start_step', `start end step ${OPTIONS}`, range),
  ...rows('linspace', `start end steps ${OPTIONS}`, linspace),
  ...rows('eye', `n ${OPTIONS}`, eye),
  ...rows('eye.m', `n m ${OPTIONS}`, eye),
  ...rows('scalar_tensor', `s ${OPTIONS}`, scalarTensor),
  ...rows('tensor', 'data dtype device requires_grad', scalarTensor),
];
