import { elementAt } from '../../core/element-at.ts';
import { allocateCells } from '../../engine/native/block.ts';
import { type AskedNodes, askedNodes } from './asked-nodes.ts';
import type { DecisionTrees, Players } from './decision-trees.ts';
import { leafPaths } from './leaf-paths.ts';
import { gaussLegendre } from './quadrature.ts';

/** What pairs of players add: `[rows, scores, players, players]`, 0 on the diagonal, of rows of prepared numbers. */
export type PairValues = (x: Float64Array, rows: number) => Float64Array;

/** Edges on all paths together, and steps of one row, that are still within reach. */
const MOST_EDGES = 2 ** 24;
const MOST_STEPS = 2 ** 31;

/** A leaf with the edges above it. */
interface InteractingLeaf {
  /** First of its values. */
  readonly value: number;
  readonly target: number;
  readonly players: readonly number[];
  /** Of each player the share of the training rows that its questions on the path let through. */
  readonly shares: Float64Array;
  /** Nodes of the path, twice their index and 1 where the path goes left, and whose question each asks. */
  readonly edges: Int32Array;
  readonly bits: Int32Array;
}

/**
 * Path-dependent Shapley interaction values of trees (Lundberg et al., Nature Machine Intelligence 2, 2020), each half of what two players
 * add together beyond what each adds alone, as shap splits it between (i, j) and (j, i). With z and o as in `kernel/path.as.ts` a
 * leaf v adds v (o_i - z_i) (o_j - z_j) ∫ Π_{k≠i,j} (z_k (1 - t) + o_k t) dt / 2, and Gauss's rule has no error of its own.
 * Null where the trees are too large.
 */
export function pathInteractions(trees: DecisionTrees, players: Players): PairValues | null {
  const leaves: InteractingLeaf[] = [];
  let [edges, steps] = [0, 0];
  for (const [tree, root] of trees.roots.entries()) {
    const nodes = askedNodes(trees, players, root);
    // Each path keeps its players: a chain of nodes that ask one each takes the square of its length.
    if (nodes.node.length * nodes.players > MOST_EDGES) return null;
    const { bit, leaves: found } = leafPaths(trees, players, nodes);
    for (const { node, place, isLeft, players: of } of found) {
      const path = pathTo(nodes, place, isLeft);
      edges += path.length;
      steps += of.length ** 2 * pointsOf(of.length);
      if (edges > MOST_EDGES || steps > MOST_STEPS) return null;
      if (of.length < 2) continue;
      const shares = new Float64Array(of.length).fill(1);
      for (const { at, left } of path) {
        const share = nodes.share[at]!;
        shares[bit[at]!]! *= left ? share : 1 - share;
      }
      leaves.push({
        ...{ value: node * trees.valueWidth, target: trees.target[tree]!, players: of, shares },
        edges: Int32Array.from(path, ({ at, left }) => 2 * nodes.node[at]! + Number(left)),
        bits: Int32Array.from(path, ({ at }) => bit[at]!),
      });
    }
  }
  const add = pairAdder(trees, players, leaves);
  return (x, rows) => {
    const width = trees.scores * players.count ** 2;
    const out = allocateCells(rows * width);
    const columns = players.of.length;
    for (let row = 0; row < rows; row++)
      add(x.subarray(row * columns, (row + 1) * columns), out.subarray(row * width, (row + 1) * width));
    return out;
  };
}

/** Points of a rule that integrates a product of all players but two. */
const pointsOf = (players: number): number => Math.max(1, Math.ceil((players - 1) / 2));

interface Edge {
  readonly at: number;
  readonly left: boolean;
}

function pathTo(nodes: AskedNodes, place: number, isLeft: boolean): readonly Edge[] {
  const path: Edge[] = [];
  for (let at = place, left = isLeft; at >= 0; left = nodes.fromLeft[at] === 1, at = nodes.parent[at]!)
    path.push({ at, left });
  return path;
}

/** Adds the pairs of one row. */
function pairAdder(trees: DecisionTrees, { count }: Players, leaves: readonly InteractingLeaf[]) {
  const most = leaves.reduce((largest, { players }) => Math.max(largest, players.length), 2);
  const rules = Array.from({ length: pointsOf(most) + 1 }, (_, points) => gaussLegendre(points));
  const passed = new Uint8Array(most);
  const inverse = new Float64Array(most * pointsOf(most));
  const weights = new Float64Array(pointsOf(most));
  const goes = new Uint8Array(trees.left.length);
  return (row: Float64Array, out: Float64Array): void => {
    for (let node = 0; node < goes.length; node++)
      if (trees.left[node] !== -1) goes[node] = Number(goesLeft(trees, node, row[trees.column[node]!]!));
    for (const { value, target, players, shares, edges, bits } of leaves) {
      passed.fill(1);
      for (let k = 0; k < edges.length; k++)
        if ((edges[k]! & 1) !== goes[edges[k]! >> 1]) passed[bits[k]!] = 0;
      const { points, weights: given } = elementAt(rules, pointsOf(players.length));
      let isReached = true;
      for (let q = 0; q < points.length; q++) {
        let product = given[q]!;
        for (let k = 0; k < players.length; k++) {
          const factor = shares[k]! * (1 - points[q]!) + passed[k]! * points[q]!;
          // Neither the row nor any training row comes by.
          if (factor === 0) isReached = false;
          product *= factor;
          inverse[q * most + k] = 1 / factor;
        }
        weights[q] = product / 2;
      }
      if (!isReached) continue;
      for (let i = 0; i < players.length; i++) {
        const own = passed[i]! - shares[i]!;
        if (own === 0) continue;
        for (let j = 0; j < i; j++) {
          let sum = 0;
          for (let q = 0; q < points.length; q++)
            sum += weights[q]! * inverse[q * most + i]! * inverse[q * most + j]!;
          sum *= own * (passed[j]! - shares[j]!);
          for (let k = 0; k < trees.valueWidth; k++) {
            const from = (target + k) * count * count;
            const added = sum * trees.values[value + k]!;
            out[from + players[i]! * count + players[j]!]! += added;
            out[from + players[j]! * count + players[i]!]! += added;
          }
        }
      }
    }
  };
}

function goesLeft({ missingLeft, split, threshold }: DecisionTrees, node: number, x: number): boolean {
  if (Number.isNaN(x)) return missingLeft[node] === 1;
  return split === 'le' ? x <= threshold[node]! : x < threshold[node]!;
}

/** Puts on the diagonal what players add by themselves, so that each row of pairs sums to the player's value, as in shap. */
export function withMainEffects(pairs: Float64Array, values: Float64Array, players: number): Float64Array {
  for (const [at, value] of values.entries()) {
    let rest = value;
    for (let j = 0; j < players; j++) rest -= pairs[at * players + j]!;
    pairs[at * players + (at % players)] = rest;
  }
  return pairs;
}
