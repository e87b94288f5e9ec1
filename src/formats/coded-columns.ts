import type { TableColumn } from '../model/encoding.ts';
import type { ModelStep } from '../model/step.ts';
import type { StepBase } from '../model/step-base.ts';
import { blockBase, columnRuns, frameStep } from './frame-step.ts';

/** Columns of categories that trees ask about by their codes. */
export interface CodedColumns {
  readonly name: string;
  readonly columns: ReadonlyMap<number, TableColumn>;
}

/** A number a category; another category is missing, or refuses the row. */
export const codedColumn = (
  categories: TableColumn['categories'],
  codes: Float64Array,
  unknown: 'missing' | 'error',
): TableColumn => ({
  categories,
  width: 1,
  rows: codes,
  unknown: unknown === 'error' ? null : Float64Array.of(Number.NaN),
});

/** Trees behind the codes of their columns: each in its place, the other columns as they are. */
export function behindCodes(trees: ModelStep, base: StepBase, coded: CodedColumns): ModelStep {
  const { path } = base.origin;
  const origin = { ...base.origin, path: path === '' ? coded.name : `${path}.${coded.name}` };
  return {
    kind: 'pipeline',
    ...base,
    steps: [
      { name: coded.name, step: codesStep({ ...base, origin }, coded) },
      { name: 'trees', step: { ...trees, featureNames: null } },
    ],
  };
}

function codesStep(base: StepBase, { columns: known }: CodedColumns): ModelStep {
  const runs = columnRuns(base.features ?? 0, (column) => known.has(column));
  const tableStep = (columns: readonly number[]): ModelStep => ({
    kind: 'category-table',
    ...blockBase(base, columns),
    columns: columns.flatMap((column) => known.get(column) ?? []),
  });
  return frameStep(
    base,
    runs.map(({ kind: isCoded, columns }) => ({ columns, step: isCoded ? tableStep(columns) : null })),
  );
}
