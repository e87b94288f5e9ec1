import { ByteCursor } from '../../bytes/cursor.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';
import type { BoosterModel, BoosterRelease, BoosterTree } from './booster.ts';
import { boosterInvalid, boosterUnsupported } from './failure.ts';

const WHAT = 'a binary booster';
/** Bytes of the structs that the library wrote as they stood in memory (x86-64 and arm64: little-endian). */
const LEARNER_PARAM = 136;
const FOREST_PARAM = 160;
const LINEAR_PARAM = 136;
const TREE_PARAM = 148;
const NODE = 20;
const NODE_STATISTICS = 16;
const MAGIC = 'binf';
/** In front of the booster in pickles of 1.0 to 1.5, with the length of the booster behind it. */
const CONFIG_MAGIC = 'CONFIG-offset:';
const OBJECTIVE = /^(?:gpu:)?(?:reg|binary|multi|count|rank|survival):[a-z_]{2,30}$/;
const ATTRIBUTES_MAX = 10_000;
const DEFAULT_LEFT = 2 ** 31;

/** Whether bytes begin as a booster does in the format that XGBoost wrote up to 3.0: the name of an objective is in its place. */
export function looksBinary(head: Uint8Array): boolean {
  const start = startOf(head);
  const length = head.subarray(start + LEARNER_PARAM, start + LEARNER_PARAM + 8);
  const size = length[0] ?? 0;
  if (length.length < 8 || length.subarray(1).some((byte) => byte !== 0)) return false;
  const from = start + LEARNER_PARAM + 8;
  return OBJECTIVE.test(LATIN1.decode(head.subarray(from, from + size)));
}

function startOf(bytes: Uint8Array): number {
  const beginsWith = (magic: string): boolean => LATIN1.decode(bytes.subarray(0, magic.length)) === magic;
  if (beginsWith(CONFIG_MAGIC)) return CONFIG_MAGIC.length + 8;
  return beginsWith(MAGIC) ? MAGIC.length : 0;
}

/**
 * Reads the binary format (`LearnerIO::LoadModel(dmlc::Stream*)`). Errors: READ_TRUNCATED, READ_LIMIT, READ_CORRUPT,
 * MODEL_INVALID, MODEL_UNSUPPORTED.
 */
export function readBinaryBooster(bytes: Uint8Array, budget: ReadBudget): BoosterModel {
  const cursor = new ByteCursor(bytes, startOf(bytes));
  const param = struct(cursor, LEARNER_PARAM);
  const release = releaseOf(param.getUint32(20, true), param.getUint32(24, true));
  const objective = textOf(cursor, budget, 'the objective');
  const booster = textOf(cursor, budget, 'the name of the booster');
  const body = bodyOf(cursor, budget, booster);
  // Before 1.0 the base score was saved as a margin, save of several classes.
  const baseIsMargin = release.major < 1 && !objective.startsWith('multi:');
  return {
    release,
    objective,
    features: param.getUint32(4, true),
    classes: Math.max(0, param.getInt32(8, true)),
    targets: Math.max(1, param.getUint32(28, true)),
    base: [param.getFloat32(0, true)],
    baseIsMargin,
    ...body,
    rounds: null,
    attributes: param.getInt32(12, true) === 0 ? new Map() : attributesOf(cursor, budget),
    featureNames: null,
    featureTypes: null,
    categories: null,
  };
}

const releaseOf = (major: number, minor: number): BoosterRelease => ({
  major,
  minor,
  text: major === 0 ? null : `${major}.${minor}`,
});

type Body = Pick<
  BoosterModel,
  'booster' | 'trees' | 'groups' | 'leafWidth' | 'treeWeights' | 'parallelTrees' | 'linear'
>;

function bodyOf(cursor: ByteCursor, budget: ReadBudget, booster: string): Body {
  if (booster === 'gblinear') {
    cursor.take(LINEAR_PARAM, WHAT);
    return {
      booster,
      trees: [],
      groups: [],
      leafWidth: 1,
      treeWeights: null,
      parallelTrees: 1,
      linear: floatsOf(cursor, budget),
    };
  }
  if (booster !== 'gbtree' && booster !== 'dart')
    throw boosterUnsupported(
      placeAt(cursor),
      'booster',
      JSON.stringify(booster),
      'gbtree, dart and gblinear are',
    );
  const param = struct(cursor, FOREST_PARAM);
  const count = param.getInt32(0, true);
  // Every tree has its parameters and at least one node.
  if (!(count >= 0 && count * (TREE_PARAM + NODE + NODE_STATISTICS) <= cursor.left))
    throw boosterInvalid(
      placeAt(cursor),
      'num_trees',
      String(count),
      'as many trees as the file has room for',
    );
  const trees = Array.from({ length: count }, (_, t) => treeOf(cursor, budget, t));
  const groups = Int32Array.from(trees, () => cursor.i32(WHAT));
  const negative = groups.findIndex((group) => group < 0);
  if (negative >= 0)
    throw boosterInvalid(placeAt(cursor), `tree_info[${negative}]`, String(groups[negative]), 'an output');
  return {
    booster,
    trees,
    groups,
    leafWidth: 1,
    treeWeights: booster === 'dart' && count > 0 ? weightsOf(cursor, budget, count) : null,
    parallelTrees: Math.max(1, param.getInt32(4, true)),
    linear: null,
  };
}

