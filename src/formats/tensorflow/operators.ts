import type { OperatorTable } from './context.ts';
import { BLOCK_OPERATORS } from './operators/blocks.ts';
import { COMPARE_OPERATORS } from './operators/compare.ts';
import { CONTROL_OPERATORS } from './operators/control.ts';
import { CONVOLUTION_OPERATORS } from './operators/convolution.ts';
import { CROSS_OPERATORS } from './operators/cross.ts';
import { ELEMENTWISE_OPERATORS } from './operators/elementwise.ts';
import { EXAMPLE_OPERATORS } from './operators/examples.ts';
import { GATHER_OPERATORS } from './operators/gather.ts';
import { JOIN_OPERATORS } from './operators/join.ts';
import { LIST_OPERATORS } from './operators/list.ts';
import { REDUCTION_OPERATORS } from './operators/reduction.ts';
import { SEGMENT_OPERATORS } from './operators/segments.ts';
import { SHAPE_OPERATORS } from './operators/shape.ts';
import { SPARSE_OPERATORS } from './operators/sparse.ts';
import { STATE_OPERATORS } from './operators/state.ts';
import { TABLE_OPERATORS } from './operators/table.ts';
import { TEXT_OPERATORS } from './operators/texts.ts';

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
  ...TEXT_OPERATORS,
  ...SEGMENT_OPERATORS,
  ...SPARSE_OPERATORS,
  ...CROSS_OPERATORS,
  ...EXAMPLE_OPERATORS,
};
