/** How DuckDB's columns reach the scorer: what is selected for each, and as what kind of vector it comes. Pure. */
import type { ColumnVector } from '../../scorer/frame.ts';
import { identifier } from '../../sql/identifiers.ts';

export interface SelectedFeature {
  /** What to select. */
  readonly expression: string;
  readonly kind: ColumnVector['kind'];
}

const NUMBERS = /^U?(?:TINY|SMALL)INT$|^U?INTEGER$|^FLOAT$|^DOUBLE$/;
/** Wider than a double is exact for; a model reads them as doubles. */
const WIDE = /^U?HUGEINT$|^DECIMAL\b|^BIGNUM$/;

/** A column of DuckDB's type `type`; what is no number, boolean or list is read as its text. */
export function selectedFeatureOf(name: string, type: string): SelectedFeature {
  const column = identifier(name);
  if (type.endsWith(']')) return { expression: column, kind: 'lists' };
  if (NUMBERS.test(type)) return { expression: column, kind: 'numbers' };
  if (type === 'BIGINT' || type === 'UBIGINT') return { expression: column, kind: 'bigints' };
  if (type === 'BOOLEAN') return { expression: `${column}::UTINYINT`, kind: 'bools' };
  if (WIDE.test(type)) return { expression: `${column}::DOUBLE`, kind: 'numbers' };
  if (type === 'VARCHAR') return { expression: column, kind: 'texts' };
  return { expression: `${column}::VARCHAR`, kind: 'texts' };
}
