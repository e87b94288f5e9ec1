import type { StepBase } from './step-base.ts';

/** What counts as missing. A JSON null reads as NaN (numbers) or null (strings); both match `missing: 'null'`. */
export type MissingMarker =
  | { readonly kind: 'null' }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string };

export interface SimpleImputerStep extends StepBase {
  readonly kind: 'simple-imputer';
  readonly missing: MissingMarker;
  /** Whether the imputed columns are numbers or strings. */
  readonly type: 'number' | 'string';
  /** Fill value an input column; null where the column was empty at fit and is dropped from the output. */
  readonly fill: readonly (number | string | null)[];
  /** Input columns whose 0/1 missing indicator is appended (add_indicator), in order. */
  readonly indicators: readonly number[];
}
