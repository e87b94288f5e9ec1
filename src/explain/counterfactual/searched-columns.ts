import type { Batch } from '../../model/batch.ts';
import type { ColumnSpec } from '../../model/signature.ts';
import { isMissingCell, type RowCell } from './changed-rows.ts';
import { type ColumnRules, columnFreedom } from './column-rules.ts';
import { knownNumbers } from './distance.ts';

/** Texts of a background that are taken for the categories of a column. */
const MOST_TEXTS = 1000;

/** What a column may become, before anything is known of the model's questions. */
export interface ColumnDomainRule {
  readonly spec: ColumnSpec;
  readonly freedom: ReturnType<typeof columnFreedom>;
  readonly categories: readonly RowCell[] | null;
  /** Numbers of the background, ascending. */
  readonly known: Float64Array;
  readonly isWhole: boolean;
}

/** Categories are those that the model knows; of texts without any, those of the background. */
export function columnDomains(
  columns: readonly ColumnSpec[],
  rules: ColumnRules,
  background: Batch | null,
): readonly ColumnDomainRule[] {
  return columns.map((spec, k) => {
    const known = knownNumbers(background, k);
    const freedom = columnFreedom(rules, spec.name);
    return {
      ...{ spec, freedom, known, categories: categoriesOf(spec, background, k) },
      isWhole: known.length > 0 && known.every(Number.isInteger),
    };
  });
}

function categoriesOf(spec: ColumnSpec, background: Batch | null, column: number): readonly RowCell[] | null {
  if (spec.categories !== undefined)
    return spec.categories.flatMap((value) =>
      value === null ? [] : [typeof value === 'boolean' ? Number(value) : value],
    );
  if (spec.type === 'bool') return [0, 1];
  if (spec.type === 'number') return null;
  const cells = background?.kind === 'table' ? background.columns[column] : undefined;
  if (cells === undefined || cells instanceof Float64Array) return [];
  return [...new Set(cells)].filter((cell) => !isMissingCell(cell)).slice(0, MOST_TEXTS);
}
