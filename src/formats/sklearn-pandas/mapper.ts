import type { CategoryTableStep, ColumnCategories, LabelEncoderStep } from '../../model/encoding.ts';
import { indicatedClasses, type LabelBinarizerStep } from '../../model/label-binarizer.ts';
import type { ColumnBranch, ModelStep } from '../../model/step.ts';
import type { LabelSet } from '../../model/tensor.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toText } from '../sklearn/arrays.ts';
import { show } from '../sklearn/show.ts';
import type { EstimatorView } from '../sklearn/view.ts';

/** One of `built_features`: `(columns, transformers, options)`. */
interface MappedFeature {
  readonly names: readonly string[];
  /** A name alone selects a series. */
  readonly scalar: boolean;
  readonly transformer: PyValue;
}

/**
 * DataFrameMapper: columns by name, each list of them through its transformers, side by side. It keeps no list of the columns
 * of the table: those that it takes are all that it needs.
 */
export function readDataFrameMapper(view: EstimatorView): ModelStep | null {
  const fallback = view.get('built_default', 'default');
  if (fallback !== false && fallback !== undefined)
    throw view.unsupported('default', show(fallback), 'False (columns that are not listed are left out) is');
  const features = view
    .items('built_features', 'build_features', 'features')
    .map((item) => featureOf(view, item));
  const names = [...new Set(features.flatMap((feature) => feature.names))];
  const branches: ColumnBranch[] = [];
  for (const [i, { names: own, scalar, transformer }] of features.entries()) {
    view.reading.repeat(own.length, view.origin);
    const path = view.pathTo(`features.${i}`);
    const step = transformer === null ? null : view.reading.step(transformer, path, view.release);
    if (step === null && transformer !== null) return null;
    const columns = own.map((name) => names.indexOf(name));
    const name = own.join('_');
    branches.push({ name, columns, scalar, weight: null, step: step === null ? null : asColumns(step) });
  }
  return {
    kind: 'column-transformer',
    origin: view.origin,
    features: names.length,
    featureNames: names,
    branches,
  };
}

function featureOf(view: EstimatorView, item: PyValue): MappedFeature {
  const [columns, transformer] = arrayItemsOf(item) ?? [];
  const name = toText(columns);
  const names = name === null ? arrayItemsOf(columns)?.map(toText) : [name];
  if (!names?.every((one) => one !== null) || transformer === undefined)
    throw view.unsupported('features', show(item), 'names of columns, each with its transformers, are');
  return {
    names,
    scalar: name !== null,
    transformer: isType(transformer, 'list') ? onlyOf(view, transformer) : transformer,
  };
}

/** Lists of transformers are pipelines by the time that the mapper is fitted. */
function onlyOf(view: EstimatorView, { items }: { readonly items: readonly PyValue[] }): PyValue {
  const [only = null, ...others] = items;
  if (others.length > 0) throw view.invalid('built_features', 'a list of transformers', 'a pipeline of them');
  return only;
}

/** A label encoder gives a column of numbers here, and a label binarizer one a class. */
function asColumns(step: ModelStep): ModelStep {
  switch (step.kind) {
    case 'label-encoder':
      return codesOfLabels(step);
    case 'label-binarizer':
      return indicatorsOfLabels(step);
    case 'pipeline':
      return { ...step, steps: step.steps.map((part) => ({ ...part, step: asColumns(part.step) })) };
    default:
      return step;
  }
}

function codesOfLabels({ classes, ...base }: LabelEncoderStep): CategoryTableStep {
  const rows = Float64Array.from(classes.values.keys());
  const column = { categories: categoriesOf(classes), width: 1, rows, unknown: null };
  return { ...base, kind: 'category-table', columns: [column] };
}

/** A label that is missing is refused, one that is not known has no indicator. */
function indicatorsOfLabels(step: LabelBinarizerStep): CategoryTableStep {
  const { classes, positive, negative, ...base } = step;
  const indicated = indicatedClasses(step);
  const rows = [...classes.values.keys()].flatMap((label) =>
    indicated.map((index) => (index === label ? positive : negative)),
  );
  const column = {
    categories: categoriesOf(classes),
    width: indicated.length,
    rows: Float64Array.from(rows),
    unknown: new Float64Array(indicated.length).fill(negative),
  };
  return { ...base, kind: 'category-table', columns: [column], refusesMissing: true };
}

const categoriesOf = (classes: LabelSet): ColumnCategories =>
  classes.type === 'string' || classes.type === 'bool'
    ? classes
    : { type: 'number', values: Float64Array.from(classes.values) };
