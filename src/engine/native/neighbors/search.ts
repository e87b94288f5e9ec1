import type { PointSearch, PointTree } from '../../../model/neighbors.ts';
import type { Matrix } from '../../../model/tensor.ts';
import {
  POINTS_AT_ONCE,
  type PointSums,
  preparePointSums,
  prepareRangeSums,
} from '../point-sums/point-sums.ts';
import { type PreparedMetric, prepareMetric } from './distance.ts';
import { NeighborHeap } from './heap.ts';

/** The k nearest points of a row, nearest first; the arrays are those of the search and change with the next row. */
export interface Nearest {
  readonly points: Int32Array;
  /** What ranks them. */
  readonly reduced: Float64Array;
  readonly distances: Float64Array;
}

/** Finds the nearest points of the row of `data` that begins at `at`. */
type NearestSearch = (data: Float64Array, at: number) => Nearest;

/**
 * Makes a search ready that meets points in the order of the library: the depth of a tree first, the nearer child before
 * the other (`BinaryTree._query_single_depthfirst`), or all points in their own order (`ArgKmin`). Of points equally far
 * away it therefore keeps those that the library keeps.
 */
export function prepareNearest({ points, metric, tree }: PointSearch, k: number): NearestSearch {
  const prepared = prepareMetric(metric);
  const { toDistance } = prepared;
  const heap = new NeighborHeap(k);
  const distances = new Float64Array(k);
  const walk = prepareWalk(points, tree, prepared, {
    bound: () => heap.largest,
    visit: (point, apart) => heap.push(apart, point),
  });
  return (data, at) => {
    heap.clear();
    walk(data, at);
    heap.sort();
    for (let i = 0; i < k; i++) distances[i] = toDistance(heap.values[i]!);
    return { points: heap.points, reduced: heap.values, distances };
  };
}

/** The points at most so far away from a row, in places up to `count`; the arrays are those of the search. */
export interface Within {
  readonly points: Int32Array;
  readonly distances: Float64Array;
  readonly count: number;
}

/** Makes a search ready for all points of which the reduced distance is at most that of `radius`. */
export function prepareWithin(
  { points, metric, tree }: PointSearch,
  radius: number,
): (data: Float64Array, at: number) => Within {
  const prepared = prepareMetric(metric);
  const { toDistance } = prepared;
  const most = prepared.toReduced(radius);
  const found = { points: new Int32Array(points.rows), distances: new Float64Array(points.rows), count: 0 };
  const walk = prepareWalk(points, tree, prepared, {
    bound: () => most,
    visit: (point, apart) => {
      if (!(apart <= most)) return;
      found.points[found.count] = point;
      found.distances[found.count++] = toDistance(apart);
    },
  });
  return (data, at) => {
    found.count = 0;
    walk(data, at);
    return found;
  };
}

/** What a walk asks of whoever looks for points: how far they may be at most, in reduced distance; and tells of a point. */
interface Visitor {
  bound(): number;
  visit(point: number, apart: number): void;
}
type Walk = (data: Float64Array, at: number) => void;

function prepareWalk(points: Matrix, tree: PointTree | null, metric: PreparedMetric, visitor: Visitor): Walk {
  if (tree !== null) return treeWalk(points, tree, metric, visitor);
  const distances = metric.isSquares ? preparePointSums(points, 'squares') : distancesOf(points, metric);
  return (data, at) => {
    const apart = distances(data, at);
    let bound = visitor.bound();
    for (let point = 0; point < points.rows; point++) {
      if (!(apart[point]! <= bound)) continue;
      visitor.visit(point, apart[point]!);
      bound = visitor.bound();
    }
  };
}

/** Of a row from every point, in one array for all rows. */
function distancesOf({ rows, cols, data: all }: Matrix, { reduced }: PreparedMetric): PointSums {
  const distances = new Float64Array(rows);
  return (data, at) => {
    for (let point = 0; point < rows; point++) distances[point] = reduced(data, at, all, point * cols, cols);
    return distances;
  };
}

function treeWalk(points: Matrix, tree: PointTree, metric: PreparedMetric, visitor: Visitor): Walk {
  const least = prepareLeastReduced(tree, points.cols, metric);
  const leaves = prepareLeaves(points, tree, metric, visitor);
  const walk = (node: number, data: Float64Array, at: number, bound: number): void => {
    if (bound > visitor.bound()) return;
    if (tree.leaf[node] === 1) {
      leaves.visit(node, data, at);
      return;
    }
    const left = 2 * node + 1;
    const toLeft = least(left, data, at);
    const toRight = least(left + 1, data, at);
    if (toLeft <= toRight) walk(left, data, at, toLeft);
    walk(left + 1, data, at, toRight);
    if (!(toLeft <= toRight)) walk(left, data, at, toLeft);
  };
  return (data, at) => {
    leaves.begin(data, at);
    walk(0, data, at, least(0, data, at));
  };
}

/** Looks at the points of leaves. */
interface Leaves {
  /** Once a row, before its first leaf. */
  begin(data: Float64Array, at: number): void;
  visit(node: number, data: Float64Array, at: number): void;
}

function prepareLeaves(points: Matrix, tree: PointTree, metric: PreparedMetric, visitor: Visitor): Leaves {
  const { order, start, end } = tree;
  const sums = metric.isSquares ? prepareRangeSums(inOrder(points, tree), 'squares') : null;
  if (sums !== null)
    return {
      begin: sums.begin,
      visit: (node) => {
        const [from, to] = [start[node]!, end[node]!];
        const apart = sums.of(from, to);
        for (let i = from, k = from % POINTS_AT_ONCE; i < to; i++, k++) visitor.visit(order[i]!, apart[k]!);
      },
    };
  const { data: all, cols } = points;
  return {
    begin: () => undefined,
    visit: (node, data, at) => {
      for (let i = start[node]!; i < end[node]!; i++) {
        const point = order[i]!;
        visitor.visit(point, metric.reduced(data, at, all, point * cols, cols));
      }
    },
  };
}

const sorted = new WeakMap<PointTree, Matrix>();

/** The points of a leaf beside each other, once for all searches of a tree. */
function inOrder({ rows, cols, data }: Matrix, tree: PointTree): Matrix {
  const known = sorted.get(tree);
  if (known !== undefined) return known;
  const cells = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    const from = tree.order[i]! * cols;
    cells.set(data.subarray(from, from + cols), i * cols);
  }
  const points = { rows, cols, data: cells };
  sorted.set(tree, points);
  return points;
}

/** Reduced distance that every point of a node has at least (`min_rdist`). */
type LeastReduced = (node: number, data: Float64Array, at: number) => number;

function prepareLeastReduced(
  { kind, bounds, radius, start }: PointTree,
  cols: number,
  metric: PreparedMetric,
): LeastReduced {
  if (kind === 'ball')
    return (node, data, at) => {
      const away = metric.toDistance(metric.reduced(data, at, bounds, node * cols, cols));
      return metric.toReduced(Math.max(0, away - radius[node]!));
    };
  const upper = start.length * cols;
  const { p } = metric;
  return (node, data, at) => {
    let sum = 0;
    for (let j = 0, low = node * cols; j < cols; j++, low++) {
      const x = data[at + j]!;
      const outside = Math.max(0, bounds[low]! - x, x - bounds[upper + low]!);
      if (p === 2) sum += outside * outside;
      else if (p === Infinity) sum = Math.max(sum, outside);
      else sum += p === 1 ? outside : outside ** p;
    }
    return sum;
  };
}
