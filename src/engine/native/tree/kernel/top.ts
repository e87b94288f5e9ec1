import type { TreeArena } from '../../../../model/tree.ts';

/** Exits of one word, and of a pair: leaves of a tree that is asked whole. */
const WORD = 32;
const WHOLE_LEAVES = 2 * WORD;
/** Leaves of a tree that is asked whole because it has categories, which rows do not walk by. */
export const CATEGORICAL_LEAVES = 512;
/** Exits of the top of a tree that is not asked whole: five levels cost less asked than walked, six do not. */
const TOP_EXITS = WORD;

/** One question of a top: a node, and a bit for each exit under its first child. */
export interface TopQuestion {
  readonly node: number;
  readonly under: number;
}

/** Questions that rule out exits of one word: of numbers, of categories, and by column, of categories that are indexed. */
export interface TopWord {
  readonly numeric: readonly TopQuestion[];
  readonly categorical: readonly TopQuestion[];
  readonly lookups: readonly (readonly TopQuestion[])[];
}

/** The part of a tree that is asked as a whole. */
export interface TreeTop {
  /** Questions about each 32 exits, in pairs. */
  readonly pairs: readonly (readonly [low: TopWord, high: TopWord])[];
  /** Nodes that rows leave through, left to right; all leaves where the tree is asked whole. */
  readonly exits: readonly number[];
}

/**
 * Takes the top of the tree under `root`: all of it, or the splits that most leaves lie under; `leaves` counts those.
 * Categories of the columns `indexed` are looked up.
 */
export function takeTop(
  arena: TreeArena,
  root: number,
  leaves: Int32Array,
  indexed: ReadonlyMap<number, number>,
): TreeTop {
  const { left, right } = arena;
  const whole = leaves[root]! <= (arena.categorical === null ? WHOLE_LEAVES : CATEGORICAL_LEAVES);
  const asked = whole ? null : widestSplits(arena, root, leaves);
  const words: TopQuestion[][] = [];
  const exits: number[] = [];
  /** Takes the exits under a node, left to right, and its questions. */
  const visit = (node: number): void => {
    if (left[node]! < 0 || !(asked === null || asked.has(node))) {
      exits.push(node);
      return;
    }
    const from = exits.length;
    visit(left[node]!);
    const to = exits.length;
    for (let word = Math.floor(from / WORD); word * WORD < to; word++) {
      const start = word * WORD;
      const under = bits(Math.max(from, start) - start, Math.min(to - start, WORD));
      words[word] = [...(words[word] ?? []), { node, under }];
    }
    visit(right[node]!);
  };
  visit(root);
  const wordAt = (word: number): TopWord => wordOf(arena, words[word] ?? [], indexed);
  const count = Math.ceil(exits.length / WHOLE_LEAVES);
  const pairs = Array.from({ length: count }, (_, i) => [wordAt(2 * i), wordAt(2 * i + 1)] as const);
  return { pairs, exits };
}

/** The splits of a tree down to TOP_EXITS nodes, each time of the one that most leaves lie under. */
function widestSplits({ left, right }: TreeArena, root: number, leaves: Int32Array): Set<number> {
  const splits = new Set<number>();
  const fringe = [root];
  while (fringe.length < TOP_EXITS) {
    let at = 0;
    let node = root;
    let most = 0;
    for (const [i, open] of fringe.entries()) {
      const under = leaves[open]!;
      if (under <= most) continue;
      at = i;
      node = open;
      most = under;
    }
    splits.add(node);
    fringe[at] = left[node]!;
    fringe.push(right[node]!);
  }
  return splits;
}

function wordOf(
  { categorical, feature }: TreeArena,
  questions: readonly TopQuestion[],
  indexed: ReadonlyMap<number, number>,
): TopWord {
  const ofCategories = ({ node }: TopQuestion): boolean => categorical !== null && categorical[node]! >= 0;
  const asked = questions.filter(ofCategories);
  const isIndexed = ({ node }: TopQuestion): boolean => indexed.has(feature[node]!);
  const columns = Map.groupBy(asked.filter(isIndexed), ({ node }) => feature[node]!);
  return {
    numeric: questions.filter((question) => !ofCategories(question)),
    categorical: asked.filter((question) => !isIndexed(question)),
    lookups: [...columns.values()],
  };
}

/** A word whose bits `from` to before `to` are set. */
const bits = (from: number, to: number): number => below(to) & ~below(from);

const below = (bit: number): number => (bit === WORD ? -1 : (1 << bit) - 1);
