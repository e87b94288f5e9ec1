import type { TreeArena } from '../../../../model/tree.ts';

/** Exits of one word, and of the two that one row may have: leaves of a tree that is asked whole. */
const WORD = 32;
export const WHOLE_LEAVES = 2 * WORD;
/** Exits of the top of a tree that is not asked whole: five levels cost less asked than walked, six do not. */
const TOP_EXITS = WORD;

/** One question of a top: a node, and a bit for each exit under its first child. */
export interface TopQuestion {
  readonly node: number;
  readonly under: number;
}

/** Questions that rule out exits of one word: of numbers, and of categories. */
export interface Word {
  readonly numeric: readonly TopQuestion[];
  readonly categorical: readonly TopQuestion[];
}

/** The part of a tree that is asked as a whole. */
export interface Top {
  /** Questions about the first 32 exits. */
  readonly low: Word;
  /** Questions about the next 32. */
  readonly high: Word;
  /** Nodes that rows leave through, left to right; all leaves where the tree has at most 64. */
  readonly exits: readonly number[];
}

/** Takes the top of the tree under `root`: the splits that most leaves lie under; `leaves` counts them for each node. */
export function takeTop(arena: TreeArena, root: number, leaves: Int32Array): Top {
  const exits = leaves[root]! <= WHOLE_LEAVES ? WHOLE_LEAVES : TOP_EXITS;
  const asked = new Set<number>();
  const fringe = [root];
  while (fringe.length < exits) {
    const at = widest(fringe, leaves);
    const node = fringe[at]!;
    if (arena.left[node]! < 0) break;
    asked.add(node);
    fringe.splice(at, 1, arena.left[node]!, arena.right[node]!);
  }
  return questionsOf(arena, root, asked, fringe);
}

/** Index of the node that most leaves lie under. */
function widest(fringe: readonly number[], leaves: Int32Array): number {
  let best = 0;
  for (let i = 1; i < fringe.length; i++) if (leaves[fringe[i]!]! > leaves[fringe[best]!]!) best = i;
  return best;
}

/** The questions of the asked nodes; `exits` are in order, for the fringe was split in place. */
function questionsOf(
  arena: TreeArena,
  root: number,
  asked: ReadonlySet<number>,
  exits: readonly number[],
): Top {
  const low: TopQuestion[] = [];
  const high: TopQuestion[] = [];
  let passed = 0;
  /** Counts the exits under a node, having noted its questions. */
  const visit = (node: number): void => {
    if (!asked.has(node)) {
      passed++;
      return;
    }
    const from = passed;
    visit(arena.left[node]!);
    if (from < WORD) low.push({ node, under: bits(from, Math.min(passed, WORD)) });
    if (passed > WORD) high.push({ node, under: bits(Math.max(from, WORD) - WORD, passed - WORD) });
    visit(arena.right[node]!);
  };
  visit(root);
  return { low: wordOf(arena, low), high: wordOf(arena, high), exits };
}

function wordOf({ categorical }: TreeArena, questions: readonly TopQuestion[]): Word {
  const ofCategories = ({ node }: TopQuestion): boolean => categorical !== null && categorical[node]! >= 0;
  return {
    numeric: questions.filter((question) => !ofCategories(question)),
    categorical: questions.filter(ofCategories),
  };
}

/** A word whose bits `from` to before `to` are set. */
const bits = (from: number, to: number): number =>
  Number(((1n << BigInt(to)) - (1n << BigInt(from))) & 0xffff_ffffn);
