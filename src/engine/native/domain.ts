import type { ColumnValues } from '../../model/batch.ts';
import type { CellTreatment, DomainColumn, NumberInterval, ValueDomainStep } from '../../model/domain.ts';
import type { ColumnCategories } from '../../model/encoding.ts';
import type { MissingMarker } from '../../model/imputation.ts';
import { columnOf, type RowBlock, refuseCell } from './block.ts';
import { checkWidth, type EvaluatorContext, type StepEvaluator } from './evaluator.ts';

type Cell = number | string | null;
/** What becomes of a cell. */
type CellRule = (cell: Cell, row: number, name: string) => Cell;

/** Cells outside of a column's domain are replaced or refused; the others stay as they are. */
export function prepareValueDomain(step: ValueDomainStep, { names }: EvaluatorContext): StepEvaluator {
  const rules = step.columns.map(ruleOf);
  return {
    transform: (input): RowBlock => {
      checkWidth(input, rules.length);
      const columns = rules.map((rule, col): ColumnValues => {
        const source = columnOf(input, col, names);
        const name = names[col] ?? `x${col}`;
        return source instanceof Float64Array
          ? source.map((cell, row) => numberIn(rule(cell, row, name)))
          : source.map((cell, row) => textIn(rule(cell, row, name), row, name));
      });
      return { kind: 'columns', rows: input.rows, cols: columns.length, columns };
    },
  };
}

const numberIn = (cell: Cell): number => (typeof cell === 'number' ? cell : Number.NaN);

const textIn = (cell: Cell, row: number, name: string): string | null =>
  typeof cell === 'number' && !Number.isNaN(cell)
    ? refuseCell(row, name, `the number ${cell} stands in a column of strings`)
    : typeof cell === 'string'
      ? cell
      : null;

function ruleOf({ valid, missing, whenMissing, whenInvalid }: DomainColumn): CellRule {
  const isMissing = missing.map(markerTest);
  const [onMissing, onInvalid] = [
    treat(whenMissing, 'a missing value'),
    treat(whenInvalid, 'outside of what the model was fitted on'),
  ];
  const inside = valid.type === 'interval' ? intervalRule(valid, onInvalid) : categoryRule(valid, onInvalid);
  return (cell, row, name) => {
    const rule = isMissing.some((test) => test(cell)) ? onMissing : inside;
    return rule(cell, row, name);
  };
}

/** Bools are numbers in columns. */
function categoryRule({ values }: ColumnCategories, onInvalid: CellRule): CellRule {
  const known = new Set(
    Array.from<number | string | boolean | null, Cell>(values, (value) =>
      typeof value === 'boolean' ? Number(value) : value,
    ),
  );
  return (cell, row, name) => (known.has(cell) ? cell : onInvalid(cell, row, name));
}

function markerTest(marker: MissingMarker): (cell: Cell) => boolean {
  if (marker.kind === 'null') return (cell) => cell === null || Number.isNaN(cell);
  const { value } = marker;
  return (cell) => cell === value;
}

function treat(treatment: CellTreatment, what: string): CellRule {
  if (treatment.kind === 'keep') return (cell) => cell;
  if (treatment.kind === 'replace') return () => treatment.value;
  return (cell, row, name) =>
    refuseCell(
      row,
      name,
      cell === null || Number.isNaN(cell) ? 'a missing value' : `${JSON.stringify(cell)} is ${what}`,
    );
}

function intervalRule({ low, high, outliers }: NumberInterval, onInvalid: CellRule): CellRule {
  const below = outliers === null ? null : treat(outliers.below, `below ${outliers.low}`);
  const above = outliers === null ? null : treat(outliers.above, `above ${outliers.high}`);
  const [least, greatest] = [outliers?.low ?? low, outliers?.high ?? high];
  return (cell, row, name) => {
    if (typeof cell !== 'number' || !(cell >= low && cell <= high)) return onInvalid(cell, row, name);
    if (below !== null && cell < least) return below(cell, row, name);
    return above !== null && cell > greatest ? above(cell, row, name) : cell;
  };
}
