import type { TreeEnsembleStep } from '../../../model/step.ts';
import { refuseShape } from '../evaluator.ts';

/** An ensemble that asks of columns beyond those given: `zeros[k]` is the source of the k-th, in which zeros are missing. */
export interface ZeroColumns {
  readonly step: TreeEnsembleStep;
  readonly zeros: Int32Array;
}

/** Gives each column whose zeros are missing to some node a second one for those nodes; rows have `width` columns. */
export function withZeroColumns(step: TreeEnsembleStep, width: number): ZeroColumns {
  const { zeroMissing, left, feature, categorical } = step.arena;
  if (zeroMissing === null) return { step, zeros: new Int32Array(0) };
  const zeros: number[] = [];
  const places = new Map<number, number>();
  const moved = feature.map((column, node) => {
    const asksCategory = (categorical?.[node] ?? -1) >= 0;
    if (zeroMissing[node] !== 1 || left[node]! < 0 || asksCategory) return column;
    if (!(column >= 0 && column < width)) refuseShape(step, 'feature', column, width - 1);
    const place = places.get(column) ?? width + zeros.length;
    if (!places.has(column)) zeros.push(column);
    places.set(column, place);
    return place;
  });
  const arena = { ...step.arena, feature: moved, zeroMissing: null };
  return { step: { ...step, arena }, zeros: Int32Array.from(zeros) };
}
