/** Sizes of the operators of ai.onnx.ml. */
import { elementAt } from '../../core/element-at.ts';
import type { OnnxNode } from '../graph.ts';
import { attributeOf, intOf, intsOf, ofElements, ofShape, type ValueFact } from './fact.ts';
import { first, type ShapeRule } from './rule.ts';

/** `[rows, width]`: what an estimator answers to rows of features. */
const perRow = (data: ValueFact, width: number | null): ValueFact =>
  data.shape === null ? ofElements(data.elements * Math.max(1, width ?? 1)) : ofShape([rowsOf(data), width]);

const rowsOf = ({ shape }: ValueFact): number | null =>
  shape !== null && shape.length > 1 ? elementAt(shape, 0) : 1;

/** Entries of a list attribute, however long. */
function lengthOf(node: OnnxNode, ...names: string[]): number {
  return names.reduce((most, name) => {
    const attribute = attributeOf(node, name);
    const list = attribute !== undefined && 'value' in attribute && lengthOfValue(attribute.value);
    return Math.max(most, list || 0);
  }, 0);
}

const lengthOfValue = (value: unknown): number => (isArrayLike(value) ? value.length : 0);

const isArrayLike = (value: unknown): value is ArrayLike<unknown> =>
  ArrayBuffer.isView(value) || Array.isArray(value);

/** The greatest entry of a list of integers, however long. */
function greatestOf(node: OnnxNode, name: string): number {
  const attribute = attributeOf(node, name);
  let greatest = 0;
  if (attribute?.type === 'ints') for (const x of attribute.value) greatest = Math.max(greatest, Number(x));
  return greatest;
}

const CLASS_LABELS = ['classlabels_strings', 'classlabels_ints', 'classlabels_int64s'];

/** Output 0 has a label a row, output 1 a score for each class (of SVMs, for each pair of classes at most). */
const classifier: ShapeRule = (node, inputs, index) => {
  const data = first(inputs);
  if (index === 0) return ofShape([rowsOf(data)]);
  const classes = Math.max(2, lengthOf(node, ...CLASS_LABELS), greatestOf(node, 'class_ids') + 1);
  return perRow(
    data,
    node.op === 'SVMClassifier' ? Math.max(classes, (classes * (classes - 1)) / 2) : classes,
  );
};

const regressor: ShapeRule = (node, inputs) =>
  perRow(first(inputs), Math.max(1, intOf(node, node.op === 'LinearRegressor' ? 'targets' : 'n_targets', 1)));

/** Each element becomes a row of its categories. */
const oneHotEncoder: ShapeRule = (node, inputs) => {
  const { shape, elements } = first(inputs);
  const categories = lengthOf(node, 'cats_int64s', 'cats_strings');
  return shape === null ? ofElements(elements * Math.max(1, categories)) : ofShape([...shape, categories]);
};

const featureVectorizer: ShapeRule = (node, inputs) => {
  const sizes = intsOf(node, 'inputdimensions');
  const width =
    sizes?.reduce((sum, size) => sum + Math.max(0, size), 0) ??
    // A list that is too long to be read one by one.
    lengthOf(node, 'inputdimensions') * greatestOf(node, 'inputdimensions');
  const given = inputs.reduce((sum, input) => sum + (input?.elements ?? 0), 0);
  return perRow(first(inputs), Math.max(width, given));
};

const dictVectorizer: ShapeRule = (node, inputs) =>
  perRow(first(inputs), lengthOf(node, 'string_vocabulary', 'int64_vocabulary'));

/** TfIdfVectorizer: the last size becomes that of the vocabulary, which is the greatest place of an n-gram and one. */
export const tfIdf: ShapeRule = (node, inputs) => {
  const { shape, elements } = first(inputs);
  const width = greatestOf(node, 'ngram_indexes') + 1;
  return shape === null ? ofElements(elements * width) : ofShape([...shape.slice(0, -1), width]);
};

export const CLASSICAL_RULES: readonly (readonly [string, ShapeRule])[] = [
  ['TreeEnsembleClassifier', classifier],
  ['LinearClassifier', classifier],
  ['SVMClassifier', classifier],
  ['TreeEnsembleRegressor', regressor],
  ['TreeEnsemble', regressor],
  ['LinearRegressor', regressor],
  ['SVMRegressor', (_node, inputs) => perRow(first(inputs), 1)],
  ['OneHotEncoder', oneHotEncoder],
  ['FeatureVectorizer', featureVectorizer],
  ['DictVectorizer', dictVectorizer],
];
