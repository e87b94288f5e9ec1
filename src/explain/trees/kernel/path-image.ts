import { type AskedNodes, askedNodes } from '../asked-nodes.ts';
import type { DecisionTrees, Players } from '../decision-trees.ts';
import { gaussLegendre } from '../quadrature.ts';

/** As `kernel.as.ts` lays them out, in bytes. */
const TREE = 24;
const NODE = 56;
const MASKS = 32;
/** One number of two rows. */
const PAIR = 16;
/** Of a factor at a point: g where a row goes left and where not, h likewise. */
const FACTORS = 32;
const FLAGS = { less: 1, missingLeft: 2, leftLeaf: 4, rightLeaf: 8 };
/** Numbers of a node's work area a point: A of both edges, B, g, h. */
const PARTS = 5;
const BELOW = 2;

/** Where everything lies in the kernel's memory, in bytes. */
export interface ShapleyPlan {
  readonly trees: number;
  readonly treesEnd: number;
  readonly x: number;
  readonly values: number;
  /** Of the values of one score. */
  readonly stride: number;
  readonly bytes: number;
}

interface Places {
  node: number;
  factors: number;
  leaf: number;
}

/** What the kernel's memory holds of trees: `write` fills it. */
export interface ShapleyImage {
  readonly plan: ShapleyPlan;
  write(memory: ArrayBuffer): void;
}

/** Plans the kernel's memory for trees that `players` play, whose prepared rows have `columns` numbers. */
export function shapleyImage(trees: DecisionTrees, players: Players): ShapleyImage {
  const asked = Array.from(trees.roots, (root) => askedNodes(trees, players, root));
  const points = asked.map((nodes) => Math.ceil(nodes.players / 2));
  const counts = asked.map(({ node }) => node.length);
  const total = (each: (tree: number) => number): number =>
    asked.reduce((sum, _, tree) => sum + each(tree), 0);
  const most = (each: (tree: number) => number): number =>
    asked.reduce((best, _, tree) => Math.max(best, each(tree)), 0);
  const stepped = (tree: number): number => asked[tree]!.same.filter((place) => place >= 0).length;

  let end = PAIR;
  const take = (bytes: number): number => {
    const at = end;
    end = Math.ceil((end + bytes) / PAIR) * PAIR;
    return at;
  };
  const entries = take(TREE * asked.length);
  const nodes = take(NODE * total((tree) => counts[tree]!));
  const factors = take(FACTORS * total((tree) => stepped(tree) * points[tree]!));
  const rules = new Map([...new Set(points)].map((count) => [count, take(3 * PAIR * count)]));
  const leaves = take(PAIR * trees.valueWidth * total((tree) => counts[tree]! + 1));
  const work = take(most((tree) => counts[tree]! * workBytes(points[tree]!)));
  const x = take(PAIR * players.of.length);
  const stride = PAIR * players.count;
  const values = take(stride * trees.scores);
  const write = (memory: ArrayBuffer): void => {
    const words = new Uint32Array(memory);
    const doubles = new Float64Array(memory);
    for (const [count, at] of rules) writeRule(doubles, at, count);
    const places: Places = { node: nodes, factors, leaf: leaves };
    for (const [tree, found] of asked.entries()) {
      const rule = rules.get(points[tree]!)!;
      const from = places.node;
      writeNodes({ words, doubles, trees, players, rule, work, points: points[tree]! }, found, places);
      const entry = [from, places.node, PAIR * points[tree]!, rule, trees.valueWidth];
      words.set([...entry, stride * trees.target[tree]!], (entries + TREE * tree) / 4);
    }
  };
  const plan = { trees: entries, treesEnd: entries + TREE * asked.length, x, values, stride, bytes: end };
  return { plan, write };
}

const workBytes = (points: number): number => MASKS + PARTS * PAIR * points;

