import { CTR_TYPES } from '../../model/catboost.ts';
import type { ReadBudget } from '../budget.ts';
import { parseJsonText } from '../json-text.ts';
import { hasMeans, isCounter } from './ctr-tables.ts';
import type { ModelRefusals } from './failure.ts';
import { JsonNode } from './json-node.ts';
import { jsonTrees } from './json-trees.ts';
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
  const root = new JsonNode(parseJsonText(bytes, 'a CatBoost model in JSON', budget), '', refusals);
  const features = root.get('features_info');
  const categorical = features.get('categorical_features').items();
  const [scale, bias] = root.get('scale_and_bias').items();
  return {
    ...jsonTrees(root),
    floats: features.get('float_features').items().map(floatOf),
    categories: categorical.map(numberedOf),
    others: [
      ...features
        .get('text_features')
        .items()
        .map((node) => ({ ...numberedOf(node), kind: 'text' as const })),
      ...features
        .get('embedding_features')
        .items()
        .map((node) => ({ ...numberedOf(node), kind: 'embedding' as const })),
    ],
    estimated: features.get('estimated_features').items().length,
    oneHots: categorical
      .filter((node) => node.get('values').isGiven)
      .map((node) => ({
        feature: node.get('feature_index').integer(),
        values: Int32Array.from(node.get('values').numbers()),
      })),
    ctrs: features.get('ctrs').items().map(ctrOf),
    scale: scale === undefined ? 1 : scale.number(),
    // One number for all dimensions up to 0.24.
    bias: Float64Array.from(typeof bias?.value === 'number' ? [bias.number()] : (bias?.numbers() ?? [0])),
    info: infoOf(root.get('model_info')),
    tables: root
      .get('ctr_data')
      .entries()
      .map(([key, node]) => tableOf(key, node, budget, refusals)),
  };
}

/** Parameters are objects here and texts in the binary format: texts in both. */
const infoOf = (node: JsonNode): CatBoostFile['info'] =>
  new Map(
    node
      .entries()
      .map(([key, { value }]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );

function numberedOf(node: JsonNode): NumberedFeature {
  // Older releases write a name only where the data is at hand.
  const name = [node.get('feature_id'), node.get('feature_name')].find(({ isGiven }) => isGiven);
  return {
    index: node.get('feature_index').integer(),
    column: node.get('flat_feature_index').integer(),
    name: name === undefined ? '' : name.text(),
  };
}

const floatOf = (node: JsonNode): FloatFeature => ({
  ...numberedOf(node),
  borders: Float32Array.from(node.get('borders').numbers()),
  hasNans: node.get('has_nans').value === true,
  nanTreatment: node.get('nan_value_treatment').oneOf(NAN_TREATMENTS),
});

function projectionOf(elements: readonly JsonNode[]): FileProjection {
  const kinds = ['cat_feature_value', 'float_feature', 'cat_feature_exact_value'] as const;
  const of = (kind: (typeof kinds)[number]): readonly JsonNode[] =>
    elements.filter((node) => node.get('combination_element').oneOf(kinds) === kind);
  return {
    categories: of('cat_feature_value').map((node) => node.get('cat_feature_index').integer()),
    floats: of('float_feature').map((node) => ({
      feature: node.get('float_feature_index').integer(),
      border: Math.fround(node.get('border').number()),
    })),
    oneHots: of('cat_feature_exact_value').map((node) => ({
      feature: node.get('cat_feature_index').integer(),
      value: node.get('value').integer(),
    })),
  };
}

const single = (node: JsonNode): number => Math.fround(node.number());

const ctrOf = (node: JsonNode): CtrFeature => ({
  base: {
    projection: projectionOf(node.get('elements').items()),
    type: node.get('ctr_type').oneOf(CTR_TYPES),
    classifier: 0,
  },
  targetBorder: node.get('target_border_idx').integer(),
  priorNumerator: single(node.get('prior_numerator')),
  // As the library spells it.
  priorDenominator: single(node.get('prior_denomerator')),
  shift: single(node.get('shift')),
  scale: single(node.get('scale')),
  borders: Float32Array.from(node.get('borders').numbers()),
});

/** A table: its key is JSON that says what is counted; rows are a hash in decimal and then its numbers. */
function tableOf(key: string, node: JsonNode, budget: ReadBudget, refusals: ModelRefusals): FileTable {
  const named = parseJsonText(new TextEncoder().encode(key), 'the name of a CTR table', budget);
  const name = new JsonNode(named, 'ctr_data', refusals);
  const base = {
    projection: projectionOf(name.get('identifier').items()),
    type: name.get('type').oneOf(CTR_TYPES),
    classifier: 0,
  };
  const stride = node.get('hash_stride').integer();
  const cells = node.get('hash_map').items();
  const width = hasMeans(base) ? 3 : isCounter(base) ? 2 : stride;
  if (stride !== width || stride < 2 || cells.length % stride !== 0)
    throw node.get('hash_stride').invalid(`${Math.max(2, width)}, and a multiple of it in hash_map`);
  const denominator = node.get('counter_denominator');
  const rows = Array.from({ length: cells.length / stride }, (_, row) =>
    cells.slice(row * stride, (row + 1) * stride),
  ).filter(([hash]) => hash !== undefined && hashOf(hash) !== NO_KEY);
  const numbers = rows.map(([, ...values]) => values.map((value) => value.number()));
  return {
    base,
    keys: new Uint32Array(
      BigUint64Array.from(rows, ([hash]) => (hash === undefined ? 0n : hashOf(hash))).buffer,
    ),
    counts: Int32Array.from(numbers.flatMap((values) => (hasMeans(base) ? values.slice(1) : values))),
    classes: hasMeans(base) || isCounter(base) ? 1 : stride - 1,
    sums: hasMeans(base) ? Float32Array.from(numbers, ([sum = 0]) => sum) : null,
    denominator: denominator.isGiven ? denominator.integer() : 0,
  };
}

function hashOf(node: JsonNode): bigint {
  const text = node.text();
  if (!/^\d{1,20}$/.test(text)) throw node.invalid('a hash in decimal');
  return BigInt.asUintN(64, BigInt(text));
}
