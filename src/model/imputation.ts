import { type ColumnNeed, type ColumnNeeds, FINITE } from './column-need.ts';
import type { StepBase } from './step-base.ts';
import { type ColumnType, NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';

/** What counts as missing. A JSON null reads as NaN (numbers) or null (strings); both match `missing: 'null'`. */
export type MissingMarker =
  | { readonly kind: 'null' }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string };

export interface SimpleImputerStep extends StepBase {
  readonly kind: 'simple-imputer';
  readonly missing: MissingMarker;
  /** Whether the imputed columns are numbers or strings; `any` where none is kept, and both may be looked at. */
  readonly type: 'number' | 'string' | 'any';
  /** Fill value an input column; null where the column was empty at fit and is dropped from the output. */
  readonly fill: readonly (number | string | null)[];
  /** Input columns whose 0/1 missing indicator is appended (add_indicator), in order. */
  readonly indicators: readonly number[];
  /** Input columns in which a missing value refuses the row. @default {none} */
  readonly complete?: readonly number[];
}

/** Columns that the output keeps, in order. */
export const filledColumns = ({ fill }: SimpleImputerStep): readonly number[] =>
  fill.flatMap((value, column) => (value === null ? [] : [column]));

/** What follows sees filled columns: it says which categories there are, and nothing about missing ones. */
function imputerNeeds(step: SimpleImputerStep, out: ColumnNeeds | null): ColumnNeeds {
  let kept = 0;
  const complete = new Set(step.complete);
  return step.fill.map((fill, column): ColumnNeed => {
    const after = fill === null ? undefined : out?.[kept++];
    return {
      type: step.type,
      nullable: step.missing.kind === 'null' && !complete.has(column),
      used: true,
      ...(step.type === 'number' ? FINITE : {}),
      ...(after?.categories === undefined ? {} : { categories: after.categories }),
      ...(after?.unknown === undefined ? {} : { unknown: after.unknown }),
    };
  });
}

/** Types of the columns that an imputer gives: the kept ones, then an indicator each. */
const imputedTypes = ({ fill, type, indicators }: SimpleImputerStep): readonly ColumnType[] => [
  ...fill.filter((value) => value !== null).map(() => (type === 'any' ? 'number' : type)),
  ...indicators.map(() => 'number' as const),
];

export const IMPUTATION_STEPS: StepDescriptions<SimpleImputerStep> = {
  'simple-imputer': {
    ...NUMERIC_TRANSFORMER,
    needs: (step, _width, out) => imputerNeeds(step, out),
    width: (step) => imputedTypes(step).length,
    types: imputedTypes,
    rounding: 'none',
  },
};
