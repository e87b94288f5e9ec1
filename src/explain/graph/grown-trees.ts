import { nextDown, nextDown32 } from '../../core/float.ts';
import type { DecisionTrees } from '../trees/decision-trees.ts';
import type { EnsembleNodes, NodeMode } from './ensemble-nodes.ts';

/** A question that is no comparison with a threshold: a number of its own in a prepared row, 0 where it is answered by yes. */
export interface EqualityQuestion {
  readonly feature: number;
  readonly value: number;
  readonly isEqual: boolean;
  readonly missingIsTrue: boolean;
}

/** Trees of a graph, whose rows are the columns that it gives them, then the answers to `questions`. */
export interface GrownTrees {
  readonly trees: DecisionTrees;
  readonly questions: readonly EqualityQuestion[];
}

/** What the scores of trees are. */
export interface ScoreLayout {
  readonly scores: number;
  /** Which score a weight is added to; -1 where there is none. */
  scoreOf(written: number): number;
  readonly divisor: number;
  readonly isSingle: boolean;
}

/** Nodes below each other in a tree, at most. */
const MOST_NODES = 2 ** 24;

/**
 * The trees of an ensemble of `width` columns, each node after its parent; null where they are no trees, or ask about sets. Rows go left
 * where they are at most the threshold; numbers are compared in the precision of the graph's, so that `x < t` is `x <= the number below t`.
 */
export function grownTrees(nodes: EnsembleNodes, width: number, layout: ScoreLayout): GrownTrees | null {
  const grown = { left: [] as number[], right: [] as number[], from: [] as number[] };
  const roots: number[] = [];
  const seen = new Set<number>();
  for (const root of nodes.roots) {
    const waiting: { readonly place: number; readonly side: number[]; readonly at: number }[] = [];
    waiting.push({ place: root, side: roots, at: roots.length });
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { place, side, at } = next;
      if (nodes.mode[place] === undefined || seen.has(place) || seen.size > MOST_NODES) return null;
      seen.add(place);
      const node = grown.from.push(place) - 1;
      grown.left.push(-1);
      grown.right.push(-1);
      side[at] = node;
      if (nodes.mode[place] === 'LEAF') continue;
      const [yes = -1, no = -1] = [nodes.whereTrue[place], nodes.whereFalse[place]];
      const isTurned = TURNED.has(nodes.mode[place]);
      waiting.push({ place: isTurned ? yes : no, side: grown.right, at: node });
      waiting.push({ place: isTurned ? no : yes, side: grown.left, at: node });
    }
  }
  const asked = askedOf(nodes, grown.from, width, layout.isSingle);
  const values = valuesOf(nodes, grown.from, layout);
  if (asked === null || values === null || roots.length === 0) return null;
  const { cover } = nodes;
  const trees: DecisionTrees = {
    ...{ roots: Int32Array.from(roots), left: Int32Array.from(grown.left) },
    ...{ right: Int32Array.from(grown.right), column: asked.column, threshold: asked.threshold },
    ...{ missingLeft: asked.missingLeft, split: 'le', values, valueWidth: layout.scores },
    cover: cover === null ? new Float64Array(0) : Float64Array.from(grown.from, (place) => cover[place] ?? 0),
    ...{ target: new Int32Array(roots.length), scores: layout.scores },
  };
  return { trees, questions: asked.questions };
}

/** Modes whose false side is the left one. */
const TURNED: ReadonlySet<NodeMode> = new Set(['GT', 'GTE']);

interface Asked extends Pick<DecisionTrees, 'column' | 'threshold' | 'missingLeft'> {
  readonly questions: readonly EqualityQuestion[];
}

function askedOf(
  nodes: EnsembleNodes,
  from: readonly number[],
  width: number,
  isSingle: boolean,
): Asked | null {
  const questions: EqualityQuestion[] = [];
  const column = new Int32Array(from.length).fill(-1);
  const threshold = new Float64Array(from.length);
  const missingLeft = new Uint8Array(from.length);
  const below = isSingle ? nextDown32 : nextDown;
  for (const [node, place] of from.entries()) {
    const mode = nodes.mode[place];
    if (mode === 'LEAF') continue;
    const [feature = -1, written = 0, missingIsTrue = false] = [
      nodes.feature[place],
      nodes.value[place],
      nodes.missingIsTrue[place],
    ];
    const value = isSingle ? Math.fround(written) : written;
    if (mode === undefined || mode === 'MEMBER' || !(feature >= 0 && feature < width)) return null;
    if (mode === 'EQ' || mode === 'NEQ') {
      column[node] = width + questions.length;
      threshold[node] = 0.5;
      questions.push({ feature, value, isEqual: mode === 'EQ', missingIsTrue });
      continue;
    }
    const isStrict = mode === 'LT' || mode === 'GTE';
    // Nothing is below it, save what no threshold says.
    if (Number.isNaN(value) || (isStrict && value === Number.NEGATIVE_INFINITY)) return null;
    column[node] = feature;
    threshold[node] = isStrict ? below(value) : value;
    missingLeft[node] = Number(TURNED.has(mode) !== missingIsTrue);
  }
  return { column, threshold, missingLeft, questions };
}

function valuesOf(nodes: EnsembleNodes, from: readonly number[], layout: ScoreLayout): Float64Array | null {
  const { scores, scoreOf, divisor } = layout;
  const places = new Map(from.map((place, node) => [place, node]));
  const values = new Float64Array(from.length * scores);
  for (const { node, score, weight } of nodes.weights) {
    const [at, to] = [places.get(node) ?? -1, scoreOf(score)];
    // A weight of a node that asks is added nowhere.
    if (at < 0 || nodes.mode[node] !== 'LEAF') continue;
    if (!(to >= 0 && to < scores)) return null;
    values[at * scores + to]! += weight / divisor;
  }
  return values;
}
