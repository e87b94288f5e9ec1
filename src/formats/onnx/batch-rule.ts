import { intsOf } from '../../onnx/check/fact.ts';
import type { OnnxNode } from '../../onnx/graph.ts';
import { type BatchValue, isConstant, type RowAxis, rankOf } from './batch-value.ts';

export type BatchValues = readonly (BatchValue | null)[];

/** What a rule may ask for: changes to the graph that the free batch needs. Where none may be made, all say no. */
export interface RowChanges {
  /** The frozen size. */
  readonly batch: number;
  /** A constant that has the frozen size on an axis gets as many rows as there are: true where all its rows are the same. */
  repeat(input: number, at: number, rank: number): boolean;
  /** A constant list of sizes or of a shape gets another number at a place; `rows` is the number of rows. */
  restate(input: number, numbers: readonly (number | 'rows')[]): boolean;
}

/** Where the rows of the outputs are, in one list for all outputs where they differ; null where nothing is proved. */
export type RowRule = (
  node: OnnxNode,
  inputs: BatchValues,
  changes: RowChanges,
) => RowAxis | readonly RowAxis[] | null;

/** The first input has the rows; the others are weights. */
export const onlyRows = (inputs: BatchValues): { readonly rows: RowAxis; readonly rank: number } | null => {
  const [data, ...others] = inputs;
  const rank = rankOf(data);
  return data?.rows && rank !== null && others.every(isConstant) ? { rows: data.rows, rank } : null;
};

export const statedAxes = (node: OnnxNode, inputs: BatchValues): readonly number[] | null => {
  const numbers = inputs[1]?.numbers ?? null;
  return intsOf(node, 'axes') ?? (numbers?.every((x) => x !== null) ? numbers : null);
};
