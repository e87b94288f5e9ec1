import { type DocumentNumbers, type DocumentValue, isNumbers, isObject } from '../json/document.ts';
import { DocumentView } from '../json/document-view.ts';
import type { BoosterModel, BoosterRelease, BoosterTree } from './booster.ts';
import { boosterInvalid, boosterUnsupported } from './failure.ts';

/** Categories are below 2²⁴, as float32 holds them exactly (`common::OutOfRangeCat`). */
const MOST_CATEGORY = 2 ** 24 - 1;
/** Words that the sets of one booster may take together. */
const MOST_WORDS = 2 ** 26;

/** What a tree is made of here; the rest tells how it was trained, and is half of a file. */
const NUMERIC_TREE = [
  ...(['tree_param', 'left_children', 'right_children', 'split_indices', 'split_conditions'] as const),
  ...(['default_left', 'leaf_weights'] as const),
];
const CATEGORICAL_TREE = [
  ...NUMERIC_TREE,
  ...(['split_type', 'categories', 'categories_nodes', 'categories_segments', 'categories_sizes'] as const),
];
/** Leaves that are vectors have them as `base_weights` up to 3.1. */
const VECTORS = 'base_weights';

const COVER = 'sum_hessian';

/** The fields of a tree that are needed, with its covers where they are kept; null for other objects of a document. */
export function neededOfTree(
  fields: ReadonlyMap<string, DocumentValue>,
  covers: boolean,
): readonly string[] | null {
  const [left, types, params] = ['left_children', 'split_type', 'tree_param'].map((name) => fields.get(name));
  if (!isNumbers(left) || !fields.has('split_conditions')) return null;
  const isNumeric = isNumbers(types) && types.length === left.length && types.every((type) => type === 0);
  const names = [...(isNumeric ? NUMERIC_TREE : CATEGORICAL_TREE), ...(covers ? [COVER] : [])];
  const width = isObject(params) ? Number(params.fields.get('size_leaf_vector') ?? 1) : 1;
  return width > 1 ? [...names, VECTORS] : names;
}

/** Reads a document (`save_model`, or the buffer of a pickle: `{"Config", "Model"}`). Errors: MODEL_INVALID, MODEL_UNSUPPORTED. */
export function readBoosterDocument(value: DocumentValue, covers: boolean): BoosterModel {
  const root = new DocumentView(value, { path: '', offset: 0 }, boosterInvalid);
  const model = root.has('Model') ? root.child('Model') : root;
  const learner = model.child('learner');
  const gradientBooster = learner.child('gradient_booster');
  const params = learner.child('learner_model_param');
  return {
    release: releaseOf(model),
    objective: learner.child('objective').text('name'),
    features: params.count('num_feature'),
    classes: params.count('num_class', 0),
    targets: params.count('num_target', 1),
    base: baseScores(params),
    baseIsMargin: false,
    attributes: attributesOf(learner),
    featureNames: namesOf(learner, 'feature_names'),
    featureTypes: namesOf(learner, 'feature_types'),
    ...boosterOf(gradientBooster, covers),
  };
}

/** `version` is a list of three numbers, from 1.0 on. */
function releaseOf(model: DocumentView): BoosterRelease {
  if (!model.has('version')) return { major: 0, minor: 0, text: null };
  const [major = 0, minor = 0, patch = 0] = model.indexes('version', -1, 1000, 3);
  return { major, minor, text: [major, minor, patch].join('.') };
}

/** `"5E-1"`, from 3.1 on `"[5E-1]"` or one number an output. */
function baseScores(params: DocumentView): number[] {
  const text = params.text('base_score').trim();
  const parts = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1).split(',') : [text];
  const numbers = parts.map((part) => Math.fround(part.trim() === '' ? Number.NaN : Number(part)));
  if (!numbers.every(Number.isFinite)) throw params.wrong('base_score', 'numbers');
  return numbers;
}

