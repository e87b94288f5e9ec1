import { newTensor, type Tensor, TYPED_ARRAYS } from './tensor.ts';

/** A tensor of numbers with its axes in another order: axis i of the answer is axis `order[i]` of what is given. */
export function permuteAxes(tensor: Tensor, order: readonly number[]): Tensor {
  const { dtype, shape } = tensor;
  if (dtype === 'string' || order.every((from, to) => from === to)) return tensor;
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const sizes = order.map((axis) => shape[axis] ?? 1);
  const steps = order.map((axis) => strides[axis] ?? 1);
  const output = new TYPED_ARRAYS[dtype](tensor.data.length);
  const index = new Array<number>(order.length).fill(0);
  let from = 0;
  for (let to = 0; to < output.length; to += 1) {
    output[to] = tensor.data[from]!;
    for (let axis = order.length - 1; axis >= 0; axis -= 1) {
      from += steps[axis]!;
      index[axis]! += 1;
      if (index[axis]! < sizes[axis]!) break;
      from -= steps[axis]! * sizes[axis]!;
      index[axis] = 0;
    }
  }
  return newTensor(dtype, sizes, output);
}

/** The same numbers in another shape. */
export const reshapeTensor = (tensor: Tensor, shape: readonly number[]): Tensor =>
  newTensor(tensor.dtype, shape, tensor.data);
