import { CTR_TYPES } from '../../model/catboost.ts';
import type { ReadBudget } from '../budget.ts';
import { type DocumentValue, isNumbers, plainJson } from '../json/document.ts';
import { type DocumentRefusal, DocumentView } from '../json/document-view.ts';
import { readJson } from '../json/read.ts';
import { hasMeans, isCounter } from './ctr-tables.ts';
import type { ModelRefusals } from './failure.ts';
import { childrenOf, jsonTrees, numbersOf } from './json-trees.ts';
import {
  type CatBoostFile,
  type CtrFeature,
  type FileProjection,
  type FileTable,
  type FloatFeature,
  NAN_TREATMENTS,
  type NumberedFeature,
} from './model-file.ts';

/** Keys that a model may begin with; the library sorts them. */
const FIRST_KEYS = 'ctr_data|features_info|model_info|oblivious_trees|trees|scale_and_bias';
const BEGINNING = new RegExp(`^\\s*\\{\\s*"(?:${FIRST_KEYS})"\\s*:`);
const NO_KEY = 2n ** 64n - 1n;

/** Whether a file begins as CatBoost's JSON does. */
export const isCatBoostJson = (head: Uint8Array): boolean =>
  BEGINNING.test(String.fromCharCode(...head.subarray(0, 128)));

/**
 * Reads CatBoost's JSON, `save_model(…, format='json')` (catboost/libs/model/model_export/json_model_helpers.cpp).
 * Errors: READ_CORRUPT and READ_LIMIT with the byte, MODEL_INVALID with the path.
 */
export function readCatBoostJson(
  bytes: Uint8Array,
  budget: ReadBudget,
  refusals: ModelRefusals,
): CatBoostFile {
  const refusal = refusalOf(refusals);
  const document = readJson(bytes, 'a CatBoost model in JSON', budget);
  const root = new DocumentView(document, { path: '', offset: 0 }, refusal);
  const features = root.child('features_info');
  const categorical = childrenOf(features, 'categorical_features');
  const tables = root.isGiven('ctr_data') ? root.child('ctr_data') : null;
  return {
    ...jsonTrees(root),
    ...scaleAndBias(root),
    floats: childrenOf(features, 'float_features').map(floatOf),
    categories: categorical.map(numberedOf),
    others: (['text', 'embedding'] as const).flatMap((kind) =>
      childrenOf(features, `${kind}_features`).map((view) => ({ ...numberedOf(view), kind })),
    ),
    estimated: childrenOf(features, 'estimated_features').length,
    oneHots: categorical
      .filter((view) => view.isGiven('values'))
      .map((view) => ({
        feature: view.integer('feature_index'),
        values: Int32Array.from(view.numbers('values')),
      })),
    ctrs: childrenOf(features, 'ctrs').map(ctrOf),
    info: root.isGiven('model_info') ? infoOf(root.child('model_info')) : new Map(),
    tables:
      tables === null ? [] : tables.names().map((key) => tableOf(key, tables.child(key), budget, refusal)),
  };
}

/** The path of a field says where it is: models of CatBoost are refused by their place in a pipeline. */
const refusalOf =
  (refusals: ModelRefusals): DocumentRefusal =>
  ({ path }, field, found, wanted) =>
    refusals.invalid(path === '' ? field : `${path}.${field}`, found, wanted);

/** A number, and a list of one for each dimension: up to 0.24 one number for all. */
function scaleAndBias(root: DocumentView): Pick<CatBoostFile, 'scale' | 'bias'> {
  const [scale = 1, bias = 0] = root.isGiven('scale_and_bias') ? root.list('scale_and_bias') : [];
  const biases = typeof bias === 'number' ? Float64Array.of(bias) : (bias ?? new Float64Array(0));
  if (typeof scale !== 'number' || !isNumbers(biases))
    throw root.wrong('scale_and_bias', 'a number and a list of numbers');
  return { scale, bias: Float64Array.from(biases) };
}

/** Parameters are objects here and texts in the binary format: texts in both. */
function infoOf(view: DocumentView): CatBoostFile['info'] {
  const textOf = (value: DocumentValue): string =>
    typeof value === 'string' ? value : JSON.stringify(plainJson(value));
  return new Map(view.names().map((key) => [key, textOf(view.get(key) ?? null)]));
}

