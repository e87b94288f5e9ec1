import { type RowBlock, refuseCell, refuseNumber } from './block.ts';
import type { StepEvaluator } from './evaluator.ts';

/** The evaluator behind scikit-learn's full `check_array`, which refuses rows with a missing or an infinite value. */
export function refusingMissing(
  { transform, outputs }: StepEvaluator,
  names: readonly string[],
): StepEvaluator {
  return {
    ...(transform && {
      transform: (input: RowBlock) => {
        checkPresent(input, names);
        return transform(input);
      },
    }),
    ...(outputs && {
      outputs: (input: RowBlock) => {
        checkPresent(input, names);
        return outputs(input);
      },
    }),
  };
}

function checkPresent(block: RowBlock, names: readonly string[]): void {
  const { rows, cols } = block;
  if (block.kind === 'sparse') return;
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      const cell = block.kind === 'dense' ? block.data[row * cols + col] : block.columns[col]?.[row];
      const name = names[col] ?? `x${col}`;
      if (cell === null || Number.isNaN(cell)) refuseCell(row, name, 'expected a value, got a missing one');
      if (cell === Infinity || cell === -Infinity) refuseNumber(row, name, cell);
    }
  }
}
