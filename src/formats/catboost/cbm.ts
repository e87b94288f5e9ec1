import { ByteCursor } from '../../bytes/cursor.ts';
import { FlatBuffer, type FlatTable } from '../../bytes/flatbuffer.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';
import { readBase, readTables } from './ctr-tables.ts';
import {
  type CatBoostFile,
  type CtrFeature,
  type FileTable,
  type FileTrees,
  type FloatFeature,
  NAN_TREATMENTS,
  type NumberedFeature,
  type OneHotFeature,
} from './model-file.ts';

const MAGIC = [0x43, 0x42, 0x4d, 0x31]; // CBM1
/** As the library spells it (catboost/libs/model/model.cpp). */
const FORMAT_VERSION = 'FlabuffersModel_v1';
/** The part behind the core that holds the CTR tables. */
const CTR_PART = 'static_provider_v1';

/** Fields of the tables of catboost/libs/model/flatbuffers/{model,features,ctr_data}.fbs, by their place. */
/** Longest text of `model_info`: some are JSON, of which many times their size may come. */
const MAX_INFO = 2 ** 22;
const CORE = { version: 0, trees: 1, info: 2, parts: 3 } as const;
const TREES = {
  dimensions: 0,
  splits: 1,
  sizes: 2,
  categories: 4,
  floats: 5,
  oneHots: 6,
  ctrs: 7,
  leafValues: 8,
  leafWeights: 9,
  steps: 10,
  leaves: 11,
  texts: 12,
  estimated: 13,
  scale: 14,
  bias: 15,
  multiBias: 16,
  embeddings: 18,
} as const;
const FLOAT = { hasNans: 0, index: 1, column: 2, borders: 3, name: 4, treatment: 5 } as const;
const NUMBERED = { index: 0, column: 1, name: 2 } as const;
const ONE_HOT = { feature: 0, values: 1 } as const;
const CTR_FEATURE = { ctr: 0, borders: 1 } as const;
const CTR = { base: 0, target: 1, numerator: 2, denominator: 3, shift: 4, scale: 5 } as const;
const KEY_VALUE = { key: 0, value: 1 } as const;

/** Whether bytes are a model in CatBoost's own binary format. */
export const isCbm = (head: Uint8Array): boolean => MAGIC.every((byte, i) => head[i] === byte);

/**
 * Reads CatBoost's binary format: `CBM1`, the size of the core, the core as a FlatBuffer, and the parts that it names.
 * Errors: READ_TRUNCATED, READ_CORRUPT, READ_LIMIT, each with the byte.
 */
export function readCbm(bytes: Uint8Array, budget: ReadBudget): CatBoostFile {
  const cursor = new ByteCursor(bytes);
  if (!isCbm(cursor.take(MAGIC.length, 'the mark of a CatBoost model')))
    throw corrupt(0, 'other bytes', '"CBM1"', 'the mark of a CatBoost model');
  const charge = chargeBeyond(bytes.length, budget);
  const core = cursor.take(cursor.u32('the size of the core'), 'the core of a CatBoost model');
  const root = new FlatBuffer(core, 'the core of a CatBoost model', charge).root();
  const version = root.text(CORE.version, 'the version of the format');
  if (version !== FORMAT_VERSION) throw corrupt(root.at, String(version), FORMAT_VERSION, 'the format');
  const trees = root.table(CORE.trees, 'the trees');
  if (trees === null) throw corrupt(root.at, 'no trees', 'a table of trees', 'a CatBoost model');
  const model = readModel(trees, budget.covers);
  const info = new Map(root.tables(CORE.info, 'model_info').map(infoEntry));
  return { ...model, info, tables: readParts(root, cursor, budget, charge) };
}

function infoEntry(pair: FlatTable): readonly [string, string] {
  const value = pair.text(KEY_VALUE.value, 'a value of model_info') ?? '';
  if (value.length > MAX_INFO)
    throw new PlimsollError('READ_LIMIT', {
      ...{ what: 'a value of model_info', offset: pair.at, found: value.length, limit: MAX_INFO },
      name: 'characters',
    });
  return [pair.text(KEY_VALUE.key, 'a key of model_info') ?? '', value];
}

/** CTR tables are the first part; text and embedding models behind them are not read. */
function readParts(
  root: FlatTable,
  cursor: ByteCursor,
  budget: ReadBudget,
  charge: (bytes: number, at: number) => void,
): readonly FileTable[] {
  const parts = root.texts(CORE.parts, 'the names of the parts');
  return parts[0] === CTR_PART ? readTables(cursor, budget, charge) : [];
}

