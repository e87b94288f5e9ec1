import type { ModelStep, TreeEnsembleStep } from '../../model/step.ts';
import type { LabelSet } from '../../model/tensor.ts';
import type { TreeHead } from '../../model/tree.ts';
import { isType, type PyArray, type PyValue } from '../pickle/value.ts';
import { type FlatTree, joinTrees, treeFault } from './arena.ts';
import { arrayItemsOf, recordColumn, toNumbers } from './arrays.ts';
import { show } from './show.ts';
import { isClassifier } from './tree.ts';
import type { EstimatorView } from './view.ts';

const WORDS = 8;

/**
 * HistGradientBoostingClassifier and -Regressor. From 1.4 a model with categories owns a `_preprocessor` (ordinal
 * codes first, then the numeric columns): it becomes a pipeline of that and the trees.
 */
export function readHistGradientBoosting(view: EstimatorView): ModelStep | null {
  const trees = readTrees(view);
  const preprocessor = view.get('_preprocessor');
  if (preprocessor === undefined || preprocessor === null) return trees;
  const prepare = view.step('_preprocessor');
  if (prepare === null) return null;
  const base = view.base(trees.features);
  return {
    kind: 'pipeline',
    ...base,
    featureNames: base.featureNames ?? prepare.featureNames,
    steps: [
      { name: 'preprocessor', step: prepare },
      { name: 'trees', step: { ...trees, featureNames: null } },
    ],
  };
}

function readTrees(view: EstimatorView): TreeEnsembleStep {
  const classes = isClassifier(view) ? view.labels('classes_') : null;
  if (classes !== null && classes.values.length <= 2 && view.get('loss') === 'categorical_crossentropy')
    throw view.unsupported(
      'loss',
      "'categorical_crossentropy' for two classes",
      'three classes and more are',
    );
  const features = view.base().features;
  if (features === null) throw view.invalid('_n_features', 'missing', 'the number of columns');
  const held = view.items('_predictors').map((stage) => arrayItemsOf(stage) ?? []);
  const stages = held.slice(0, view.chosenIterations(held.length) ?? held.length);
  const scores = classes === null || classes.values.length <= 2 ? 1 : classes.values.length;
  const uneven = stages.find((stage) => stage.length !== scores);
  if (uneven !== undefined)
    throw view.invalid('_predictors', `${uneven.length} trees a stage`, `${scores} trees a stage`);
  const known = knownCategories(view, features);
  const trees = stages.flat().map((value, i) => readPredictor(view, value, i, features, known));
  return {
    kind: 'tree-ensemble',
    ...view.base(features),
    arena: joinTrees(trees, 1, view.since(1, 2) ? 'uint8-or-missing' : 'uint8'),
    input: 'float64',
    split: 'le',
    acceptsMissing: view.since(0, 22),
    scores,
    target: scores === 1 ? null : Int32Array.from(trees, (_, i) => i % scores),
    base: { kind: 'constant', scores: baseline(view, scores) },
    sums: 'float64',
    aggregate: 'sum',
    head: headOf(view, classes),
  };
}

/** `_baseline_prediction` is a number, `[scores, 1]` or `[1, scores]`, by release. */
function baseline(view: EstimatorView, scores: number): Float64Array {
  const value = view.required('_baseline_prediction');
  const numbers = isType(value, 'array')
    ? toNumbers(value)
    : Float64Array.of(view.number('_baseline_prediction'));
  if (numbers === null || numbers.length !== scores)
    throw view.invalid('_baseline_prediction', show(value), `${scores} numbers`);
  return numbers;
}

const EXP_LOSSES = ['poisson', 'gamma'];

function headOf(view: EstimatorView, classes: LabelSet | null): TreeHead {
  if (classes !== null) {
    return {
      kind: 'boosted',
      classes,
      link: classes.values.length <= 2 ? 'sigmoid' : view.since(1, 1) ? 'softmax' : 'logsumexp',
      factor: 1,
      positiveAtZero: false,
    };
  }
  const identity = [
    'squared_error',
    'least_squares',
    'absolute_error',
    'least_absolute_deviation',
    'quantile',
  ];
  const loss = view.choice('loss', [...identity, ...EXP_LOSSES]);
  return { kind: 'regression', link: EXP_LOSSES.includes(loss) ? 'exp' : 'identity', flat: true };
}

