import { elementAt } from '../core/element-at.ts';
import { nextDown, nextDown32, nextUp, nextUp32 } from '../core/float.ts';
import type { PmmlTreeModel, PmmlTreeNode } from '../model/pmml/models.ts';
import type { PmmlPredicate } from '../model/pmml/program.ts';
import type { TreeArena } from '../model/tree.ts';

type Comparison = Extract<PmmlPredicate, { kind: 'compare' }>;
/** Adds what is below, and says where it begins. */
type Branch = () => number;

/** Says why a document is not carried; nothing after it runs. */
export type RefuseTree = (field: string, found: string, wanted: string) => never;

/** What the trees of a document need to know of it. */
export interface PmmlTreeContext {
  /** Column behind a field. */
  readonly columnOf: (field: number) => number;
  /** Whether fields are float32 numbers. */
  readonly float32: boolean;
  readonly split: 'le' | 'lt';
  /** Scores of a node at which a walk ends, null where nothing is predicted. */
  readonly valuesOf: (node: PmmlTreeNode | null) => readonly number[];
  readonly refuse: RefuseTree;
}

const COMPLEMENTS: ReadonlyMap<string, string> = new Map([
  ['lessThan', 'greaterOrEqual'],
  ['greaterOrEqual', 'lessThan'],
  ['lessOrEqual', 'greaterThan'],
  ['greaterThan', 'lessOrEqual'],
]);

/** Trees of PMML as binary trees: children are asked in turn, and what is unknown goes where the strategy says. */
export class PmmlTreeArena {
  readonly #context: PmmlTreeContext;
  readonly #width: number;
  readonly #roots: number[] = [];
  readonly #left: number[] = [];
  readonly #right: number[] = [];
  readonly #feature: number[] = [];
  readonly #threshold: number[] = [];
  readonly #missingLeft: number[] = [];
  readonly #values: number[] = [];

  constructor(context: PmmlTreeContext, width: number) {
    this.#context = context;
    this.#width = width;
  }

  add(model: PmmlTreeModel): void {
    const root = elementAt(model.nodes, 0);
    const { predicate } = root;
    if (predicate.kind === 'constant' && predicate.value) this.#roots.push(this.#node(model, root));
    else this.#context.refuse('the root', 'a node with a predicate', 'True is');
  }

  finish(): TreeArena {
    return {
      roots: Int32Array.from(this.#roots),
      left: Int32Array.from(this.#left),
      right: Int32Array.from(this.#right),
      feature: Int32Array.from(this.#feature),
      threshold: Float64Array.from(this.#threshold),
      missingLeft: Uint8Array.from(this.#missingLeft),
      zeroMissing: null,
      categorical: null,
      setOffsets: new Uint32Array(1),
      bitsets: new Uint32Array(0),
      knownBitsets: null,
      categories: 'int32',
      values: Float64Array.from(this.#values),
      valueWidth: this.#width,
    };
  }

  #node(model: PmmlTreeModel, node: PmmlTreeNode): number {
    return node.children.length === 0 ? this.#leaf(node) : this.#children(model, node, 0);
  }

  /** Asks the children from the one at `k`. */
  #children(model: PmmlTreeModel, node: PmmlTreeNode, k: number): number {
    const at = node.children[k];
    if (at === undefined) {
      const last = model.noTrueChild === 'returnLastPrediction' && node.score !== null;
      return this.#leaf(last ? node : null);
    }
    const child = elementAt(model.nodes, at);
    const { predicate } = child;
    const taken: Branch = () => this.#node(model, child);
    if (predicate.kind === 'constant') return predicate.value ? taken() : this.#children(model, node, k + 1);
    if (predicate.kind !== 'compare')
      return this.#context.refuse('a predicate', predicate.kind, 'comparisons of numbers are');
    return this.#asked(model, node, k, predicate, taken);
  }

  #asked(model: PmmlTreeModel, node: PmmlTreeNode, k: number, asked: Comparison, taken: Branch): number {
    const next = node.children[k + 1];
    const following = next === undefined ? null : elementAt(model.nodes, next);
    const isComplement = following !== null && complements(asked, following.predicate);
    const otherwise: Branch =
      following !== null && isComplement
        ? () => this.#node(model, following)
        : () => this.#children(model, node, k + 1);
    const isLast = isComplement || (following?.predicate.kind === 'constant' && following.predicate.value);
    switch (model.missing) {
      case 'none':
        // What is unknown to one is unknown to the other.
        if (isComplement)
          return this.#present(asked, taken, otherwise, () => this.#children(model, node, k + 2));
        return this.#test(asked, taken, otherwise, 'otherwise');
      case 'lastPrediction':
        return this.#present(asked, taken, otherwise, () => this.#leaf(node));
      case 'nullPrediction':
        return this.#present(asked, taken, otherwise, () => this.#leaf(null));
      case 'defaultChild':
        if (node.defaultChild === k) return this.#test(asked, taken, otherwise, 'taken');
        if (node.defaultChild === k + 1 && isLast) return this.#test(asked, taken, otherwise, 'otherwise');
        return this.#context.refuse('defaultChild', 'neither of two children', 'one of them is');
    }
  }

  /** A test in front of which missing values leave for a branch of their own: no number is below -∞, all are up to ∞. */
  #present(asked: Comparison, taken: Branch, otherwise: Branch, missing: Branch): number {
    const test: Branch = () => this.#test(asked, taken, otherwise, 'otherwise');
    const column = this.#context.columnOf(asked.field);
    return this.#context.split === 'le'
      ? this.#split(column, Infinity, test, missing, 0)
      : this.#split(column, -Infinity, missing, test, 1);
  }

  #test(asked: Comparison, taken: Branch, otherwise: Branch, missing: 'taken' | 'otherwise'): number {
    const { operator, value, field } = asked;
    const { columnOf, float32, split, refuse } = this.#context;
    const column = columnOf(field);
    if (typeof value !== 'number' || !Number.isFinite(value) || !COMPLEMENTS.has(operator))
      return refuse('a predicate', operator, 'finite numbers compared by less or greater are');
    const below = operator === 'lessThan' || operator === 'lessOrEqual';
    const closed = operator === 'lessOrEqual' || operator === 'greaterThan';
    const down = float32 ? nextDown32 : nextDown;
    const up = float32 ? nextUp32 : nextUp;
    const threshold = split === 'le' ? (closed ? value : down(value)) : closed ? up(value) : value;
    return below
      ? this.#split(column, threshold, taken, otherwise, missing === 'taken' ? 1 : 0)
      : this.#split(column, threshold, otherwise, taken, missing === 'taken' ? 0 : 1);
  }

  #split(column: number, threshold: number, left: Branch, right: Branch, missingLeft: number): number {
    const at = this.#push(column, threshold, missingLeft, new Array<number>(this.#width).fill(0));
    this.#left[at] = left();
    this.#right[at] = right();
    return at;
  }

  #leaf(node: PmmlTreeNode | null): number {
    return this.#push(-1, -1, 0, this.#context.valuesOf(node));
  }

  #push(column: number, threshold: number, missingLeft: number, values: readonly number[]): number {
    const at = this.#left.length;
    this.#left.push(-1);
    this.#right.push(-1);
    this.#feature.push(column);
    this.#threshold.push(threshold);
    this.#missingLeft.push(missingLeft);
    this.#values.push(...values);
    return at;
  }
}

const complements = (one: Comparison, other: PmmlPredicate): boolean =>
  other.kind === 'compare' &&
  other.field === one.field &&
  other.value === one.value &&
  other.operator === COMPLEMENTS.get(one.operator);
