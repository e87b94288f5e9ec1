import { type ColumnNeed, type ColumnNeeds, UNUSED } from './column-need.ts';
import type { FunctionName } from './function.ts';
import type { StepBase } from './step-base.ts';
import { NUMERIC_TRANSFORMER, type StepDescriptions, type StepRounding } from './step-description.ts';

export type ArithmeticOperator = 'add' | 'subtract' | 'multiply' | 'divide' | 'power' | 'minimum' | 'maximum';

/** A number from the cells of a row. Missing numbers stay missing. */
export type ColumnExpression =
  | { readonly kind: 'column'; readonly column: number }
  | { readonly kind: 'constant'; readonly value: number }
  | {
      readonly kind: 'operation';
      readonly operator: ArithmeticOperator;
      readonly left: ColumnExpression;
      readonly right: ColumnExpression;
    }
  | { readonly kind: 'function'; readonly function: FunctionName; readonly of: ColumnExpression }
  /** `min(max(x, low), high)`. */
  | { readonly kind: 'clip'; readonly low: number; readonly high: number; readonly of: ColumnExpression }
  /** Number of the interval `(edges[i], edges[i + 1]]`, the first of them closed; NaN beyond them (`pandas.cut`). */
  | { readonly kind: 'interval'; readonly edges: Float64Array; readonly of: ColumnExpression }
  /** `above` where a number is 0 or more, else `below`. */
  | {
      readonly kind: 'sign';
      readonly of: ColumnExpression;
      readonly above: ColumnExpression;
      readonly below: ColumnExpression;
    };

/** Numbers of a column that the library refuses: below `low`, above `high`, and `excluded`. */
export interface ColumnDomain {
  readonly column: number;
  readonly low: number;
  readonly high: number;
  readonly excluded: number | null;
}

/** Plain arithmetic over the columns, an expression a column that comes out. */
export interface ArithmeticStep extends StepBase {
  readonly kind: 'arithmetic';
  readonly columns: readonly ColumnExpression[];
  readonly domains: readonly ColumnDomain[];
}

/** Parts of an expression, the outermost first. */
export function partsOfExpression(expression: ColumnExpression): readonly ColumnExpression[] {
  switch (expression.kind) {
    case 'column':
    case 'constant':
      return [expression];
    case 'operation':
      return [expression, ...partsOfExpression(expression.left), ...partsOfExpression(expression.right)];
    case 'sign':
      return [expression, expression.of, expression.above, expression.below].flatMap((part) =>
        part === expression ? [part] : partsOfExpression(part),
      );
    default:
      return [expression, ...partsOfExpression(expression.of)];
  }
}

/** Columns that an expression reads. */
export const columnsIn = (expression: ColumnExpression): ReadonlySet<number> =>
  new Set(partsOfExpression(expression).flatMap((part) => (part.kind === 'column' ? [part.column] : [])));

function arithmeticNeeds(step: ArithmeticStep, width: number, out: ColumnNeeds | null): ColumnNeeds {
  const used = step.columns.map(columnsIn);
  return Array.from({ length: width }, (_, column): ColumnNeed => {
    const read = used.flatMap((columns, i) => (columns.has(column) ? [i] : []));
    if (read.length === 0) return UNUSED;
    const nullable = read.every((i) => out?.[i]?.nullable ?? true);
    return { type: 'number', nullable, used: true };
  });
}

const ROUNDED: ReadonlySet<ColumnExpression['kind']> = new Set(['operation', 'function']);

/** A function of a cell is as exact as the function; what is computed with a result of one, or in one, is not. */
function expressionRounding(expression: ColumnExpression): StepRounding {
  const rounded = partsOfExpression(expression).filter(({ kind }) => ROUNDED.has(kind));
  const linked = rounded.some(
    (part) => part.kind === 'function' || (part.kind === 'operation' && part.operator === 'power'),
  );
  if (!linked) return rounded.length === 0 ? 'none' : 'same';
  return rounded.length === 1 ? 'link' : 'sum';
}

const ORDER: readonly StepRounding[] = ['none', 'same', 'link', 'sum'];

export const arithmeticRounding = ({ columns }: ArithmeticStep): StepRounding =>
  ORDER[Math.max(0, ...columns.map((column) => ORDER.indexOf(expressionRounding(column))))] ?? 'sum';

export const ARITHMETIC_STEPS: StepDescriptions<ArithmeticStep> = {
  arithmetic: {
    ...NUMERIC_TRANSFORMER,
    needs: arithmeticNeeds,
    width: ({ columns }) => columns.length,
    rounding: arithmeticRounding,
  },
};
