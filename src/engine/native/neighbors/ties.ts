import type { PointSearch } from '../../../model/neighbors.ts';
import type { DenseBlock } from '../block.ts';
import { prepareNearest, prepareWithin } from './search.ts';

/** Distances as close to each other as this, relative to them, are equal to some engine. */
const TIE = 1e-9;

/** Marks, with 1, the rows whose neighbours hang on the order of points equally far away, or on rounding. */
export type TieMarker = (block: DenseBlock) => Uint8Array;

/** Rows whose last neighbour of k is as far away as the next point. */
export function prepareTies(search: PointSearch, k: number): TieMarker {
  if (k === search.points.rows) return ({ rows }) => new Uint8Array(rows);
  const nearest = prepareNearest(search, k + 1);
  return ({ rows, cols, data }) => {
    const tied = new Uint8Array(rows);
    for (let row = 0; row < rows; row++) {
      const { reduced } = nearest(data, row * cols);
      if (!(reduced[k]! - reduced[k - 1]! > TIE * reduced[k]!)) tied[row] = 1;
    }
    return tied;
  };
}

/** Rows that have a point as far away as the radius. */
export function prepareBoundary(search: PointSearch, radius: number): TieMarker {
  const within = prepareWithin(search, radius * (1 + TIE));
  return ({ data, rows, cols }) => {
    const tied = new Uint8Array(rows);
    for (let row = 0; row < rows; row++) {
      const { distances, count } = within(data, row * cols);
      for (let i = 0; i < count; i++) if (distances[i]! >= radius * (1 - TIE)) tied[row] = 1;
    }
    return tied;
  };
}
