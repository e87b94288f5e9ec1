import { elementAt } from '../../../../core/element-at.ts';
import type { TreeEnsembleStep } from '../../../../model/step.ts';
import type { TreeArena } from '../../../../model/tree.ts';
import type { SplitQuestions } from './questions.ts';
import { CATEGORICAL_LEAVES, type TreeTop, takeTop } from './top.ts';

/** Rows of a group: they go through the trees side by side. */
export const GROUP_ROWS = 16;
/** Bytes of one packed column of a group. */
export const COLUMN_BYTES = 4 * GROUP_ROWS;
/** Bytes of what `kernel.as.ts` reads: an entry of the tables, a question, a node, the address of an exit. */
export const COLUMN_ENTRY = 16;
export const TREE_ENTRY = 20;
export const PAIR_ENTRY = 32;
export const QUESTION = 12;
export const NODE = 12;
const EXIT = 4;
/** Where the kernel keeps three words a row. */
const SCRATCH_BYTES = 3 * COLUMN_BYTES;
/** Bytes of a table: a bit for each category, and sixteen bytes for what is none. */
export const TABLE = 48;
/** Of a table of words what is for categories without an index, and for missing values. */
const OTHER_WORDS = 2;
/** Tables of words of one ensemble, beyond which rows walk (64 MiB). */
const WORDS_BYTES_LIMIT = 2 ** 26;
/** Numbers of leaves have 22 bits. */
const LEAVES_LIMIT = 2 ** 22;
/** Splits, so that ranks are exact in float32. */
const NODES_LIMIT = 2 ** 24;
/** Memory of one ensemble (1 GiB). */
const BYTES_LIMIT = 2 ** 30;
/** Trees that go together through a group of rows: what they hold stays in the first cache. */
const CHUNK_BYTES = 2 ** 14;
/** Packed rows that go together through a chunk of trees: many, so that large trees are fetched seldom. */
const BLOCK_BYTES = 2 ** 20;
const BLOCK_ROWS = 2 ** 12;
/** Float64 on their way to be packed, and the most that one group may need. */
const STAGE_CELLS = 2 ** 14;
const STAGE_CELLS_LIMIT = 2 ** 20;

/** A tree's part of the kernel's memory. */
export interface TreePlan {
  readonly top: TreeTop;
  /** Whether rows walk on from the exits of the top. */
  readonly walked: boolean;
  /** Addresses: pairs of words; questions and then exits; tables of categorical questions; tables of words; nodes; values of leaves. */
  readonly pairs: number;
  readonly questions: number;
  readonly tables: number;
  readonly words: number;
  readonly nodes: number;
  readonly values: number;
}

/** Addresses of the first byte and of the one after the last. */
export interface AddressRange {
  readonly from: number;
  readonly to: number;
}

/** Room for rows: of a stage in float64, of a block packed, and of its scores. */
interface RowsPlan {
  readonly stage: number;
  readonly stageRows: number;
  readonly x: number;
  readonly blockRows: number;
  readonly scores: number;
}

/** Where everything lies in the kernel's memory, in bytes. */
export interface KernelPlan extends RowsPlan {
  /** The table of columns. */
  readonly columns: AddressRange;
  /** Tables of levels of the packed columns; 0 where there is none. */
  readonly levels: readonly number[];
  /** The table of trees. */
  readonly trees: number;
  readonly treePlans: readonly TreePlan[];
  /** Leaves under each arena node. */
  readonly leaves: Int32Array;
  /** Runs of the table of trees that go together through a group. */
  readonly chunks: readonly AddressRange[];
  /** Packed rows of one group. */
  readonly groupBytes: number;
  readonly bytes: number;
}

/** Whether the kernel can hold an ensemble of so many nodes, for rows of so many columns. */
export const fits = ({ arena }: TreeEnsembleStep, width: number): boolean =>
  arena.left.length < NODES_LIMIT && width * GROUP_ROWS <= STAGE_CELLS_LIMIT;

/** Words of a table of an indexed column. */
export const tableWords = (indexed: number): number => indexed + OTHER_WORDS;

/** Bytes of a score and of each value of a leaf. */
export const cellBytes = ({ sums }: TreeEnsembleStep): 4 | 8 => (sums === 'float32' ? 4 : 8);

/** Hands out addresses, one after the other. */
interface Space {
  take(bytes: number): number;
  taken(): number;
}

function createSpace(): Space {
  let end = SCRATCH_BYTES;
  return {
    take: (bytes) => {
      const at = end;
      end = Math.ceil((at + bytes) / 16) * 16;
      return at;
    },
    taken: () => end,
  };
}

/**
 * Gives everything its place; null where the whole is too large, or a tree, or one with categorical splits to be asked
 * whole.
 */
