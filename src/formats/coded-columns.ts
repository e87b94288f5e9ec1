import type { OrdinalColumn } from '../model/encoding.ts';
import type { ColumnBranch, ModelStep } from '../model/step.ts';
import type { StepBase } from '../model/step-base.ts';

/** Columns of categories that trees ask about by their codes; `unknown` says what other categories are. */
export interface CodedColumns {
  readonly name: string;
  readonly columns: ReadonlyMap<number, OrdinalColumn>;
  /** `ignore`: missing. */
  readonly unknown: 'ignore' | 'error';
}

/** Trees behind the codes of their columns: each in its place, the other columns as they are. */
export function behindCodes(trees: ModelStep, base: StepBase, coded: CodedColumns): ModelStep {
  return {
    kind: 'pipeline',
    ...base,
    steps: [
      { name: coded.name, step: codesStep(base, coded) },
      { name: 'trees', step: { ...trees, featureNames: null } },
    ],
  };
}

function codesStep(base: StepBase, coded: CodedColumns): ModelStep {
  const { path } = base.origin;
  const origin = { ...base.origin, path: path === '' ? coded.name : `${path}.${coded.name}` };
  const branches: ColumnBranch[] = [];
  const width = base.features ?? 0;
  for (let from = 0; from < width; ) {
    const isCoded = coded.columns.has(from);
    let to = from + 1;
    while (to < width && coded.columns.has(to) === isCoded) to += 1;
    const columns = Array.from({ length: to - from }, (_, i) => from + i);
    branches.push({
      name: base.featureNames?.[from] ?? `x${from}`,
      columns,
      scalar: false,
      weight: null,
      step: isCoded ? ordinalStep(origin, columns, coded) : null,
    });
    from = to;
  }
  return { kind: 'column-transformer', ...base, origin, branches };
}

const NO_CATEGORIES: OrdinalColumn = {
  categories: { type: 'number', values: new Float64Array(0) },
  codes: new Float64Array(0),
};

const ordinalStep = (
  origin: StepBase['origin'],
  columns: readonly number[],
  { columns: known, unknown }: CodedColumns,
): ModelStep => ({
  kind: 'ordinal',
  origin,
  features: columns.length,
  featureNames: null,
  columns: columns.map((column) => known.get(column) ?? NO_CATEGORIES),
  unknown,
  unknownValue: Number.NaN,
});