/**
 * Bitset of the categories seen at fit, a column (`_BinMapper.make_known_categories_bitsets`): `bin_thresholds_` of a
 * categorical column lists them. Null where no column is categorical.
 */
function knownCategories(view: EstimatorView, features: number): readonly (Uint32Array | null)[] | null {
  if (!view.has('_bin_mapper')) return null;
  const mapper = view.child('_bin_mapper');
  const flags = mapper.vectorOrNull('is_categorical_');
  if (flags === null || !flags.includes(1)) return null;
  const perColumn = mapper.items('bin_thresholds_');
  if (flags.length !== features || perColumn.length !== features)
    throw mapper.invalid('is_categorical_', `${flags.length} columns`, `${features} columns`);
  return perColumn.map((value, column) => (flags[column] === 1 ? bitsetOf(mapper, value) : null));
}

function bitsetOf(mapper: EstimatorView, value: PyValue): Uint32Array {
  const categories = isType(value, 'array') ? toNumbers(value) : null;
  const words = new Uint32Array(WORDS);
  for (const category of categories ?? []) {
    if (!(category >= 0 && category < 32 * WORDS))
      throw mapper.invalid('bin_thresholds_', `category ${category}`, 'categories from 0 to 255');
    words[category >>> 5]! |= 1 << (category & 31);
  }
  return words;
}

function readPredictor(
  owner: EstimatorView,
  value: PyValue,
  index: number,
  features: number,
  known: readonly (Uint32Array | null)[] | null,
): FlatTree {
  const view = owner.reading.view(value, owner.pathTo(`_predictors[${index}]`), owner.release);
  const nodes = view.array('nodes');
  const column = (...names: string[]): Float64Array => {
    const found = recordColumn(nodes, ...names);
    if (found === null) throw view.invalid(`nodes.${names[0]}`, 'missing', 'a field of numbers');
    return found;
  };
  const leaf = column('is_leaf');
  const child = (name: string): Float64Array => column(name).map((at, i) => (leaf[i] === 0 ? at : -1));
  const feature = column('feature_idx');
  const tree: FlatTree = {
    left: child('left'),
    right: child('right'),
    feature,
    threshold: column('num_threshold', 'threshold'),
    missingLeft: recordColumn(nodes, 'missing_go_to_left'),
    values: column('value'),
    cover: view.reading.budget.covers ? recordColumn(nodes, 'count') : null,
    ...categoricalSplits(view, nodes, leaf, feature, known),
  };
  const fault = treeFault(tree, features);
  if (fault !== null) throw view.invalid('nodes', fault, 'nodes after their parent and columns that exist');
  return tree;
}

/** Category sets of the splits that have one (from 0.24). */
function categoricalSplits(
  view: EstimatorView,
  nodes: PyArray,
  leaf: Float64Array,
  feature: Float64Array,
  known: readonly (Uint32Array | null)[] | null,
): Pick<FlatTree, 'categorical' | 'bitsets' | 'knownBitsets'> {
  const none = { categorical: null, bitsets: new Uint32Array(), knownBitsets: new Uint32Array() };
  const flags = recordColumn(nodes, 'is_categorical');
  const at = recordColumn(nodes, 'bitset_idx');
  if (flags === null || at === null || !flags.some((flag, i) => flag === 1 && leaf[i] === 0)) return none;
  const left = view.matrix('raw_left_cat_bitsets', WORDS);
  const bitsets = Uint32Array.from(left.data);
  const knownBitsets = new Uint32Array(bitsets.length);
  const categorical = new Int32Array(flags.length).fill(-1);
  for (let i = 0; i < flags.length; i++) {
    if (flags[i] !== 1 || leaf[i] !== 0) continue;
    const set = at[i]!;
    const words = known?.[feature[i]!];
    if (!(set >= 0 && set < left.rows) || words === undefined || words === null) {
      throw view.invalid(
        'nodes.bitset_idx',
        `${set} for column ${feature[i]}`,
        `sets below ${left.rows} of a categorical column`,
      );
    }
    categorical[i] = set;
    knownBitsets.set(words, set * WORDS);
  }
  return { categorical, bitsets, knownBitsets };
}