function attributesOf(learner: DocumentView): ReadonlyMap<string, string> {
  const view = learner.childOrNull('attributes');
  const names = view === null ? [] : view.names();
  return new Map(names.map((name) => [name, view?.text(name) ?? '']));
}

function namesOf(learner: DocumentView, field: string): readonly string[] | null {
  const names = learner.has(field) ? learner.texts(field) : [];
  return names.length === 0 ? null : names;
}

type Boosted = Pick<
  BoosterModel,
  | 'booster'
  | 'trees'
  | 'groups'
  | 'leafWidth'
  | 'treeWeights'
  | 'parallelTrees'
  | 'rounds'
  | 'linear'
  | 'categories'
>;

function boosterOf(view: DocumentView, covers: boolean): Boosted {
  const name = view.text('name');
  if (name === 'gblinear') return linearOf(view);
  if (name !== 'gbtree' && name !== 'dart')
    throw boosterUnsupported(view.place, 'name', JSON.stringify(name), 'gbtree, dart and gblinear are');
  const model = (name === 'dart' && view.has('gbtree') ? view.child('gbtree') : view).child('model');
  const params = model.child('gbtree_model_param');
  const views = model.children('trees');
  const count = params.count('num_trees', views.length);
  if (count !== views.length) throw params.wrong('num_trees', `${views.length}, the number of trees`);
  const words = { left: MOST_WORDS };
  const width = leafWidthOf(views);
  const weights = view.has('weight_drop') ? view : model.has('weight_drop') ? model : null;
  return {
    booster: name,
    trees: views.map((tree) => treeOf(tree, width, words, covers)),
    groups: model.indexes('tree_info', 0, 2 ** 31 - 1, count),
    leafWidth: width,
    treeWeights: weights === null ? null : weights.numbers('weight_drop', count),
    parallelTrees: Math.max(1, params.count('num_parallel_tree', 1)),
    rounds: model.has('iteration_indptr') ? model.indexes('iteration_indptr', 0, count) : null,
    linear: null,
    categories: categoriesOf(model.childOrNull('cats')),
  };
}

function linearOf(view: DocumentView): Boosted {
  const weights = view.child('model').numbers('weights');
  return {
    booster: 'gblinear',
    trees: [],
    groups: [],
    leafWidth: 1,
    treeWeights: null,
    parallelTrees: 1,
    rounds: null,
    linear: weights,
    categories: null,
  };
}

function leafWidthOf(trees: readonly DocumentView[]): number {
  const widths = trees.map((tree) => Math.max(1, tree.child('tree_param').count('size_leaf_vector', 1)));
  const [first = 1] = widths;
  const odd = widths.findIndex((width) => width !== first);
  const tree = trees[odd];
  if (tree !== undefined)
    throw tree.wrong('tree_param.size_leaf_vector', `${first}, as of the other trees`, widths[odd]);
  return first;
}

function treeOf(view: DocumentView, width: number, words: { left: number }, covers: boolean): BoosterTree {
  const count = view.child('tree_param').count('num_nodes');
  const left = view.indexes('left_children', -1, count - 1, count);
  const threshold = view.numbers('split_conditions', count);
  return {
    place: view.place,
    left,
    right: view.numbers('right_children', count),
    feature: view.indexes('split_indices', 0, 2 ** 32 - 1, count),
    threshold,
    defaultLeft: view.flags('default_left', count),
    sets: setsOf(view, count, words),
    cover: covers && view.has(COVER) ? view.numbers(COVER, count) : null,
    ...leavesOf(view, count, width, threshold),
  };
}

