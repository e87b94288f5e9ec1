import type { ArithmeticOperator, ArithmeticStep, ColumnExpression } from '../../model/arithmetic.ts';
import { allocateCells, createScratch, type DenseBlock, refuseCell, toDense } from './block.ts';
import type { EvaluatorContext, StepEvaluator } from './evaluator.ts';
import { UFUNCS } from './function.ts';

/** The value of an expression in the row that begins at `at`. */
type Cell = (data: Float64Array, at: number) => number;

const OPERATORS: Readonly<Record<ArithmeticOperator, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  power: (a, b) => a ** b,
  minimum: Math.min,
  maximum: Math.max,
};

function cellOf(expression: ColumnExpression): Cell {
  switch (expression.kind) {
    case 'column': {
      const { column } = expression;
      return (data, at) => data[at + column]!;
    }
    case 'constant': {
      const { value } = expression;
      return () => value;
    }
    case 'operation': {
      const [left, right] = [cellOf(expression.left), cellOf(expression.right)];
      const apply = OPERATORS[expression.operator];
      return (data, at) => apply(left(data, at), right(data, at));
    }
    case 'function': {
      const [apply, of] = [UFUNCS[expression.function], cellOf(expression.of)];
      return (data, at) => apply(of(data, at));
    }
    case 'clip': {
      const { low, high } = expression;
      const of = cellOf(expression.of);
      return (data, at) => {
        const x = of(data, at);
        return x < low ? low : Math.min(x, high);
      };
    }
    case 'interval':
      return intervalCell(expression.edges, cellOf(expression.of));
    case 'sign': {
      const [of, above] = [cellOf(expression.of), cellOf(expression.above)];
      const below = cellOf(expression.below);
      return (data, at) => (of(data, at) >= 0 ? above(data, at) : below(data, at));
    }
  }
}

function intervalCell(edges: Float64Array, of: Cell): Cell {
  const last = edges.length - 1;
  return (data, at) => {
    const x = of(data, at);
    if (!(x >= edges[0]! && x <= edges[last]!)) return Number.NaN;
    let [low, high] = [0, last];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (edges[middle]! < x) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : low - 1;
  };
}

/** An expression a column, over rows whose numbers are within the domains of the columns. */
export function prepareArithmetic(step: ArithmeticStep, { names }: EvaluatorContext): StepEvaluator {
  const scratch = createScratch();
  const cells = step.columns.map(cellOf);
  return {
    transform: (input) => {
      const block = toDense(input, names, scratch);
      checkDomains(step, block, names);
      const { rows, cols, data } = block;
      const out = allocateCells(rows * cells.length);
      for (const [k, cell] of cells.entries())
        for (let row = 0; row < rows; row++) out[row * cells.length + k] = cell(data, row * cols);
      return { kind: 'dense', rows, cols: cells.length, data: out };
    },
  };
}

function checkDomains({ domains }: ArithmeticStep, block: DenseBlock, names: readonly string[]): void {
  const { rows, cols, data } = block;
  for (const { column, low, high, excluded } of domains) {
    for (let row = 0; row < rows; row++) {
      const x = data[row * cols + column]!;
      if (x < low || x > high || x === excluded)
        refuseCell(row, names[column] ?? `x${column}`, `${x} is outside of what its formula takes`);
    }
  }
}
