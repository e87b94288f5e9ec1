import { elementAt } from '../core/element-at.ts';
import type { ColumnNeed } from './column-need.ts';
import { extraOutputsOf } from './extra-outputs.ts';
import type { ColumnSpec, OutputSpec, Signature } from './signature.ts';
import type { ModelStep } from './step.ts';
import type { ColumnType, RowForm } from './step-description.ts';
import { columnTypesOf, needsOf, outputsOf, rowFormOf, transformWidth } from './step-inference.ts';
import type { LabelSet } from './tensor.ts';
import { modelUnsupported } from './way-past.ts';

/** Input columns of a table. */
const MAX_COLUMNS = 100_000;
const TRANSFORM: OutputSpec = { name: 'transform', dtype: 'float64', shape: [-1, -1] };
/** Names of the columns of a model that was fitted without any: numbered in a table. */
const MADE_NAMES: { readonly [F in RowForm]: (index: number) => string } = {
  table: (index) => `x${index}`,
  text: () => 'text',
  labels: () => 'label',
};

/**
 * Signature of a fitted object, from its steps alone: names from `feature_names_in_` (else `x0`, `x1`, …), types,
 * nullability and categories inferred backwards, outputs as `hasattr` says in scikit-learn.
 * Throws MODEL_UNSUPPORTED where `transform` would mix strings and numbers: no tensor holds that.
 */
export function signatureOfModel(root: ModelStep): Signature {
  checkWidth(root);
  const needs = needsOf(root, null, null);
  const columns = uniquelyNamed((needs ?? []).map((need, i) => columnOf(root, need, i)));
  const types = columns.map((column) => column.type);
  const width = needs === null ? null : transformWidth(root, columns.length);
  const dtype = transformType(root, types);
  const outputs = outputsOf(root, { ...TRANSFORM, dtype, shape: [-1, width ?? -1] });
  const extras = extraOutputsOf(root);
  return {
    form: rowFormOf(root),
    columns,
    ...(needs === null ? { open: true as const } : {}),
    outputs,
    ...(extras.length === 0 ? {} : { extras }),
    classes: classesOf(outputs),
  };
}

/** Every input column is described one by one, in the signature and in the documents made from it. */
function checkWidth(root: ModelStep): void {
  const first = root.kind === 'pipeline' ? elementAt(root.steps, 0).step : root;
  const width = rowFormOf(root) === 'text' ? 1 : (root.features ?? first.features ?? 0);
  if (width <= MAX_COLUMNS) return;
  const { path, class: name, offset } = root.origin;
  throw modelUnsupported({
    path: path === '' ? 'the model' : path,
    class: name,
    offset,
    field: 'n_features_in_',
    found: `${width} columns`,
    wanted: `up to ${MAX_COLUMNS} columns are`,
  });
}

function columnOf(root: ModelStep, need: ColumnNeed, index: number): ColumnSpec {
  const given = namesOf(root)?.[index];
  return {
    name: given ?? MADE_NAMES[rowFormOf(root)](index),
    named: given !== undefined,
    type: need.type === 'any' ? 'number' : need.type,
    nullable: need.nullable,
    ...(need.integers ? { integers: true as const } : {}),
    ...(need.categories === undefined ? {} : { categories: need.categories }),
    ...(need.unknown === undefined ? {} : { unknown: need.unknown }),
    ...(need.largest === undefined ? {} : { largest: need.largest }),
    ...(need.used ? {} : { ignored: true as const }),
  };
}

/** A name that comes again is numbered as pandas does on reading: no row by name could say which is meant. */
function uniquelyNamed(columns: readonly ColumnSpec[]): readonly ColumnSpec[] {
  const taken = new Set(columns.map(({ name }) => name));
  if (taken.size === columns.length) return columns;
  const seen = new Set<string>();
  return columns.map((column) => {
    let name = column.name;
    for (let i = 1; seen.has(name) || (name !== column.name && taken.has(name)); i++)
      name = `${column.name}.${i}`;
    seen.add(name);
    return { ...column, name };
  });
}

const namesOf = (step: ModelStep): readonly string[] | null =>
  step.featureNames ?? (step.kind === 'pipeline' ? namesOf(elementAt(step.steps, 0).step) : null);

/** Type of the one tensor that `transform` answers with. */
function transformType(root: ModelStep, input: readonly ColumnType[]): 'float64' | 'string' {
  const transforms = outputsOf(root, TRANSFORM).includes(TRANSFORM);
  const types = transforms ? columnTypesOf(root, input) : [];
  const strings = types.filter((type) => type === 'string').length;
  if (strings === 0) return 'float64';
  if (strings === types.length) return 'string';
  throw modelUnsupported({
    path: 'the model',
    class: root.origin.class,
    offset: root.origin.offset,
    field: 'the output of transform',
    found: 'strings beside numbers',
    wanted: 'columns of one type are',
  });
}

/** Classes of the main label output, or null. */
const classesOf = (outputs: readonly OutputSpec[]): LabelSet | null =>
  outputs.find((output) => output.name === 'predict')?.classes ?? null;
