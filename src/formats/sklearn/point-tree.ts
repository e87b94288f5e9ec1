import type { Metric, PointTree } from '../../model/neighbors.ts';
import type { Matrix } from '../../model/tensor.ts';
import { isType, type PyArray, type PyValue } from '../pickle/value.ts';
import { recordColumn, toNumbers } from './arrays.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

/** Levels of nodes, above which a tree has more of them than files hold points. */
const MAX_LEVELS = 40;

/**
 * `_tree` of an estimator of neighbours: the state of a `KDTree` or a `BallTree` is the tuple (data, idx_array,
 * node_data, node_bounds, …) of `BinaryTree.__getstate__`.
 */
export function readPointTree(
  view: EstimatorView,
  method: 'kd_tree' | 'ball_tree',
  points: Matrix,
  metric: Metric,
): PointTree {
  const kind = method === 'kd_tree' ? 'box' : 'ball';
  if (kind === 'box' && (metric.kind !== 'minkowski' || metric.weights !== null))
    throw view.invalid('_fit_method', method, 'a ball tree for such a metric');
  return pointTreeOf(view, '_tree', kind, points);
}

/** The tree held in an attribute, over `points`. */
function pointTreeOf(view: EstimatorView, name: string, kind: PointTree['kind'], points: Matrix): PointTree {
  const [, order, nodes, bounds] = stateOf(view, name, kind);
  const tree: PointTree = {
    kind,
    order: Int32Array.from(numbersOf(view, `${name}.idx_array`, order)),
    start: columnOf(view, name, nodes, 'idx_start'),
    end: columnOf(view, name, nodes, 'idx_end'),
    leaf: Uint8Array.from(columnOf(view, name, nodes, 'is_leaf'), (leaf) => (leaf === 0 ? 0 : 1)),
    radius: recordColumn(nodes as PyArray, 'radius') ?? new Float64Array(),
    bounds: numbersOf(view, `${name}.node_bounds`, bounds),
  };
  const fault = faultOf(tree, points);
  if (fault !== null) throw view.invalid(name, fault, 'a tree over all points');
  return tree;
}

const TREES = { box: ['KDTree'], ball: ['BallTree'], any: ['KDTree', 'BallTree'] } as const;

function stateOf(view: EstimatorView, name: string, kind: keyof typeof TREES): readonly PyValue[] {
  const value = view.required(name);
  const made = isType(value, 'object') ? value.args[0] : undefined;
  const isTree = isType(made, 'global') && TREES[kind].some((wanted) => made.name.startsWith(wanted));
  if (!isTree || !isType(value, 'object') || !isType(value.state, 'tuple') || value.state.items.length < 12)
    throw view.invalid(name, show(value), `a ${TREES[kind].join(' or a ')}`);
  return value.state.items;
}

/** The points of a tree of either kind held in an attribute, and their weights where they were weighed. */
export function readTreePoints(
  view: EstimatorView,
  name: string,
): { readonly points: Matrix; readonly weights: Float64Array | null } {
  const state = stateOf(view, name, 'any');
  const [held, weighed] = [state[0], state[12] ?? null];
  const data = numbersOf(view, `${name}.data`, held);
  const [rows = 0, cols = 0, ...others] = (held as PyArray).shape;
  if (rows === 0 || cols === 0 || others.length > 0 || !data.every(Number.isFinite))
    throw view.invalid(`${name}.data`, show(held), 'finite points');
  const weights = weighed === null ? null : numbersOf(view, `${name}.sample_weight`, weighed);
  const isWeighed = weights?.every((weight) => weight >= 0 && weight < Infinity) ?? true;
  if (!isWeighed || (weights !== null && weights.length !== rows))
    throw view.invalid(`${name}.sample_weight`, show(weighed), `${rows} weights`);
  return { points: { rows, cols, data }, weights };
}

function columnOf(view: EstimatorView, name: string, nodes: PyValue | undefined, field: string): Int32Array {
  const column = isType(nodes, 'array') ? recordColumn(nodes, field) : null;
  if (column === null) throw view.invalid(`${name}.node_data.${field}`, show(nodes), 'a field of numbers');
  return Int32Array.from(column);
}

function numbersOf(view: EstimatorView, name: string, value: PyValue | undefined): Float64Array {
  const numbers = isType(value, 'array') ? toNumbers(value) : null;
  if (numbers === null) throw view.invalid(name, show(value), 'an array of numbers');
  return numbers;
}

/** What makes a search go wrong, or miss points: null where each point is in one leaf, and all nodes have bounds. */
function faultOf(tree: PointTree, { rows, cols }: Matrix): string | null {
  const nodes = tree.start.length;
  const sides = tree.kind === 'box' ? 2 : 1;
  if (nodes === 0 || Math.log2(nodes + 1) > MAX_LEVELS) return `${nodes} nodes`;
  if (tree.bounds.length !== sides * nodes * cols) return `bounds of ${tree.bounds.length} numbers`;
  if (tree.radius.length !== nodes) return 'nodes without a radius';
  const seen = new Uint8Array(rows);
  for (const point of tree.order) {
    if (!(point >= 0 && point < rows) || seen[point] === 1) return `point ${point} in its order`;
    seen[point] = 1;
  }
  return tree.order.length === rows ? faultBelow(tree, 0, 0, rows) : `${tree.order.length} points`;
}

/** Whether node `at` has the points from `from` to `to`, and so on below it. */
function faultBelow(tree: PointTree, at: number, from: number, to: number): string | null {
  if (at >= tree.start.length) return `no node ${at}`;
  if (tree.start[at] !== from || tree.end[at] !== to)
    return `node ${at} of points ${tree.start[at]} to ${tree.end[at]}`;
  if (tree.leaf[at] === 1) return null;
  const middle = tree.end[2 * at + 1] ?? -1;
  if (middle < from || middle > to) return `node ${2 * at + 1} of points up to ${middle}`;
  return faultBelow(tree, 2 * at + 1, from, middle) ?? faultBelow(tree, 2 * at + 2, middle, to);
}