/** The bytes of a file were charged when it was read: what is decoded of it counts from where it passes them. */
function chargeBeyond(free: number, budget: ReadBudget): (bytes: number, at: number) => void {
  let decoded = 0;
  return (bytes, at) => {
    const before = Math.max(0, decoded - free);
    decoded += bytes;
    const beyond = Math.max(0, decoded - free) - before;
    if (beyond > 0) budget.charge(beyond, 'a CatBoost model', at);
  };
}

function readModel(trees: FlatTable, covers: boolean): Omit<CatBoostFile, 'info' | 'tables'> {
  const multi = trees.float64s(TREES.multiBias, 'the bias');
  return {
    dimensions: trees.i32(TREES.dimensions, 'the number of dimensions'),
    floats: trees.tables(TREES.floats, 'the float features').map(floatOf),
    categories: trees.tables(TREES.categories, 'the categorical features').map(numberedOf),
    others: [
      ...trees
        .tables(TREES.texts, 'the text features')
        .map((table) => ({ ...numberedOf(table), kind: 'text' as const })),
      ...trees
        .tables(TREES.embeddings, 'the embedding features')
        .map((table) => ({ ...numberedOf(table), kind: 'embedding' as const })),
    ],
    estimated: trees.tables(TREES.estimated, 'the estimated features').length,
    oneHots: trees.tables(TREES.oneHots, 'the one-hot features').map(oneHotOf),
    ctrs: trees.tables(TREES.ctrs, 'the CTR features').map(ctrOf),
    trees: treesOf(trees),
    leafValues: trees.float64s(TREES.leafValues, 'the leaf values'),
    leafWeights: covers ? trees.float64s(TREES.leafWeights, 'the leaf weights') : new Float64Array(0),
    scale: trees.f64(TREES.scale, 'the scale', 1),
    bias: multi.length > 0 ? multi : Float64Array.of(trees.f64(TREES.bias, 'the bias')),
  };
}

function treesOf(trees: FlatTable): FileTrees {
  const sizes = trees.int32s(TREES.sizes, 'the sizes of trees');
  const splits = trees.int32s(TREES.splits, 'the splits');
  const steps = trees.raw(TREES.steps, 'the nodes', 4);
  const leaves = trees.raw(TREES.leaves, 'the leaves of nodes', 4);
  if (steps.length === 0 && leaves.length === 0) return { kind: 'oblivious', sizes, splits };
  return {
    kind: 'nodes',
    sizes,
    splits,
    steps: new Uint16Array(steps.slice().buffer),
    leaves: new Uint32Array(leaves.slice().buffer),
  };
}

function floatOf(table: FlatTable): FloatFeature {
  const treatment = table.i8(FLOAT.treatment, 'the treatment of missing values');
  const nanTreatment = NAN_TREATMENTS[treatment];
  if (nanTreatment === undefined)
    throw corrupt(table.at, `treatment ${treatment} of missing values`, '0 to 2', 'a float feature');
  return {
    index: table.i32(FLOAT.index, 'a float feature', -1),
    column: table.i32(FLOAT.column, 'a float feature', -1),
    name: table.text(FLOAT.name, 'the name of a float feature') ?? '',
    borders: table.float32s(FLOAT.borders, 'the borders of a float feature'),
    hasNans: table.i8(FLOAT.hasNans, 'a float feature') !== 0,
    nanTreatment,
  };
}

const numberedOf = (table: FlatTable): NumberedFeature => ({
  index: table.i32(NUMBERED.index, 'a feature', -1),
  column: table.i32(NUMBERED.column, 'a feature', -1),
  name: table.text(NUMBERED.name, 'the name of a feature') ?? '',
});

const oneHotOf = (table: FlatTable): OneHotFeature => ({
  feature: table.i32(ONE_HOT.feature, 'a one-hot feature', -1),
  values: table.int32s(ONE_HOT.values, 'the values of a one-hot feature'),
});

function ctrOf(table: FlatTable): CtrFeature {
  const ctr = table.table(CTR_FEATURE.ctr, 'a CTR feature');
  if (ctr === null) throw corrupt(table.at, 'no CTR', 'what is counted', 'a CTR feature');
  return {
    base: readBase(ctr.table(CTR.base, 'a CTR feature'), 'a CTR feature'),
    targetBorder: ctr.i32(CTR.target, 'a CTR feature'),
    priorNumerator: ctr.f32(CTR.numerator, 'a CTR feature'),
    priorDenominator: ctr.f32(CTR.denominator, 'a CTR feature', 1),
    shift: ctr.f32(CTR.shift, 'a CTR feature'),
    scale: ctr.f32(CTR.scale, 'a CTR feature', 1),
    borders: table.float32s(CTR_FEATURE.borders, 'the borders of a CTR feature'),
  };
}

const corrupt = (offset: number, found: string, wanted: string, what: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what, offset, found, wanted });
