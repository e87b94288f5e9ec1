import type { CatBoostHead } from '../../model/catboost.ts';
import type { LabelSet } from '../../model/tensor.ts';
import type { ModelRefusals } from './failure.ts';
import { type ClassParameters, classParametersOf, lossOf, thresholdOf } from './info.ts';
import type { CatBoostFile } from './model-file.ts';

const WRAPPERS = ['CatBoost', 'CatBoostClassifier', 'CatBoostRegressor', 'CatBoostRanker'] as const;

/** The class of the object that the model was saved in; null of a model file, which has none. */
export type WrapperClass = (typeof WRAPPERS)[number];

export const wrapperNamed = (name: string): WrapperClass | undefined => WRAPPERS.find((one) => one === name);

/** Losses of classifiers (CatBoost._is_classification_objective). */
const CLASSIFICATION = new Set([
  'Logloss',
  'CrossEntropy',
  'Focal',
  'MultiClass',
  'MultiClassOneVsAll',
  'MultiLogloss',
  'MultiCrossEntropy',
]);
const MULTI_LABEL = new Set(['MultiLogloss', 'MultiCrossEntropy']);

/**
 * What the object's methods make of raw values: those of the class that it was saved in, of a model file those of the class
 * that trains its loss.
 */
export function headOf(
  file: CatBoostFile,
  wrapper: WrapperClass | null,
  refusals: ModelRefusals,
): CatBoostHead {
  const loss = lossOf(file.info);
  const isClassifier = wrapper === null ? CLASSIFICATION.has(loss) : wrapper === 'CatBoostClassifier';
  if (isClassifier) return classifierHead(file, loss, refusals);
  const isRegressor = wrapper === null || wrapper === 'CatBoostRegressor';
  if (isRegressor && (loss === 'Poisson' || loss === 'Tweedie')) return { kind: 'regression', link: 'exp' };
  if (isRegressor && loss === 'RMSEWithUncertainty') {
    if (file.dimensions !== 2)
      throw refusals.invalid('ApproxDimension', String(file.dimensions), `2 for ${loss}`);
    return { kind: 'regression', link: 'uncertainty' };
  }
  return { kind: 'regression', link: 'identity' };
}

function classifierHead(file: CatBoostFile, loss: string, refusals: ModelRefusals): CatBoostHead {
  const { dimensions, info } = file;
  const parameters = classParametersOf(info);
  if (MULTI_LABEL.has(loss)) {
    const labels = labelSet(parameters, dimensions, refusals);
    if (labels.values.length !== dimensions)
      throw refusals.invalid('class_names', `${labels.values.length} labels`, `${dimensions}`);
    return { kind: 'labels', labels };
  }
  const classes = labelSet(parameters, dimensions === 1 ? 2 : dimensions, refusals);
  const count = classes.values.length;
  if (dimensions === 1) {
    if (count !== 2) throw refusals.invalid('class_names', `${count} classes`, '2 for one dimension');
    const threshold = thresholdValue(thresholdOf(info), refusals);
    return { kind: 'classes', classes, link: 'sigmoid', threshold, dimensionClass: Int32Array.of(1) };
  }
  return {
    kind: 'classes',
    classes,
    link: loss === 'MultiClassOneVsAll' ? 'one-vs-all' : 'softmax',
    threshold: 0,
    dimensionClass: dimensionClasses(parameters, dimensions, count, refusals),
  };
}

/** The raw value of a probability (catboost/libs/model/eval_processing.cpp). */
function thresholdValue(probability: number | null, refusals: ModelRefusals): number {
  if (probability === null) return 0;
  if (!(probability > 0 && probability < 1))
    throw refusals.invalid('binclass_probability_threshold', String(probability), 'a number between 0 and 1');
  return -Math.log(1 / probability - 1);
}

/** Labels as the library answers them: given by name, or counted, or those that the data had. */
function labelSet(parameters: ClassParameters | null, count: number, refusals: ModelRefusals): LabelSet {
  const counted = (length: number): LabelSet => ({
    type: 'int',
    values: Array.from({ length }, (_, i) => i),
  });
  if (parameters === null) return counted(count);
  const { type, names, places, count: stated } = parameters;
  if (names.length === 0 && stated > 0) {
    if (stated < count || stated > 2 ** 20)
      throw refusals.invalid('classes_count', String(stated), `${count} to ${2 ** 20}`);
    return counted(stated);
  }
  const values = names.length > 0 ? names : places;
  if (values.length === 0) return counted(count);
  const labels = typedLabels(type, values);
  if (labels === null || values.length < count)
    throw refusals.invalid(
      'class_names',
      JSON.stringify(values).slice(0, 80),
      `${count} labels of type ${type}`,
    );
  return labels;
}

function typedLabels(type: string, values: readonly unknown[]): LabelSet | null {
  const strings = values.filter((value) => typeof value === 'string');
  if (type === 'String' || strings.length > 0)
    return strings.length === values.length ? { type: 'string', values: strings } : null;
  const bools = values.filter((value) => typeof value === 'boolean');
  if (type === 'Boolean' && bools.length === values.length) return { type: 'bool', values: bools };
  const numbers = values.map(Number);
  if (type === 'Boolean') return { type: 'bool', values: numbers.map((number) => number !== 0) };
  if (type === 'Float') return { type: 'float', values: numbers };
  return numbers.every(Number.isSafeInteger) ? { type: 'int', values: numbers } : null;
}

/** Which class each dimension is of: others than one after the other where training saw some of the named classes. */
function dimensionClasses(
  parameters: ClassParameters | null,
  dimensions: number,
  classes: number,
  refusals: ModelRefusals,
): Int32Array {
  const named = parameters !== null && (parameters.names.length > 0 || parameters.count > 0);
  const places = named ? parameters.places.map(Number) : Array.from({ length: dimensions }, (_, i) => i);
  const fit = places.every((place) => Number.isInteger(place) && place >= 0 && place < classes);
  if (!fit || places.length !== dimensions || new Set(places).size !== dimensions)
    throw refusals.invalid(
      'class_to_label',
      places.join(', ').slice(0, 80),
      `${dimensions} of ${classes} classes`,
    );
  return Int32Array.from(places);
}
