import type { PointSearch } from '../../model/neighbors.ts';
import type { GraphBuilderApi, ValueName } from '../../onnx/graph.ts';
import { rowSumOf } from '../links.ts';
import { rankPoints } from './distance.ts';

/** The k nearest points of each row, nearest first: their indexes `[N, k]`. */
interface NearestPoints {
  readonly points: ValueName;
  /** How far away they are, `[N, k]`. */
  distances(): ValueName;
}

/** Of points equally far away the first ones are chosen. */
export function nearestPoints(
  g: GraphBuilderApi,
  x: ValueName,
  { points, metric }: PointSearch,
  k: number,
): NearestPoints {
  const ranking = rankPoints(g, x, points, metric);
  const count = g.int64([k], [1]);
  const [values = '', nearest = ''] = g.addMany('TopK', [ranking.values, count], 2, {
    axis: 1n,
    largest: 0n,
    sorted: 1n,
  });
  // A place that no finite distance has taken holds the first point (`NeighborsHeap`).
  const chosen = g.add('Where', [g.add('IsInf', [values]), g.int64([0], []), nearest]);
  return { points: chosen, distances: () => ranking.distances(values, chosen) };
}

/** 1 / distance; where some distance is 0, those points alone, each 1. */
export function inverse(g: GraphBuilderApi, distances: ValueName): ValueName {
  const inverses = g.add('Div', [g.float64([1], []), distances]);
  const infinite = g.add('Cast', [g.add('IsInf', [inverses])], { to: 11n });
  const some = g.add('Greater', [rowSumOf(g, infinite), g.float64([0], [])]);
  return g.add('Where', [some, infinite, inverses]);
}
