import { concatenateBatches } from '../../../model/concatenate.ts';
import { newTensor, type Tensor } from '../../../model/tensor.ts';

type Tensors = Readonly<Record<string, Tensor>>;

/** The tolerance of the backend tests of ONNX (`onnx/backend/test/case/test_case.py`). */
const RELATIVE = 1e-3;
/** What a sum of float32 that comes to nothing loses, of its largest neighbour: four units in the last place. */
const ABSOLUTE = 2 ** -21;

/** How answers differ from those that are wanted, or null where they do not. */
export function tensorDifference(answered: Tensors, wanted: Tensors): string | null {
  for (const [name, want] of Object.entries(wanted)) {
    const got = answered[name];
    if (got === undefined) return `there is no "${name}"`;
    const types = `${got.dtype}[${got.shape}]`;
    if (types !== `${want.dtype}[${want.shape}]`)
      return `"${name}" is ${types}, wanted ${want.dtype}[${want.shape}]`;
    const at = firstDifference(numbersOf(got), numbersOf(want));
    if (at >= 0) return `"${name}"[${at}] is ${numbersOf(got)[at]}, wanted ${numbersOf(want)[at]}`;
  }
  return null;
}

function firstDifference(got: readonly (number | string)[], want: readonly (number | string)[]): number {
  const sizes = want.map((x) => (typeof x === 'number' && Number.isFinite(x) ? Math.abs(x) : 0));
  const absolute = ABSOLUTE * sizes.reduce((most, size) => Math.max(most, size), 0);
  return want.findIndex((wanted, i) => {
    const found = got[i];
    if (Object.is(found, wanted) || found === wanted) return false;
    if (typeof found !== 'number' || typeof wanted !== 'number') return true;
    return !(Math.abs(found - wanted) <= absolute + RELATIVE * Math.abs(wanted));
  });
}

function numbersOf(tensor: Tensor): readonly (number | string)[] {
  if (tensor.dtype === 'string') return tensor.data;
  if (tensor.dtype === 'float16') return Array.from(tensor.data, halfToNumber);
  return Array.from(tensor.data, Number);
}

/** IEEE 754 binary16. */
function halfToNumber(half: number): number {
  const [sign, exponent, fraction] = [half >> 15 === 0 ? 1 : -1, (half >> 10) & 31, half & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** Tensors of the same shapes and numbers, at other places. */
export const rotated = (tensors: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      const { dtype, shape, data } = tensor;
      const by = 1 + Math.floor(data.length / 3);
      const at = (i: number): number => (i + by) % data.length;
      if (dtype === 'string') return [name, { dtype, shape, data: data.map((_, i) => data[at(i)] ?? '') }];
      const turned = data.slice();
      for (let i = 0; i < data.length; i += 1) turned[i] = data[at(i)] ?? 0;
      return [name, newTensor(dtype, shape, turned)];
    }),
  );

/** The rows of one batch after those of another. */
export function doubled(first: Tensors, second: Tensors): Tensors {
  const both = [first, second].map((tensors) => ({ kind: 'tensors' as const, rows: 1, tensors }));
  const whole = concatenateBatches(both);
  return whole.kind === 'tensors' ? whole.tensors : {};
}
