import type { OperatorTable } from './context.ts';
import { BLOCK_OPERATORS } from './operators/blocks.ts';
import { COMPARE_OPERATORS } from './operators/compare.ts';
import { CONTROL_OPERATORS } from './operators/control.ts';
import { CONVOLUTION_OPERATORS } from './operators/convolution.ts';
import { ELEMENTWISE_OPERATORS } from './operators/elementwise.ts';
import { GATHER_OPERATORS } from './operators/gather.ts';
import { JOIN_OPERATORS } from './operators/join.ts';
import { LIST_OPERATORS } from './operators/list.ts';
import { REDUCTION_OPERATORS } from './operators/reduction.ts';
import { SHAPE_OPERATORS } from './operators/shape.ts';
import { STATE_OPERATORS } from './operators/state.ts';
import { TABLE_OPERATORS } from './operators/table.ts';

/** Operators of TensorFlow that become nodes of ONNX. */
export const FLOW_OPERATORS: OperatorTable = {
  ...STATE_OPERATORS,
  ...ELEMENTWISE_OPERATORS,
  ...COMPARE_OPERATORS,
  ...SHAPE_OPERATORS,
  ...JOIN_OPERATORS,
  ...GATHER_OPERATORS,
  ...BLOCK_OPERATORS,
  ...REDUCTION_OPERATORS,
  ...CONVOLUTION_OPERATORS,
  ...CONTROL_OPERATORS,
  ...LIST_OPERATORS,
  ...TABLE_OPERATORS,
};