function weightsOf(cursor: ByteCursor, budget: ReadBudget, count: number): Float32Array {
  const weights = floatsOf(cursor, budget);
  if (weights.length !== count)
    throw boosterInvalid(placeAt(cursor), 'weight_drop', `${weights.length} numbers`, `${count}, one a tree`);
  return weights;
}

function treeOf(cursor: ByteCursor, budget: ReadBudget, index: number): BoosterTree {
  const place = { path: `trees[${index}]`, offset: cursor.offset };
  const param = struct(cursor, TREE_PARAM);
  const count = param.getInt32(4, true);
  if (!(count > 0 && count * (NODE + NODE_STATISTICS) <= cursor.left))
    throw boosterInvalid(place, 'num_nodes', String(count), 'as many nodes as the file has room for');
  if (param.getInt32(20, true) > 1)
    throw boosterUnsupported(
      place,
      'size_leaf_vector',
      String(param.getInt32(20, true)),
      'one value a leaf is',
    );
  budget.charge(17 * count, 'a tree', place.offset);
  budget.checkTime(WHAT, place.offset);
  const nodes = struct(cursor, NODE * count);
  const statistics = struct(cursor, NODE_STATISTICS * count);
  const tree = {
    left: new Int32Array(count),
    right: new Int32Array(count),
    feature: new Int32Array(count),
    threshold: new Float32Array(count),
    defaultLeft: new Uint8Array(count),
  };
  for (let node = 0; node < count; node++) {
    const at = node * NODE;
    const column = nodes.getUint32(at + 12, true);
    tree.left[node] = nodes.getInt32(at + 4, true);
    tree.right[node] = nodes.getInt32(at + 8, true);
    tree.feature[node] = column % DEFAULT_LEFT;
    tree.defaultLeft[node] = column >= DEFAULT_LEFT ? 1 : 0;
    tree.threshold[node] = nodes.getFloat32(at + 16, true);
  }
  const cover = budget.covers
    ? Float32Array.from({ length: count }, (_, node) =>
        statistics.getFloat32(node * NODE_STATISTICS + 4, true),
      )
    : null;
  return { ...tree, place, sets: new Map(), cover, values: tree.threshold, leafRow: (node) => node };
}

function attributesOf(cursor: ByteCursor, budget: ReadBudget): ReadonlyMap<string, string> {
  const count = cursor.u64('the attributes');
  if (count > ATTRIBUTES_MAX)
    throw boosterUnsupported(placeAt(cursor), 'attributes', String(count), `up to ${ATTRIBUTES_MAX} are`);
  const attributes = new Map<string, string>();
  for (let i = 0; i < count; i++) {
    const name = textOf(cursor, budget, 'an attribute');
    attributes.set(name, textOf(cursor, budget, 'an attribute'));
  }
  return attributes;
}

function textOf(cursor: ByteCursor, budget: ReadBudget, what: string): string {
  const length = cursor.u64(what);
  budget.check('stringBytes', length, what, cursor.offset);
  const bytes = cursor.take(length, what);
  budget.charge(2 * length, what, cursor.offset);
  return UTF8.decode(bytes);
}

/** A `std::vector<float>`. */
function floatsOf(cursor: ByteCursor, budget: ReadBudget): Float32Array {
  const count = cursor.u64('an array');
  if (count * 4 > cursor.left)
    throw new PlimsollError('READ_TRUNCATED', {
      what: 'an array',
      offset: cursor.offset,
      found: cursor.left,
      wanted: count * 4,
    });
  budget.charge(4 * count, 'an array', cursor.offset);
  const view = struct(cursor, 4 * count);
  return Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true));
}

function struct(cursor: ByteCursor, size: number): DataView {
  const bytes = cursor.take(size, WHAT);
  return new DataView(bytes.buffer, bytes.byteOffset, size);
}

const placeAt = ({ offset }: ByteCursor) => ({ path: '', offset });

const LATIN1 = new TextDecoder('latin1');
const UTF8 = new TextDecoder();
