import type { Tensor } from '../../model/tensor.ts';
import { allocateCells, type ColumnsBlock, type RowBlock, refuseCell, toDense } from './block.ts';

/** A block as a fresh `[rows, cols]` tensor: strings where every column holds strings, else float64. */
export function tensorOf(block: RowBlock, names: readonly string[]): Tensor {
  const { rows, cols } = block;
  const shape = [rows, cols];
  if (
    block.kind === 'columns' &&
    cols > 0 &&
    block.columns.every((column) => !(column instanceof Float64Array))
  ) {
    return { dtype: 'string', shape, data: stringsOf(block, names) };
  }
  if (block.kind === 'dense') return { dtype: 'float64', shape, data: block.data.slice(0, rows * cols) };
  return { dtype: 'float64', shape, data: toDense(block, names, allocateCells).data };
}

function stringsOf({ rows, cols, columns }: ColumnsBlock, names: readonly string[]): string[] {
  return Array.from({ length: rows * cols }, (_, k) => {
    const cell = columns[k % cols]?.[Math.floor(k / cols)];
    return typeof cell === 'string'
      ? cell
      : refuseCell(Math.floor(k / cols), names[k % cols] ?? `x${k % cols}`, 'no value to answer');
  });
}
