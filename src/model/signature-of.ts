import { PlimsollError } from '../core/errors.ts';
import { type ColumnNeed, needsOf } from './needs.ts';
import { classesOf, outputsOf } from './outputs-of.ts';
import type { ColumnSpec, Signature } from './signature.ts';
import type { ModelStep } from './step.ts';
import { transformWidth } from './width.ts';

type ColumnType = ColumnSpec['type'];

/** Input columns of a table. */
const MAX_COLUMNS = 100_000;

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
  const outputs = outputsOf(root, width, transformType(root, types));
  const form = root.kind === 'label-encoder' ? 'labels' : isText(root) ? 'text' : 'table';
  return {
    form,
    columns,
    ...(needs === null ? { open: true as const } : {}),
    outputs,
    classes: classesOf(outputs),
  };
}

/** Every input column is described one by one, in the signature and in the documents made from it. */
function checkWidth(root: ModelStep): void {
  const first = root.kind === 'pipeline' ? root.steps[0]!.step : root;
  const width = isText(root) ? 1 : (root.features ?? first.features ?? 0);
  if (width <= MAX_COLUMNS) return;
  const { path, class: name, offset } = root.origin;
  throw new PlimsollError('MODEL_UNSUPPORTED', {
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
  const made = root.kind === 'label-encoder' ? 'label' : isText(root) ? 'text' : `x${index}`;
  return {
    name: given ?? made,
    named: given !== undefined,
    type: need.type === 'any' ? 'number' : need.type,
    nullable: need.nullable,
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
  step.featureNames ?? (step.kind === 'pipeline' ? namesOf(step.steps[0]!.step) : null);

/** Whether the rows are bare strings: everything starts with a text vectorizer. */
function isText(step: ModelStep): boolean {
  if (step.kind === 'count-vectorizer') return true;
  if (step.kind === 'pipeline') return isText(step.steps[0]!.step);
  return (
    step.kind === 'feature-union' &&
    step.branches.length > 0 &&
    step.branches.every((branch) => isText(branch.step))
  );
}

function transformType(root: ModelStep, input: readonly ColumnType[]): 'float64' | 'string' {
  const last = root.kind === 'pipeline' ? root.steps.at(-1)!.step : root;
  const transforms = outputsOf(last, null, 'float64').some((output) => output.name === 'transform');
  const strings = transforms ? outputTypes(root, input).filter((type) => type === 'string').length : 0;
  if (strings === 0) return 'float64';
  if (strings === outputTypes(root, input).length) return 'string';
  throw new PlimsollError('MODEL_UNSUPPORTED', {
    path: 'the model',
    class: root.origin.class,
    offset: root.origin.offset,
    field: 'the output of transform',
    found: 'strings beside numbers',
    wanted: 'columns of one type are',
  });
}

/** Types of the columns that a step gives, from those it is given. */
function outputTypes(step: ModelStep, input: readonly ColumnType[]): readonly ColumnType[] {
  switch (step.kind) {
    case 'function':
      return step.function === 'identity' ? input : numbers(input.length);
    case 'simple-imputer': {
      const kept = step.fill.filter((value) => value !== null).map((): ColumnType => step.type);
      return [...kept, ...numbers(step.indicators.length)];
    }
    case 'pipeline':
      return step.steps.reduce((types, part) => outputTypes(part.step, types), input);
    case 'column-transformer':
      return step.branches.flatMap((branch) => {
        const types = branch.columns.map((column) => input[column] ?? 'number');
        return branch.step === null ? types : outputTypes(branch.step, types);
      });
    case 'feature-union':
      return step.branches.flatMap((branch) => outputTypes(branch.step, input));
    default:
      return numbers(transformWidth(step, input.length) ?? 0);
  }
}

const numbers = (width: number): readonly ColumnType[] =>
  Array.from({ length: width }, (): ColumnType => 'number');