function numberedOf(view: DocumentView): NumberedFeature {
  // Older releases write a name only where the data is at hand.
  const name = ['feature_id', 'feature_name'].find((field) => view.isGiven(field));
  return {
    index: view.integer('feature_index'),
    column: view.integer('flat_feature_index'),
    name: name === undefined ? '' : view.text(name),
  };
}

const floatOf = (view: DocumentView): FloatFeature => ({
  ...numberedOf(view),
  borders: Float32Array.from(numbersOf(view, 'borders')),
  hasNans: view.get('has_nans') === true,
  nanTreatment: view.oneOf('nan_value_treatment', NAN_TREATMENTS),
});

function projectionOf(elements: readonly DocumentView[]): FileProjection {
  const kinds = ['cat_feature_value', 'float_feature', 'cat_feature_exact_value'] as const;
  const of = (kind: (typeof kinds)[number]): readonly DocumentView[] =>
    elements.filter((view) => view.oneOf('combination_element', kinds) === kind);
  return {
    categories: of('cat_feature_value').map((view) => view.integer('cat_feature_index')),
    floats: of('float_feature').map((view) => ({
      feature: view.integer('float_feature_index'),
      border: Math.fround(view.number('border')),
    })),
    oneHots: of('cat_feature_exact_value').map((view) => ({
      feature: view.integer('cat_feature_index'),
      value: view.integer('value'),
    })),
  };
}

const ctrOf = (view: DocumentView): CtrFeature => ({
  base: {
    projection: projectionOf(childrenOf(view, 'elements')),
    type: view.oneOf('ctr_type', CTR_TYPES),
    classifier: 0,
  },
  targetBorder: view.integer('target_border_idx'),
  priorNumerator: Math.fround(view.number('prior_numerator')),
  // As the library spells it.
  priorDenominator: Math.fround(view.number('prior_denomerator')),
  shift: Math.fround(view.number('shift')),
  scale: Math.fround(view.number('scale')),
  borders: Float32Array.from(numbersOf(view, 'borders')),
});

/** A table: its key is JSON that says what is counted; rows are a hash in decimal and then its numbers. */
function tableOf(key: string, view: DocumentView, budget: ReadBudget, refusal: DocumentRefusal): FileTable {
  const named = readJson(new TextEncoder().encode(key), 'the name of a CTR table', budget);
  const name = new DocumentView(named, { path: 'ctr_data', offset: 0 }, refusal);
  const base = {
    projection: projectionOf(childrenOf(name, 'identifier')),
    type: name.oneOf('type', CTR_TYPES),
    classifier: 0,
  };
  const stride = view.integer('hash_stride');
  const cells = view.isGiven('hash_map') ? view.list('hash_map') : [];
  const width = hasMeans(base) ? 3 : isCounter(base) ? 2 : stride;
  if (stride !== width || stride < 2 || cells.length % stride !== 0)
    throw view.wrong('hash_stride', `${Math.max(2, width)}, and a multiple of it in hash_map`);
  const rows = Array.from({ length: cells.length / stride }, (_, row) => row * stride)
    .map((at) => ({ at, hash: hashOf(view, cells, at) }))
    .filter(({ hash }) => hash !== NO_KEY);
  const numbers = rows.map(({ at }) =>
    cells.slice(at + 1, at + stride).map((cell, i) => {
      if (typeof cell !== 'number') throw view.wrong(`hash_map[${at + 1 + i}]`, 'a number', cell);
      return cell;
    }),
  );
  return {
    base,
    keys: new Uint32Array(BigUint64Array.from(rows, ({ hash }) => hash).buffer),
    counts: Int32Array.from(numbers.flatMap((values) => (hasMeans(base) ? values.slice(1) : values))),
    classes: hasMeans(base) || isCounter(base) ? 1 : stride - 1,
    sums: hasMeans(base) ? Float32Array.from(numbers, ([sum = 0]) => sum) : null,
    denominator: view.isGiven('counter_denominator') ? view.integer('counter_denominator') : 0,
  };
}

function hashOf(view: DocumentView, cells: readonly DocumentValue[], at: number): bigint {
  const text = cells[at];
  if (typeof text !== 'string' || !/^\d{1,20}$/.test(text))
    throw view.wrong(`hash_map[${at}]`, 'a hash in decimal', text);
  return BigInt.asUintN(64, BigInt(text));
}
