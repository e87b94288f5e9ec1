import { objectState } from '../pickle/access.ts';
import { isType, type PyArray, type PyValue } from '../pickle/value.ts';
import { type FlatTree, treeFault } from './arena.ts';
import { arrayItemsOf, recordColumn, toNumber, toNumbers } from './arrays.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

/** The array form of one `sklearn.tree._tree.Tree`. */
export interface CythonTree extends FlatTree {
  readonly features: number;
  readonly outputs: number;
  /** `values` is `[nodes, outputs, valuesPerOutput]`. */
  readonly valuesPerOutput: number;
}

/**
 * `tree_` of a fitted tree estimator: REDUCE arguments (n_features, n_classes, n_outputs), state with `nodes` (a
 * record array, decoded from its dtype) and `values`. `missing_go_to_left` came with 1.3.
 */
export function readCythonTree(view: EstimatorView): CythonTree {
  const record = view.required('tree_');
  if (!isType(record, 'object') || record.cls.name !== 'Tree')
    throw view.invalid('tree_', show(record), 'a Tree');
  const [features, , outputs] = record.args.map(toNumber);
  const classes = arrayItemsOf(record.args[1])?.map(toNumber) ?? [];
  if (typeof features !== 'number' || typeof outputs !== 'number')
    throw view.invalid('tree_', 'a Tree without its sizes', 'n_features and n_outputs');
  const state = objectState(record);
  const nodes = state.get('nodes');
  const values = state.get('values');
  if (!isType(nodes, 'array') || !isType(values, 'array'))
    throw view.invalid('tree_.nodes', show(nodes), 'a record array');
  const column = (...names: string[]): Float64Array => {
    const found = recordColumn(nodes, ...names);
    if (found === null) throw view.invalid(`tree_.nodes.${names[0]}`, 'missing', 'a field of numbers');
    return found;
  };
  const left = column('left_child');
  const numbers = toNumbers(values);
  const [rows, k, perOutput] = values.shape;
  const widest = classes.length === outputs ? Math.max(...classes.map(Number)) : null;
  if (
    numbers === null ||
    values.dtype.code !== 'f' ||
    values.dtype.itemSize !== 8 ||
    values.shape.length !== 3 ||
    rows !== left.length ||
    k !== outputs ||
    perOutput === undefined ||
    perOutput < 1 ||
    perOutput !== widest
  ) {
    const wanted = `float64 [${left.length}, ${outputs}, ${widest ?? 'classes'}]`;
    throw view.invalid('tree_.values', show(values), wanted);
  }
  const tree: CythonTree = {
    features,
    outputs,
    valuesPerOutput: perOutput,
    left,
    right: column('right_child'),
    feature: column('feature'),
    threshold: column('threshold'),
    missingLeft: recordColumn(nodes, 'missing_go_to_left'),
    values: numbers,
    cover: view.reading.budget.covers ? recordColumn(nodes, 'weighted_n_node_samples') : null,
    categorical: null,
    bitsets: new Uint32Array(),
    knownBitsets: new Uint32Array(),
  };
  const fault = treeFault(tree, features);
  if (fault !== null)
    throw view.invalid('tree_.nodes', fault, 'nodes after their parent and columns that exist');
  checkStated(view, state, tree);
  return tree;
}

/** Training rows that came to each node. */
export function nodeSamples(view: EstimatorView): Float64Array {
  const record = view.required('tree_');
  const nodes = isType(record, 'object') ? objectState(record).get('nodes') : undefined;
  const samples = isType(nodes, 'array') ? recordColumn(nodes, 'n_node_samples') : null;
  if (samples === null) throw view.invalid('tree_.nodes.n_node_samples', 'missing', 'a field of numbers');
  return Float64Array.from(samples);
}

/** Fields of a node that no answer depends on, without which scikit-learn loads no tree (`_check_node_ndarray`). */
const UNUSED = ['impurity', 'n_node_samples', 'weighted_n_node_samples'];

/**
 * What the state says of its own arrays: a tree that contradicts itself is damaged, whatever it would answer. A depth that is
 * none scikit-learn takes, and so do we.
 */
function checkStated(view: EstimatorView, state: ReadonlyMap<string, PyValue>, tree: CythonTree): void {
  const nodes = state.get('nodes') as PyArray;
  const missing = UNUSED.find((name) => recordColumn(nodes, name) === null);
  if (missing !== undefined) throw view.invalid(`tree_.nodes.${missing}`, 'missing', 'a field of numbers');
  const [stated, found] = [state.get('node_count'), tree.left.length];
  if (toNumber(stated) === found) return;
  throw view.invalid(
    'tree_.node_count',
    stated === undefined ? 'missing' : show(stated),
    `${found}, as there are nodes`,
  );
}
