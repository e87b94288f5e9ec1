/** An output is a tensor, or a list of them (multi-output `predict_proba`): which, and of what it is made. */
import type { Tensor } from './tensor.ts';

export type OutputTensors = Tensor | readonly Tensor[];

export const isList = (output: OutputTensors): output is readonly Tensor[] => Array.isArray(output);

export const partTensorsOf = (output: OutputTensors): readonly Tensor[] =>
  isList(output) ? output : [output];
