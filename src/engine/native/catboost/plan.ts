import type { CatBoostStep } from '../../../model/catboost.ts';
import { type BorderBuckets, bucketsOf } from './buckets.ts';

/** Rows that are asked together; blocks are a multiple of it. */
const GROUP_ROWS = 16;
/** Borders that one byte of a row counts. */
export const BYTE_BORDERS = 255;
/** Bytes of what `kernel.as.ts` reads. */
export const TREE_BYTES = 16;
export const QUESTION_BYTES = 8;
export const NODE_BYTES = 16;
const SLOT_BYTES = 16;
const SCRATCH_BYTES = 256;
/** Bytes of a block: they stay in the second cache beside the trees. */
const BLOCK_BYTES = 2 ** 16;
const BLOCK_ROWS = { least: 128, most: 1024 } as const;
/** Numbers of a block that are on their way at once. */
const STAGE_CELLS = 2 ** 12;
/** Trees that go together through a block: what they hold stays in the first cache. */
const CHUNK_BYTES = 2 ** 14;
/** Levels of which the kernel keeps the answers in a byte a row. */
const SHALLOW_LEVELS = 8;

/** A part of the memory: a list of columns or tables. */
export interface CatBoostPlan {
  readonly bytes: number;
  readonly blockRows: number;
  /** Float64 on their way to be counted: rows of the whole input, or rows of one column. */
  readonly stage: number;
  readonly stageRows: number;
  /** Hashes, int32 a row, by the column of the input. */
  readonly hashes: ReadonlyMap<number, number>;
  readonly keys: number;
  readonly found: number;
  readonly scores: number;
  /** Addresses of byte columns: of each float, of each one-hot, of each CTR, one after the other. */
  readonly floats: readonly (readonly FloatColumn[])[];
  readonly oneHots: readonly (readonly number[])[];
  readonly ctrs: readonly (readonly ByteColumn[])[];
  readonly tables: readonly TablePlan[];
  readonly trees: number;
  readonly questions: number;
  readonly nodes: number;
  readonly leaves: number;
  /** Runs of trees: addresses of the first and after the last. */
  readonly chunks: readonly { readonly from: number; readonly to: number }[];
  /** Whether all trees have one dimension and few levels. */
  readonly isShallow: boolean;
}

/** Up to 255 borders of a column: where its bytes are, and its table. */
export interface ByteColumn {
  readonly bytes: number;
  readonly first: number;
  readonly length: number;
  readonly table: number;
}

/** The same of numbers, which are looked up by buckets. */
export interface FloatColumn extends ByteColumn {
  readonly buckets: BorderBuckets;
  readonly starts: number;
  /** Borders below +∞, the number that a missing value may stand for. */
  readonly finite: number;
}

export interface TablePlan {
  readonly slots: number;
  readonly mask: number;
}

/** Gives out memory, sixteen bytes aligned. */
class Allocator {
  end = SCRATCH_BYTES;

  take(bytes: number): number {
    const at = this.end;
    this.end += Math.ceil(bytes / 16) * 16;
    return at;
  }
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/** Where everything lies in the kernel's memory. */
export function planCatBoost(step: CatBoostStep): CatBoostPlan {
  const memory = new Allocator();
  const columns =
    sumOf([...step.floats, ...step.ctrs].map(({ borders }) => Math.ceil(borders.length / BYTE_BORDERS))) +
    sumOf(step.oneHots.map(({ values }) => values.length)) +
    4 * step.categories.length;
  const fitting = Math.floor(BLOCK_BYTES / (columns + 8 * step.dimensions) / GROUP_ROWS) * GROUP_ROWS;
  const blockRows = Math.min(BLOCK_ROWS.most, Math.max(BLOCK_ROWS.least, fitting));
  const counted = (all: Float32Array, tableBytes: (length: number) => number): ByteColumn[] =>
    Array.from({ length: Math.ceil(all.length / BYTE_BORDERS) }, (_, i) => {
      const first = i * BYTE_BORDERS;
      const length = Math.min(BYTE_BORDERS, all.length - first);
      return { bytes: memory.take(blockRows), first, length, table: memory.take(tableBytes(length)) };
    });
  const bucketed = (all: Float32Array): FloatColumn[] =>
    // Searches end within twice as many borders as there are.
    counted(all, (length) => 12 * (length + 1)).map((column) => {
      const borders = all.subarray(column.first, column.first + column.length);
      const buckets = bucketsOf(borders);
      const finite = borders.reduce((count, border) => count + Number(border < Number.POSITIVE_INFINITY), 0);
      return { ...column, buckets, starts: memory.take(buckets.starts.length), finite };
    });
  const tables = step.tables.map(({ keys }): TablePlan => {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(2, keys.length)));
    return { slots: memory.take(slots * SLOT_BYTES), mask: slots - 1 };
  });
  const keysOf = (table: number): number => (step.tables[table]?.keys.length ?? 0) / 2;
  const { trees } = step;
  const staged = Math.floor(STAGE_CELLS / Math.max(1, step.features) / GROUP_ROWS) * GROUP_ROWS;
  const stageRows = Math.min(blockRows, Math.max(GROUP_ROWS, staged));
  const count = trees.kind === 'oblivious' ? trees.depths.length : trees.roots.length;
  const treeTable = memory.take(count * TREE_BYTES);
  return {
    blockRows,
    tables,
    stage: memory.take(8 * stageRows * step.features),
    stageRows,
    hashes: new Map(step.categories.map((column) => [column, memory.take(4 * blockRows)])),
    keys: memory.take(8 * blockRows),
    found: memory.take(4 * blockRows),
    scores: memory.take(8 * blockRows * step.dimensions),
    floats: step.floats.map(({ borders }) => bucketed(borders)),
    oneHots: step.oneHots.map(({ values }) => Array.from(values, () => memory.take(blockRows))),
    ctrs: step.ctrs.map(({ borders, table }) => counted(borders, () => keysOf(table) + 1)),
    trees: treeTable,
    questions: memory.take(trees.kind === 'oblivious' ? trees.questions.length * QUESTION_BYTES : 0),
    nodes: memory.take(trees.kind === 'nodes' ? trees.question.length * NODE_BYTES : 0),
    leaves: memory.take(8 * step.leafValues.length),
    chunks: chunksOf(step, treeTable, count),
    isShallow:
      trees.kind === 'oblivious' &&
      step.dimensions === 1 &&
      trees.depths.every((depth) => depth <= SHALLOW_LEVELS),
    bytes: memory.end,
  };
}

function chunksOf({ trees, dimensions }: CatBoostStep, table: number, count: number): CatBoostPlan['chunks'] {
  const at = (tree: number): number => table + tree * TREE_BYTES;
  if (trees.kind === 'nodes') return [{ from: at(0), to: at(count) }];
  const chunks: { from: number; to: number }[] = [];
  let from = 0;
  let bytes = 0;
  for (const [tree, depth] of trees.depths.entries()) {
    const own = 8 * dimensions * 2 ** depth;
    if (bytes > 0 && bytes + own > CHUNK_BYTES) {
      chunks.push({ from: at(from), to: at(tree) });
      from = tree;
      bytes = 0;
    }
    bytes += own;
  }
  if (from < count) chunks.push({ from: at(from), to: at(count) });
  return chunks;
}
