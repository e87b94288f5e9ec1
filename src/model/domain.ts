import { type ColumnNeed, FINITE } from './column-need.ts';
import type { ColumnCategories } from './encoding.ts';
import type { MissingMarker } from './imputation.ts';
import type { StepBase } from './step-base.ts';
import { NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';

/** What becomes of a cell: itself, a value (null is a missing one), or a refusal of its row. */
export type CellTreatment =
  | { readonly kind: 'keep' }
  | { readonly kind: 'refuse' }
  | { readonly kind: 'replace'; readonly value: number | string | null };

/** Numbers from `low` to `high`, both inside. */
export interface NumberInterval {
  readonly type: 'interval';
  readonly low: number;
  readonly high: number;
  /** What becomes of numbers inside that are below or above others; null where each stays. */
  readonly outliers: OutlierTreatment | null;
}

export interface OutlierTreatment {
  readonly low: number;
  readonly high: number;
  readonly below: CellTreatment;
  readonly above: CellTreatment;
}

/** Which cells of a column are valid, and what becomes of the others. A valid cell stays as it is. */
export interface DomainColumn {
  readonly valid: ColumnCategories | NumberInterval;
  /** What counts as missing. */
  readonly missing: readonly MissingMarker[];
  readonly whenMissing: CellTreatment;
  readonly whenInvalid: CellTreatment;
}

/** Cells outside of what a column is known to hold are replaced or refused: rare categories, domains of PMML. */
export interface ValueDomainStep extends StepBase {
  readonly kind: 'value-domain';
  readonly columns: readonly DomainColumn[];
}

/** Type of a column's cells, in and out. */
export const domainType = ({ valid }: DomainColumn): 'number' | 'string' | 'bool' =>
  valid.type === 'interval' ? 'number' : valid.type;

/** Whether what follows takes a missing value; of strings, no tensor that is answered holds one. */
const takesMissing = (type: ColumnNeed['type'], after: ColumnNeed | undefined): boolean =>
  type === 'string' ? after?.type === 'string' && after.nullable : (after?.nullable ?? true);

function domainNeed(column: DomainColumn, after: ColumnNeed | undefined): ColumnNeed {
  const { valid, missing, whenMissing, whenInvalid } = column;
  const type = domainType(column);
  const treatment = missing.some(({ kind }) => kind === 'null') ? whenMissing : whenInvalid;
  const staysMissing =
    treatment.kind === 'keep' || (treatment.kind === 'replace' && treatment.value === null);
  const nullable = treatment.kind !== 'refuse' && (!staysMissing || takesMissing(type, after));
  const need = { type, nullable, used: true, ...(type === 'number' ? FINITE : {}) };
  if (valid.type === 'interval') return need;
  const markers = missing.flatMap((marker) => (marker.kind === type ? [marker.value] : []));
  const known = Array.from<number | string | boolean | null>(valid.values);
  const categories = [...known.filter((value) => value !== null), ...markers];
  return { ...need, categories, unknown: whenInvalid.kind === 'refuse' ? 'error' : 'ignore' };
}

export const DOMAIN_STEPS: StepDescriptions<ValueDomainStep> = {
  'value-domain': {
    ...NUMERIC_TRANSFORMER,
    needs: ({ columns }, _width, out) => columns.map((column, i) => domainNeed(column, out?.[i])),
    width: ({ columns }) => columns.length,
    types: ({ columns }) => columns.map(domainType),
    rounding: 'none',
  },
};
