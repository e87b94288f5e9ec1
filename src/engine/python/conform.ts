/** Answers as the version promised them. Pure. */

import type { Outputs } from '../../model/batch.ts';
import { isList } from '../../model/output-parts.ts';
import type { OutputSpec } from '../../model/signature.ts';
import { type DType, newTensor, type Tensor, TYPED_ARRAYS } from '../../model/tensor.ts';
import { AnswerError } from './tensors.ts';

/**
 * The outputs of the signature, in its order. Python makes whole numbers of what is whole by chance, so they become what
 * was promised where nothing is lost.
 *
 * @throws AnswerError where one is missing, or is of another type or shape
 */
export function conform(outputs: Outputs, specs: readonly OutputSpec[]): Outputs {
  return Object.fromEntries(specs.map((spec) => [spec.name, conformOutput(outputs, spec)]));
}

/** What a version answers to no rows: many libraries refuse them, and nothing can be read from an empty list. */
export function emptyOutputs(specs: readonly OutputSpec[]): Outputs {
  return Object.fromEntries(
    specs.map(({ name, dtype, shape, parts }) => {
      const sizes = shape.map((size, axis) => (axis === 0 || size < 0 ? 0 : size));
      const data = dtype === 'string' ? [] : new TYPED_ARRAYS[dtype](0);
      const empty = newTensor(dtype, sizes, data);
      return [name, parts === undefined ? empty : new Array<Tensor>(parts).fill(empty)];
    }),
  );
}

function conformOutput(outputs: Outputs, spec: OutputSpec): Tensor | readonly Tensor[] {
  const { name, parts } = spec;
  const output = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
  if (output === undefined)
    throw new AnswerError(`"${name}" is missing, there is ${Object.keys(outputs).join(', ') || 'nothing'}`);
  const found = isList(output) ? output.length : undefined;
  if (found !== parts)
    throw new AnswerError(`"${name}" has ${found ?? 'no'} parts, ${parts ?? 'none'} were promised`);
  return isList(output) ? output.map((part) => conformTensor(part, spec)) : conformTensor(output, spec);
}

function conformTensor(tensor: Tensor, { name, dtype, shape }: OutputSpec): Tensor {
  const fits =
    tensor.shape.length === shape.length &&
    // The first size is the number of rows, which is checked against what was asked.
    shape.every((size, axis) => axis === 0 || size === -1 || size === tensor.shape[axis]);
  if (!fits) throw new AnswerError(`"${name}" has the shape [${tensor.shape}], [${shape}] was promised`);
  return tensor.dtype === dtype ? tensor : widened(tensor, name, dtype);
}

const WHOLE: readonly DType[] = [
  'bool',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
];
const FLOATS: readonly DType[] = ['float32', 'float64'];

const isNumeric = (tensor: Tensor): tensor is Exclude<Tensor, { readonly dtype: 'string' }> =>
  tensor.dtype !== 'string';

function widened(tensor: Tensor, name: string, dtype: DType): Tensor {
  const { shape } = tensor;
  if (dtype === 'int64' && tensor.dtype !== 'uint64' && isNumeric(tensor) && WHOLE.includes(tensor.dtype))
    return { dtype, shape, data: BigInt64Array.from(tensor.data, BigInt) };
  const isNumber = WHOLE.includes(tensor.dtype) || FLOATS.includes(tensor.dtype);
  if ((dtype !== 'float32' && dtype !== 'float64') || !isNumber || !isNumeric(tensor))
    throw new AnswerError(`"${name}" is ${tensor.dtype}, ${dtype} was promised`);
  const numbers = Float64Array.from<number | bigint>(tensor.data, Number);
  return newTensor(dtype, shape, dtype === 'float32' ? new Float32Array(numbers) : numbers);
}