/** 1 - t, t and the weight of each point, for two rows. */
function writeRule(doubles: Float64Array, at: number, count: number): void {
  const { points, weights } = gaussLegendre(count);
  for (let q = 0; q < count; q++) {
    const from = at / 8 + 2 * q;
    doubles.fill(1 - points[q]!, from, from + 2);
    doubles.fill(points[q]!, from + 2 * count, from + 2 * count + 2);
    doubles.fill(weights[q]!, from + 4 * count, from + 4 * count + 2);
  }
}

/** The kernel's memory, and what the nodes of one tree have in common. */
interface TreeImage {
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
  readonly trees: DecisionTrees;
  readonly players: Players;
  /** Address of the rule. */
  readonly rule: number;
  readonly work: number;
  readonly points: number;
}

function writeNodes(image: TreeImage, nodes: AskedNodes, places: Places): void {
  const { words, doubles, trees, players, rule, work, points } = image;
  const area = (place: number): number => work + place * workBytes(points);
  const part = (place: number, number: number): number => area(place) + MASKS + number * PAIR * points;
  for (let place = 0; place < nodes.node.length; place++) {
    const node = nodes.node[place]!;
    const at = places.node;
    places.node += NODE;
    doubles[at / 8] = trees.threshold[node]!;
    doubles[at / 8 + 1] = nodes.share[place]!;
    const child = (arena: number, below: number): number =>
      below >= 0 ? part(below, BELOW) : writeLeaf(image, arena, places);
    const [left, right] = [nodes.left[place]!, nodes.right[place]!];
    const parent = nodes.parent[place]!;
    const same = nodes.same[place]!;
    const column = trees.column[node]!;
    words.set(
      [
        PAIR * column,
        (trees.split === 'lt' ? FLAGS.less : 0) |
          (trees.missingLeft[node] === 1 ? FLAGS.missingLeft : 0) |
          (left < 0 ? FLAGS.leftLeaf : 0) |
          (right < 0 ? FLAGS.rightLeaf : 0),
        PAIR * players.of[column]!,
        same < 0 ? 0 : area(same) + (nodes.sameLeft[place] === 1 ? 0 : PAIR),
        same < 0 ? 0 : places.factors,
        parent < 0 ? rule + 2 * PAIR * points : part(parent, nodes.fromLeft[place] === 1 ? 0 : 1),
        area(place),
        child(trees.left[node]!, left),
        child(trees.right[node]!, right),
      ],
      (at + 16) / 4,
    );
    if (same >= 0) writeFactors(image, nodes.share[place]!, nodes.shareAbove[place]!, places);
  }
}

/**
 * Factors of a node whose player was asked above, for rows that passed there: with z = `above` its share there and f = z (1 - t)
 * + t, g = (z s (1 - t) + o t) / f, and h = ((o - z s) - (1 - z) g) / f, which takes back what the node above adds for the leaves
 * below.
 */
function writeFactors(
  { doubles, rule, points }: TreeImage,
  share: number,
  above: number,
  places: Places,
): void {
  for (let q = 0; q < points; q++) {
    const rest = doubles[rule / 8 + 2 * q]!;
    const t = doubles[rule / 8 + 2 * (points + q)]!;
    const f = above * rest + t;
    const factor = (passed: number): number => (above * share * rest + passed * t) / f;
    const taken = (passed: number): number => (passed - above * share - (1 - above) * factor(passed)) / f;
    doubles.set([factor(1), factor(0), taken(1), taken(0)], places.factors / 8);
    places.factors += FACTORS;
  }
}

function writeLeaf({ doubles, trees }: TreeImage, node: number, places: Places): number {
  const at = places.leaf;
  for (let k = 0; k < trees.valueWidth; k++, places.leaf += PAIR) {
    const value = trees.values[node * trees.valueWidth + k]!;
    doubles[places.leaf / 8] = value;
    doubles[places.leaf / 8 + 1] = value;
  }
  return at;
}
