import type { ValueName } from '../onnx/graph.ts';
import type { CompileContext } from './compiler.ts';

type G = CompileContext['g'];

/** Lists of numbers, one a column, side by side in one vector: number k of column c is at `k · columns + c`. */
export class ColumnTable {
  readonly #g: G;
  readonly #columns: ValueName;
  readonly #width: number;

  constructor(g: G, width: number) {
    this.#g = g;
    this.#width = width;
    this.#columns = g.int64(
      Array.from({ length: width }, (_, column) => column),
      [1, width],
    );
  }

  /** Lists as one vector; shorter ones end with `padding`. */
  of(lists: readonly ArrayLike<number>[], length: number, padding: number): ValueName {
    const data = new Float64Array(length * this.#width);
    for (let k = 0; k < data.length; k++) {
      const list = lists[k % this.#width]!;
      const place = Math.floor(k / this.#width);
      data[k] = place < list.length ? list[place]! : padding;
    }
    return this.#g.float64(data, [data.length]);
  }

  /** The numbers at places `[N, columns]` of int64. */
  at(table: ValueName, places: ValueName): ValueName {
    const g = this.#g;
    const offsets = g.add('Mul', [places, g.int64([this.#width], [])]);
    return g.add('Gather', [table, g.add('Add', [offsets, this.#columns])], { axis: 0n });
  }

  /**
   * How many of each column's rising list are below x `[N, columns]` (or at it, by `operator`), as int64: a binary
   * search in as many steps as the longest list has bits, all cells at once.
   */
  count(lists: readonly ArrayLike<number>[], x: ValueName, operator: 'LessOrEqual' | 'Less'): ValueName {
    const g = this.#g;
    const longest = lists.reduce((most, { length }) => Math.max(most, length), 1);
    const bits = Math.ceil(Math.log2(longest + 1));
    const table = this.of(lists, 2 ** bits, Number.POSITIVE_INFINITY);
    let count = g.add('Cast', [g.add('Sub', [x, x])], { to: 7n });
    count = g.add('Mul', [count, g.int64([0], [])]);
    for (let size = 2 ** (bits - 1); size >= 1; size /= 2) {
      const probe = this.at(table, g.add('Add', [count, g.int64([size - 1], [])]));
      const more = g.add('Add', [count, g.int64([size], [])]);
      count = g.add('Where', [g.add(operator, [probe, x]), more, count]);
    }
    return count;
  }
}
