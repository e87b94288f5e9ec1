/** Where a number is among ascending steps, in a few nanoseconds. Pure. */

/** Cells that the span of the steps is cut into: few hold a step, so that one comparison is mostly enough. */
const CELLS = 256;

export interface Steps {
  /** The steps, then infinity. */
  readonly steps: Float64Array;
  readonly base: number;
  readonly scale: number;
  /** For each cell how many steps are in cells before it: those are below whatever is in the cell, as cells only grow with numbers. */
  readonly first: Uint8Array;
}

/** Of at most 254 steps. A step far out does not spoil the grid: it spans all steps but the outermost two. */
export function stepsOf(ascending: readonly number[]): Steps {
  const steps = Float64Array.of(...ascending, Infinity);
  const inner = ascending.length > 3 ? ascending.slice(1, -1) : ascending;
  const base = inner[0] ?? 0;
  const span = (inner.at(-1) ?? 0) - base;
  const scale = span > 0 && CELLS / span < Infinity && span < Infinity ? CELLS / span : 0;
  const first = new Uint8Array(CELLS);
  const cells = ascending.map((step) => cellOf(step, base, scale));
  for (let cell = 0; cell < CELLS; cell++) first[cell] = cells.filter((other) => other < cell).length;
  return { steps, base, scale, first };
}

/** Not a number is in the first cell. */
const cellOf = (x: number, base: number, scale: number): number => {
  const cell = (x - base) * scale;
  return cell > 0 ? (cell < CELLS - 1 ? cell | 0 : CELLS - 1) : 0;
};

/** How many steps are below `values[i]`, for each of them. */
export function countBelow(
  { steps, base, scale, first }: Steps,
  values: Float64Array,
  from: number,
  to: number,
  target: Uint8Array,
): void {
  for (let i = from; i < to; i++) {
    const x = values[i]!;
    const cell = (x - base) * scale;
    let k = first[cell > 0 ? (cell < CELLS - 1 ? cell | 0 : CELLS - 1) : 0]!;
    while (steps[k]! < x) k++;
    target[i - from] = k;
  }
}
