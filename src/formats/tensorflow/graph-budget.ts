import type { ReadBudget } from '../budget.ts';

/** A node, an attribute or a dimension takes far more memory than on the wire. */
const RECORD_BYTES = 96;
const NUMBER_BYTES = 16;

/** Charges what the messages of a graph take in memory to the budget of the file. */
export class GraphBudget {
  readonly read: ReadBudget;

  constructor(read: ReadBudget) {
    this.read = read;
  }

  record(offset: number): void {
    this.read.charge(RECORD_BYTES, 'the graph', offset);
  }

  numbers(count: number, offset: number): void {
    this.read.charge(NUMBER_BYTES * count, 'lists of the graph', offset);
  }

  bytes(count: number, what: string, offset: number): void {
    this.read.charge(count, what, offset);
  }
}
