import { type Block, refuseCell } from './block.ts';
import type { Evaluator } from './evaluator.ts';

/** The evaluator behind a check that refuses rows with a missing value. */
export function refusingMissing({ transform, outputs }: Evaluator, names: readonly string[]): Evaluator {
  return {
    ...(transform && {
      transform: (input: Block) => {
        checkPresent(input, names);
        return transform(input);
      },
    }),
    ...(outputs && {
      outputs: (input: Block) => {
        checkPresent(input, names);
        return outputs(input);
      },
    }),
  };
}

function checkPresent(block: Block, names: readonly string[]): void {
  const { rows, cols } = block;
  if (block.kind === 'sparse') return;
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      const cell = block.kind === 'dense' ? block.data[row * cols + col] : block.columns[col]![row];
      if (cell === null || Number.isNaN(cell))
        refuseCell(row, names[col] ?? `x${col}`, 'expected a value, got a missing one');
    }
  }
}