/** Values of leaves. Vectors stand at their nodes up to 3.1, later in a table whose rows the right children name. */
function leavesOf(
  view: DocumentView,
  count: number,
  width: number,
  threshold: BoosterTree['threshold'],
): Pick<BoosterTree, 'values' | 'leafRow'> {
  if (width === 1) return { values: threshold, leafRow: ownRow };
  if (!view.has('leaf_weights'))
    return { values: view.numbers('base_weights', count * width), leafRow: ownRow };
  const values = view.numbers('leaf_weights');
  const rows = view.numbers('right_children', count);
  return {
    values,
    leafRow: (node) => {
      const row = rows[node] ?? -1;
      if (!(row >= 0 && (row + 1) * width <= values.length))
        throw view.wrong('right_children', `a row of the ${values.length / width} of leaf_weights`, row);
      return row;
    },
  };
}

const ownRow = (node: number): number => node;
const NO_SETS: ReadonlyMap<number, Uint32Array> = new Map();

/** Sets of the categorical nodes: `categories[segment … segment + size]` of each of `categories_nodes`. */
function setsOf(
  view: DocumentView,
  count: number,
  words: { left: number },
): ReadonlyMap<number, Uint32Array> {
  if (!view.has('split_type')) return NO_SETS;
  const types = view.indexes('split_type', 0, 1, count);
  if (!types.includes(1)) return NO_SETS;
  const sets = new Map<number, Uint32Array>();
  const categories = view.indexes('categories', 0, MOST_CATEGORY);
  const nodes = view.indexes('categories_nodes', 0, count - 1);
  const starts = view.indexes('categories_segments', 0, categories.length, nodes.length);
  const sizes = view.indexes('categories_sizes', 1, categories.length, nodes.length);
  for (const [i, node] of nodes.entries()) {
    const start = starts[i] ?? 0;
    const end = start + (sizes[i] ?? 0);
    if (end > categories.length)
      throw view.wrong(`categories_sizes[${i}]`, `at most ${categories.length - start}`, sizes[i]);
    if (types[node] !== 1 || sets.has(node))
      throw view.wrong(`categories_nodes[${i}]`, 'a categorical node, once', node);
    sets.set(node, wordsOf(view, categories.subarray(start, end), words));
  }
  for (const [node, type] of types.entries())
    if (type === 1 && !sets.has(node)) throw view.wrong('categories_nodes', `node ${node} among them`);
  return sets;
}

function wordsOf(view: DocumentView, members: DocumentNumbers, words: { left: number }): Uint32Array {
  let most = 0;
  for (const member of members) most = Math.max(most, member);
  const size = (most >> 5) + 1;
  words.left -= size;
  if (words.left < 0)
    throw boosterUnsupported(
      view.place,
      'categories',
      `over ${MOST_WORDS * 32} together`,
      'smaller sets are',
    );
  const bits = new Uint32Array(size);
  for (const member of members) bits[member >> 5]! |= 1 << (member & 31);
  return bits;
}

/**
 * Categories of columns of a data frame (`cat_container.cc`): one encoding a column, empty where it is none, of `offsets` into
 * `values`, bytes of strings, or of numbers as `values` alone.
 */
function categoriesOf(view: DocumentView | null): BoosterModel['categories'] {
  if (view === null || !view.has('enc')) return null;
  const found = new Map<number, readonly (string | number)[]>();
  for (const [column, encoding] of view.children('enc').entries()) {
    const values = encoding.get('values');
    if (!isNumbers(values)) throw encoding.wrong('values', 'a list of numbers');
    const categories = encoding.has('offsets') ? stringsOf(encoding) : Array.from(values);
    if (categories.length > 0) found.set(column, categories);
  }
  return found.size === 0 ? null : found;
}

/** Strings one behind the other, in UTF-8. */
function stringsOf(encoding: DocumentView): string[] {
  const bytes = Uint8Array.from(encoding.indexes('values', -128, 255), (value) => value & 255);
  const offsets = encoding.indexes('offsets', 0, bytes.length);
  return Array.from(offsets.subarray(1), (end, i) => UTF8.decode(bytes.subarray(offsets[i], end)));
}

const UTF8 = new TextDecoder();
