/** What the columns inside a model are called, after the columns of its rows: `age`, `plan = pro`, `age is missing`. Pure. */
import type { ColumnExpression } from '../model/arithmetic.ts';
import type { ColumnCategories, OneHotColumn } from '../model/encoding.ts';
import type { Signature } from '../model/signature.ts';
import type { ModelStep, StepKind, StepOf } from '../model/step.ts';
import { transformWidth } from '../model/step-inference.ts';

export type ColumnLabels = readonly string[];

/** The columns that a model is given; of a text or a label one. */
export function inputLabels(signature: Signature): ColumnLabels {
  if (signature.form === 'tensors') return [];
  return signature.columns.map(({ name }) => name);
}

/** Labels of the columns that a step gives, of those that it is given. */
type Labelled<K extends StepKind> = (step: StepOf<K>, given: ColumnLabels) => ColumnLabels;

const same = (_step: unknown, given: ColumnLabels): ColumnLabels => given;

/** Of kinds that are not here columns are numbered. */
const LABELS: { readonly [K in StepKind]?: Labelled<K> } = {
  pipeline: ({ steps }, given) =>
    steps.reduce<ColumnLabels>((labels, { step }) => stepLabels(step, labels), given),
  'column-transformer': ({ branches }, given) =>
    branches.flatMap(({ columns, step }) => {
      const chosen = chosenLabels(columns, given);
      return step === null ? chosen : stepLabels(step, chosen);
    }),
  'feature-union': ({ branches }, given) => branches.flatMap(({ step }) => stepLabels(step, given)),
  ...{ 'standard-scaler': same, 'min-max-scaler': same, 'max-abs-scaler': same, 'robust-scaler': same },
  ...{ normalizer: same, 'value-domain': same, tfidf: same, 'label-encoder': same },
  function: ({ function: name }, given) =>
    name === 'identity' ? given : given.map((label) => `${name}(${label})`),
  'one-hot': ({ columns }, given) => columns.flatMap((column, k) => oneHotLabels(column, labelAt(given, k))),
  'category-table': ({ columns }, given) =>
    columns.flatMap(({ width }, k) => numbered(labelAt(given, k), width)),
  'simple-imputer': ({ fill, indicators }, given) => [
    ...fill.flatMap((value, k) => (value === null ? [] : [labelAt(given, k)])),
    ...indicators.map((k) => `${labelAt(given, k)} is missing`),
  ],
  'knn-imputer': ({ columns, indicators }, given) => [
    ...columns.flatMap(({ kind }, k) => (kind === 'dropped' ? [] : [labelAt(given, k)])),
    ...indicators.map((k) => `${labelAt(given, k)} is missing`),
  ],
  'iterative-imputer': ({ initial }, given) => stepLabels(initial, given),
  arithmetic: ({ columns }, given) => columns.map((expression) => expressionText(expression, given)),
  'count-vectorizer': ({ vocabulary }) => vocabulary.map((term) => `“${term}”`),
  pca: ({ components }) => numbered('component', components.rows),
  'nearest-centre': ({ centers }) => numbered('distance to centre', centers.rows),
  'centre-tree': ({ centers }) => numbered('distance to centre', centers.rows),
};

/** Labels of the columns that a step gives: as many as it gives, where that can be told. */
export function stepLabels(step: ModelStep, given: ColumnLabels): ColumnLabels {
  const labelled = LABELS[step.kind] as ((step: ModelStep, given: ColumnLabels) => ColumnLabels) | undefined;
  return labelled?.(step, given) ?? numbered('column', transformWidth(step, given.length) ?? 0);
}

export const chosenLabels = (columns: readonly number[], given: ColumnLabels): ColumnLabels =>
  columns.map((column) => labelAt(given, column));

/** The label at a place; one that is made up, as a signature makes up names, where none is known. */
export const labelAt = (labels: ColumnLabels, place: number): string => labels[place] ?? `x${place}`;

const numbered = (name: string, count: number): ColumnLabels =>
  count === 1 ? [name] : Array.from({ length: count }, (_, k) => `${name} ${k + 1}`);

/** Which categories come to each column of a block. */
function oneHotLabels({ categories, slots, width, unknownSlot }: OneHotColumn, name: string): ColumnLabels {
  const values = categoryTexts(categories);
  const members = Array.from({ length: width }, (): string[] => []);
  for (const [k, slot] of slots.entries()) members[slot]?.push(values[k] ?? '');
  members[unknownSlot]?.push('others');
  return members.map((found) => {
    const [first, ...rest] = found;
    if (rest.length === 0) return `${name} = ${first ?? '…'}`;
    return `${name} in ${first}, … (${found.length})`;
  });
}

const categoryTexts = ({ values }: ColumnCategories): readonly string[] =>
  Array.from<string | number | boolean | null>(values).map((value) =>
    value === null || Number.isNaN(value) ? 'missing' : String(value),
  );

const SIGNS = { add: '+', subtract: '−', multiply: '×', divide: '÷', power: '^' } as const;
/** Parts of an expression that are told. */
const DEPTH = 4;

function expressionText(expression: ColumnExpression, given: ColumnLabels, depth = 0): string {
  const part = (inner: ColumnExpression): string => expressionText(inner, given, depth + 1);
  if (depth > DEPTH) return '…';
  switch (expression.kind) {
    case 'column':
      return labelAt(given, expression.column);
    case 'constant':
      return String(expression.value);
    case 'operation': {
      const { operator, left, right } = expression;
      if (operator === 'minimum' || operator === 'maximum')
        return `${operator}(${part(left)}, ${part(right)})`;
      const text = `${part(left)} ${SIGNS[operator]} ${part(right)}`;
      return depth === 0 ? text : `(${text})`;
    }
    case 'function':
      return `${expression.function}(${part(expression.of)})`;
    default:
      return `${expression.kind}(${part(expression.of)})`;
  }
}
