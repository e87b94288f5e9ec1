/**
 * The k least values seen, with their points: a binary heap whose first value is the largest, pushed to as the library's
 * is (`utils/_heap.pyx`), since among equal values it is the order in the heap that says which one leaves.
 */
export class NeighborHeap {
  readonly values: Float64Array;
  readonly points: Int32Array;

  constructor(k: number) {
    this.values = new Float64Array(k);
    this.points = new Int32Array(k);
  }

  get largest(): number {
    return this.values[0]!;
  }

  /** Empty places are infinitely far away, at point 0. */
  clear(): void {
    this.values.fill(Infinity);
    this.points.fill(0);
  }

  /** Takes a point in if it is nearer than the farthest, which leaves. */
  push(value: number, point: number): void {
    const { values, points } = this;
    if (!(value < values[0]!)) return;
    const size = values.length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && values[child]! < values[child + 1]!) child++;
      if (!(values[child]! > value)) break;
      values[at] = values[child]!;
      points[at] = points[child]!;
      at = child;
    }
    values[at] = value;
    points[at] = point;
  }

  /** Nearest first; the heap is none until it is cleared. */
  sort(): void {
    const { values, points } = this;
    for (let i = 1; i < values.length; i++) {
      const [value, point] = [values[i]!, points[i]!];
      let at = i;
      for (; at > 0 && values[at - 1]! > value; at--) {
        values[at] = values[at - 1]!;
        points[at] = points[at - 1]!;
      }
      values[at] = value;
      points[at] = point;
    }
  }
}
