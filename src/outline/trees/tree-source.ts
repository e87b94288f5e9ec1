/** Trees of any kind as they are shown. Pure. */

/** One node at a time, what it asks in words. */
export interface TreeSource {
  /** Root of each tree. */
  readonly roots: readonly number[] | Int32Array;
  /** Nodes of all trees. */
  readonly nodes: number;
  /** What the values of leaves are added to; empty where there is one. */
  readonly targets: readonly string[];
  /** Children of a node in the order in which they are asked; none of a leaf. A child's number is greater than its parent's. */
  children(node: number): readonly number[];
  /** The question of a node; null where each of its children says what it wants. */
  question(node: number): TreeQuestion | null;
  /** Which rows of a node come to its child at `place`. */
  way(node: number, place: number): TreeWay;
  /** What a leaf of tree `tree` adds. */
  values(node: number, tree: number): readonly number[];
  /** Weight of the training rows at a node; null where the file does not say. */
  cover(node: number): number | null;
}

export interface TreeQuestion {
  readonly text: string;
  /** The number that the column is compared with, as the model has it; null where it is no such comparison. */
  readonly threshold: number | null;
}

export interface TreeWay {
  /** `yes`, `no`, or a condition of its own. */
  readonly text: string;
  /** Whether rows without the value that is asked for come here. */
  readonly takesMissing: boolean;
}

/** Categories of a set that are told. */
const FEW = 6;

/** What a set of categories holds. */
export function setText(members: readonly (string | number)[]): string {
  const told = members.slice(0, FEW).join(', ');
  return members.length > FEW ? `${told}, … (${members.length})` : told;
}
