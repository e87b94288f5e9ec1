/** A part of the rows that is not looked through yet. */
export interface OpenBox {
  /** No row of it that is answered as wanted costs less. */
  readonly bound: number;
  readonly box: Int32Array;
  readonly askers: Float64Array;
  /** By which it is parted in two. */
  readonly question: number;
  readonly column: number;
  /** Boxes that are alike come in the order of the last first. */
  readonly number: number;
}

/** Open boxes, the one with the least bound first. */
export class BoxHeap {
  readonly #boxes: OpenBox[] = [];

  get size(): number {
    return this.#boxes.length;
  }

  push(open: OpenBox): void {
    const boxes = this.#boxes;
    let at = boxes.push(open) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(open, boxes[above]!)) break;
      boxes[at] = boxes[above]!;
      at = above;
    }
    boxes[at] = open;
  }

  pop(): OpenBox | null {
    const boxes = this.#boxes;
    const first = boxes[0];
    const last = boxes.pop();
    if (first === undefined || last === undefined) return null;
    if (boxes.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= boxes.length) break;
      if (child + 1 < boxes.length && isBefore(boxes[child + 1]!, boxes[child]!)) child++;
      if (!isBefore(boxes[child]!, last)) break;
      boxes[at] = boxes[child]!;
      at = child;
    }
    boxes[at] = last;
    return first;
  }
}

const isBefore = (a: OpenBox, b: OpenBox): boolean =>
  a.bound < b.bound || (a.bound === b.bound && a.number > b.number);
