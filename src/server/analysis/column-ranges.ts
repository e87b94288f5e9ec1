/** Between which values the columns of a model lie: by rows, or by what the model itself asks about. */
import { columnCells } from '../../importance/batch-columns.ts';
import type { ColumnBatch, ColumnValues } from '../../model/batch.ts';
import type { ModelContent } from '../../model/description.ts';
import type { ColumnSpec } from '../../model/signature.ts';
import { knownValues } from '../../registry/boundary/example.ts';
import type { VersionColumns } from './view-schemas.ts';

type ColumnRange = VersionColumns['columns'][number];

/** Categories of a column that are told, the most frequent ones. */
const MOST_CATEGORIES = 200;

export const rangesOfRows = (specs: readonly ColumnSpec[], rows: ColumnBatch): readonly ColumnRange[] =>
  specs.map((spec, k) => {
    const cells = columnCells(rows, k);
    const present = numbersOf(cells);
    const missing = cells.length === 0 ? 0 : 1 - countPresent(cells) / cells.length;
    return { ...rangeOf(spec, present, textsOf(cells)), missing };
  });

/** By the thresholds and categories that the steps of a model ask about. */
export function rangesOfSteps(
  specs: readonly ColumnSpec[],
  content: Extract<ModelContent, { kind: 'steps' }>,
): readonly ColumnRange[] {
  const columns = knownValues(content, specs.length);
  return specs.map((spec, k) => {
    const asked = columns[k];
    const numbers = Float64Array.from(asked?.numbers ?? []).filter(Number.isFinite);
    return rangeOf(spec, numbers, [...(asked?.strings ?? [])]);
  });
}

/** Nothing is known but what the signature says. */
export const rangesOfSignature = (specs: readonly ColumnSpec[]): readonly ColumnRange[] =>
  specs.map((spec) => rangeOf(spec, new Float64Array(0), []));

function rangeOf(spec: ColumnSpec, numbers: Float64Array, texts: readonly string[]): ColumnRange {
  const { name, type, categories } = spec;
  const known = { name, type, missing: 0 };
  if (categories !== undefined || type === 'string') {
    const own = [...(categories ?? texts)].slice(0, MOST_CATEGORIES);
    // A text that nobody has seen a value of is no choice among none.
    return { ...known, ...NO_NUMBERS, categories: own.length === 0 ? null : own };
  }
  const sorted = numbers.toSorted();
  return {
    ...known,
    low: sorted[0] ?? null,
    high: sorted.at(-1) ?? null,
    median: sorted[sorted.length >> 1] ?? null,
    whole: sorted.length > 0 && sorted.every(Number.isInteger),
    categories: null,
  };
}

const NO_NUMBERS = { low: null, high: null, median: null, whole: false };

const numbersOf = (cells: ColumnValues): Float64Array =>
  cells instanceof Float64Array ? cells.filter(Number.isFinite) : new Float64Array(0);

const countPresent = (cells: ColumnValues): number =>
  cells instanceof Float64Array
    ? cells.reduce((count, cell) => count + Number(!Number.isNaN(cell)), 0)
    : cells.reduce((count, cell) => count + Number(cell !== null), 0);

/** The most frequent first. */
function textsOf(cells: ColumnValues): readonly string[] {
  if (cells instanceof Float64Array) return [];
  const counts = new Map<string, number>();
  for (const cell of cells) if (cell !== null) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([text]) => text);
}
