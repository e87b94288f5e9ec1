import type { PmmlTreeModel, PmmlTreeNode } from '../../model/pmml/models.ts';
import type { PmmlPredicate } from '../../model/pmml/program.ts';
import type { FieldColumns } from './field-columns.ts';

/** A number of a prepared row: how many of a node's ways are passed over before the one that the row takes. */
export interface WayNumber {
  /** Predicates of the ways, in the order in which they are asked. */
  readonly predicates: readonly PmmlPredicate[];
  /** Which way is taken where a predicate is unknown before one is true: of so many predicates its place, or one of those below. */
  readonly whereUnknown: number | null;
  /** The way where none is true. */
  readonly otherwise: number;
  readonly column: number;
}

/** Trees as they grow, nodes after their parents: a node asks whether a number is at most its place. */
export interface GrowingModels {
  readonly roots: number[];
  readonly left: number[];
  readonly right: number[];
  readonly number: number[];
  readonly threshold: number[];
  /** What a leaf answers; null of nodes that ask. */
  readonly answers: (Float64Array | null)[];
  readonly numbers: WayNumber[];
}

/** Nodes of a document's trees. */
const MOST_NODES = 2 ** 20;

export const newModels = (): GrowingModels => ({
  ...{ roots: [], left: [], right: [], number: [], threshold: [], answers: [], numbers: [] },
});

/** A node that is still to be grown, and where its place is written. */
interface Waiting {
  readonly node: number;
  readonly side: number[];
  readonly at: number;
}

/** What a row may do at a node: go on at a child, or stay, in the order in which it is asked. */
interface Way {
  readonly number: number;
  readonly threshold: number;
  /** Node to go on at; null where the node answers itself. */
  readonly to: number | null;
}

/**
 * Grows a tree model: each node of several children is a chain of questions, about the place of the child that a row goes to where one column
 * decides it, else about what each child asks. False where a question is about several columns, or a row without missing values may come to
 * no answer. `answerOf` says what a node answers; null where it answers nothing.
 */
export function growModel(
  model: PmmlTreeModel,
  models: GrowingModels,
  columnsOf: (predicates: readonly PmmlPredicate[]) => FieldColumns,
  answerOf: (node: number) => Float64Array | null,
): boolean {
  const { nodes } = model;
  const [root] = nodes;
  if (root?.predicate.kind !== 'constant' || !root.predicate.value) return false;
  const waiting: Waiting[] = [{ node: 0, side: models.roots, at: models.roots.length }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const node = nodes[next.node];
    if (node === undefined || models.left.length > MOST_NODES) return false;
    const answer = answerOf(next.node);
    if (node.children.length === 0) {
      if (answer === null) return false;
      next.side[next.at] = push(models, -1, 0, answer);
      continue;
    }
    const chain = waysOf(model, node, answer !== null, models, columnsOf);
    if (chain === null) return false;
    let { side, at } = next;
    for (const [k, { number, threshold, to }] of chain.entries()) {
      let [sideHere, atHere] = [side, at];
      // Who comes to the last way takes it.
      if (k < chain.length - 1) {
        const asking = push(models, number, threshold, null);
        side[at] = asking;
        [sideHere, atHere] = [models.left, asking];
        [side, at] = [models.right, asking];
      }
      if (to !== null) waiting.push({ node: to, side: sideHere, at: atHere });
      else sideHere[atHere] = push(models, -1, 0, answer);
    }
  }
  return true;
}

function waysOf(
  { nodes, missing, noTrueChild }: PmmlTreeModel,
  { children, defaultChild, score }: PmmlTreeNode,
  isAnswered: boolean,
  models: GrowingModels,
  columnsOf: (predicates: readonly PmmlPredicate[]) => FieldColumns,
): readonly Way[] | null {
  const predicates = children.map((child) => nodes[child]?.predicate ?? NEVER);
  const isLast = noTrueChild === 'returnLastPrediction' && score !== null && isAnswered;
  if ((!isLast && !isCertain(predicates)) || (missing === 'lastPrediction' && !isAnswered)) return null;
  const columns = columnsOf(predicates);
  const count = children.length;
  const add = (number: WayNumber): number => models.numbers.push(number) - 1;
  if (columns !== null && columns.size <= 1) {
    const [column = 0] = columns;
    const unknown = {
      ...{ none: isLast ? null : NO_WAY, lastPrediction: count, nullPrediction: NO_WAY },
      defaultChild: defaultChild ?? NO_WAY,
    };
    const number = add({
      ...{ predicates, column, whereUnknown: unknown[missing] },
      otherwise: isLast ? count : NO_WAY,
    });
    const ways = children.map((to, way): Way => ({ number, threshold: way + 0.5, to }));
    return isLast || missing === 'lastPrediction' ? [...ways, { number, threshold: count, to: null }] : ways;
  }
  const chain: Way[] = [];
  for (const [k, predicate] of predicates.entries()) {
    const to = children[k] ?? -1;
    if (predicate.kind === 'constant' && predicate.value) return [...chain, { number: -1, threshold: 0, to }];
    const own = columnsOf([predicate]);
    if (own === null || own.size > 1) return null;
    const [column = 0] = own;
    const isAsked = missing === 'lastPrediction' || (missing === 'defaultChild' && defaultChild !== null);
    const whereUnknown = isAsked ? 1 : missing === 'none' && isLast ? null : NO_WAY;
    const number = add({ predicates: [predicate], column, whereUnknown, otherwise: 2 });
    chain.push({ number, threshold: 0.5, to });
    if (isAsked)
      chain.push({
        ...{ number, threshold: 1.5 },
        to: missing === 'lastPrediction' ? null : (children[defaultChild ?? 0] ?? -1),
      });
  }
  // Opposite predicates are about one field: of others the last child may not be taken.
  return isLast ? [...chain, { number: -1, threshold: 0, to: null }] : null;
}

/** The way of a row that comes to no answer. */
export const NO_WAY = -1;
const NEVER: PmmlPredicate = { kind: 'constant', value: false };

function push(models: GrowingModels, number: number, threshold: number, answer: Float64Array | null): number {
  models.left.push(-1);
  models.right.push(-1);
  models.threshold.push(threshold);
  models.answers.push(answer);
  return models.number.push(number) - 1;
}

/** Whether one of the predicates holds, whatever the value is that they ask about, where there is one. */
function isCertain(predicates: readonly PmmlPredicate[]): boolean {
  const last = predicates.at(-1);
  if (last?.kind === 'constant' && last.value) return true;
  return predicates.some((one, k) => predicates.slice(k + 1).some((other) => areOpposite(one, other)));
}

const OPPOSITE: Readonly<Record<string, string>> = {
  equal: 'notEqual',
  notEqual: 'equal',
  lessThan: 'greaterOrEqual',
  greaterOrEqual: 'lessThan',
  lessOrEqual: 'greaterThan',
  greaterThan: 'lessOrEqual',
};

function areOpposite(one: PmmlPredicate, other: PmmlPredicate): boolean {
  if (one.kind === 'compare' && other.kind === 'compare')
    return (
      one.field === other.field && one.value === other.value && OPPOSITE[one.operator] === other.operator
    );
  if (one.kind === 'missing' && other.kind === 'missing')
    return one.field === other.field && one.wanted !== other.wanted;
  if (one.kind !== 'set' || other.kind !== 'set' || one.field !== other.field) return false;
  const same =
    one.values.length === other.values.length && one.values.every((value) => other.values.includes(value));
  return same && one.wanted !== other.wanted;
}
