import type { DType, Tensor } from '../../model/tensor.ts';

/** A constant that is read when something asks for it, and kept by nobody: weights are many times what a graph is. */
export interface StoredTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly load: () => Tensor;
}

/** A constant that is there. */
export const storedTensor = (tensor: Tensor): StoredTensor => ({
  dtype: tensor.dtype,
  shape: tensor.shape,
  load: () => tensor,
});
