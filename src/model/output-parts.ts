/** An output is a tensor, or a list of them (multi-output `predict_proba`): which, and of what it is made. */
import type { Tensor } from './tensor.ts';

export type Output = Tensor | readonly Tensor[];

export const isList = (output: Output): output is readonly Tensor[] => Array.isArray(output);

export const partsOf = (output: Output): readonly Tensor[] => (isList(output) ? output : [output]);