export function planMemory(
  step: TreeEnsembleStep,
  questions: SplitQuestions,
  width: number,
): KernelPlan | null {
  const { arena } = step;
  const space = createSpace();
  const columnBytes = COLUMN_ENTRY * questions.columns.length;
  const from = space.take(columnBytes);
  const levels = questions.columns.map((column) =>
    column.levels === null ? 0 : space.take(8 * paddedLevels(column.levels)),
  );
  const trees = space.take(TREE_ENTRY * arena.roots.length);
  const leaves = countLeaves(arena);
  const indexed = indexedColumns(questions);
  let words = 0;
  const treePlans: TreePlan[] = [];
  const ends: number[] = [];
  for (const root of arena.roots) {
    if (leaves[root]! > (arena.categorical === null ? LEAVES_LIMIT : CATEGORICAL_LEAVES)) return null;
    const top = takeTop(arena, root, leaves, indexed);
    const own = wordsOf(arena, top, indexed);
    words += own;
    if (4 * words > WORDS_BYTES_LIMIT) return null;
    treePlans.push(planTree(step, root, leaves, top, own, space));
    ends.push(space.taken());
  }
  const rows = planRows(questions.width, cellBytes(step) * step.scores, width, space);
  const bytes = space.taken();
  if (bytes > BYTES_LIMIT) return null;
  return {
    columns: { from, to: from + columnBytes },
    levels,
    trees,
    treePlans,
    leaves,
    chunks: chunksOf(ends, trees),
    groupBytes: COLUMN_BYTES * questions.width,
    ...rows,
    bytes,
  };
}

/** Categories that are indexed, by the column of the input. */
const indexedColumns = ({ columns }: SplitQuestions): ReadonlyMap<number, number> =>
  new Map(columns.flatMap(({ source, indexed }) => (indexed === null ? [] : [[source, indexed] as const])));

/** Words of the tables of a tree. */
function wordsOf(arena: TreeArena, { pairs }: TreeTop, indexed: ReadonlyMap<number, number>): number {
  let words = 0;
  for (const [question] of pairs.flat().flatMap(({ lookups }) => lookups))
    if (question !== undefined)
      words += tableWords(indexed.get(elementAt(arena.feature, question.node)) ?? 0);
  return words;
}

function planTree(
  step: TreeEnsembleStep,
  root: number,
  leaves: Int32Array,
  top: TreeTop,
  words: number,
  space: Space,
): TreePlan {
  const { arena } = step;
  const walked = top.exits.some((exit) => arena.left[exit]! >= 0);
  const nodes = walked ? top.exits.reduce((sum, exit) => sum + 2 * leaves[exit]! - 1, 0) : 0;
  const asked = top.pairs.flat();
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
  const categorical = sum(asked.map((word) => word.categorical.length));
  const questions = categorical + sum(asked.map(({ numeric, lookups }) => numeric.length + lookups.length));
  return {
    top,
    walked,
    pairs: space.take(PAIR_ENTRY * top.pairs.length),
    questions: space.take(QUESTION * questions + EXIT * top.exits.length),
    tables: space.take(TABLE * categorical),
    words: space.take(4 * words),
    nodes: space.take(NODE * nodes),
    values: space.take(cellBytes(step) * arena.valueWidth * leaves[root]!),
  };
}

/** Room for the rows of a stage and of a block, whole groups both; a row's scores take `scoreBytes`. */
function planRows(columns: number, scoreBytes: number, width: number, space: Space): RowsPlan {
  const wholeGroups = (rows: number): number => GROUP_ROWS * Math.max(1, Math.floor(rows / GROUP_ROWS));
  const stageRows = wholeGroups(STAGE_CELLS / Math.max(1, width));
  const blockRows = wholeGroups(Math.min(BLOCK_ROWS, BLOCK_BYTES / (4 * columns + scoreBytes)));
  return {
    stageRows,
    stage: space.take(8 * stageRows * width),
    blockRows,
    x: space.take(4 * blockRows * columns),
    scores: space.take(blockRows * scoreBytes),
  };
}

/** Leaves under each node; children come after their parents. */
function countLeaves({ left, right }: TreeArena): Int32Array {
  const leaves = new Int32Array(left.length);
  for (let node = left.length - 1; node >= 0; node--)
    leaves[node] = left[node]! < 0 ? 1 : leaves[left[node]!]! + leaves[right[node]!]!;
  return leaves;
}

/** Length of a table of levels: room for half of it, half of that and so on, with one cell to spare. */
export function paddedLevels({ length }: Float64Array): number {
  return 2 ** Math.ceil(Math.log2(length + 1));
}

/**
 * Cuts trees that end at `ends` into runs that take at most CHUNK_BYTES, or hold one tree; `table` is of their entries.
 */
function chunksOf(ends: readonly number[], table: number): AddressRange[] {
  const chunks: AddressRange[] = [];
  let first = 0;
  let start = 0;
  for (const [tree, end] of ends.entries()) {
    const next = ends[tree + 1];
    if (next !== undefined && next - start <= CHUNK_BYTES) continue;
    chunks.push({ from: table + TREE_ENTRY * first, to: table + TREE_ENTRY * (tree + 1) });
    first = tree + 1;
    start = end;
  }
  return chunks;
}
