import { PlimsollError } from '../core/errors.ts';
import { columnsIn } from '../model/arithmetic.ts';
import type { ModelStep, StepKind, StepOf } from '../model/step.ts';
import { placeOf } from '../model/step-base.ts';
import { givesColumns, transformWidth } from '../model/step-inference.ts';

/** The input columns that each output column of a step is made of. */
export type ColumnSources = readonly (readonly number[])[];

/** What transforms `width` columns says of those that it gives; of kinds that are not here each is made of all. */
const SOURCES: { readonly [K in StepKind]?: (step: StepOf<K>, width: number) => ColumnSources } = {
  pipeline: ({ steps }, width) =>
    steps.reduce<ColumnSources>((sources, { step }) => through(sources, step), itself(width)),
  'column-transformer': ({ branches }) =>
    branches.flatMap(({ columns, step }) => {
      const chosen = columns.map((column) => [column]);
      return step === null ? chosen : through(chosen, step);
    }),
  'feature-union': ({ branches }, width) => branches.flatMap(({ step }) => columnSources(step, width)),
  'standard-scaler': (_step, width) => itself(width),
  'min-max-scaler': (_step, width) => itself(width),
  'max-abs-scaler': (_step, width) => itself(width),
  'robust-scaler': (_step, width) => itself(width),
  normalizer: (_step, width) => repeated(itself(width).flat(), width),
  'one-hot': ({ columns }) => columns.flatMap((column, k) => repeated([k], column.width)),
  'category-table': ({ columns }) => columns.flatMap((column, k) => repeated([k], column.width)),
  'label-encoder': (_step, width) => itself(width),
  'simple-imputer': ({ fill, indicators }) => [
    ...fill.flatMap((value, k) => (value === null ? [] : [[k]])),
    ...indicators.map((k) => [k]),
  ],
  'value-domain': (_step, width) => itself(width),
  function: (_step, width) => itself(width),
  arithmetic: ({ columns }) => columns.map((expression) => [...columnsIn(expression)].sort((a, b) => a - b)),
  'count-vectorizer': ({ vocabulary }) => repeated([0], vocabulary.length),
  'hashing-vectorizer': ({ columns }) => repeated([0], columns),
  tfidf: (step, width) => (step.norm === null ? itself(width) : repeated(itself(width).flat(), width)),
};

/** Sources of the columns that a step gives of `width` columns. Throws INTERNAL for one that gives none. */
export function columnSources(step: ModelStep, width: number): ColumnSources {
  const sources = SOURCES[step.kind] as ((step: ModelStep, width: number) => ColumnSources) | undefined;
  if (sources !== undefined) return sources(step, width);
  if (!givesColumns(step))
    throw new PlimsollError('INTERNAL', {
      action: 'an explanation',
      reason: `${placeOf(step.origin).path} gives no columns`,
    });
  return repeated(itself(width).flat(), transformWidth(step, width) ?? 0);
}

const itself = (width: number): ColumnSources => Array.from({ length: width }, (_, k) => [k]);
const repeated = (sources: readonly number[], count: number): ColumnSources =>
  Array.from({ length: count }, () => sources);

/** Sources of the columns of a step in terms of those of what it is given; lists that columns share are mapped once. */
function through(given: ColumnSources, step: ModelStep): ColumnSources {
  const mapped = new Map<readonly number[], readonly number[]>();
  return columnSources(step, given.length).map((columns) => {
    const known = mapped.get(columns);
    if (known !== undefined) return known;
    const sources = [...new Set(columns.flatMap((column) => given[column] ?? []))];
    mapped.set(columns, sources);
    return sources;
  });
}
