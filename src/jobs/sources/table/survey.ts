/**
 * What a table held when it was frozen: blocks of rows in the order of their keys, each with a digest of its rows, so
 * that chunks can be cut, and checked when they are read, without asking the database again. Pure.
 */
import { tripleOf } from '../../../schema/transformed.ts';
import { anyNumber, anyText, list, shape, type ValueSchema } from '../../../schema/value-schema.ts';
import type { Chunk, FrozenItem } from '../../chunk.ts';
import { readLayout } from '../files/layout.ts';

/** Rows and their digest: the sum of a 64-bit hash of each, modulo 2^64, whatever their order. */
export interface RowDigest {
  readonly rows: number;
  readonly digest: bigint;
}

/** The rows whose keys are above those of the block before, up to and with `to`; equal keys are in one block. */
export interface KeyBlock extends RowDigest {
  /** Key as text, as the database reads it back. */
  readonly to: string;
}

export interface TableSurvey {
  /** Least key as text; null where every key is null. */
  readonly first: string | null;
  /** In the order of keys. */
  readonly blocks: readonly KeyBlock[];
  /** Rows whose key is null. */
  readonly nulls: RowDigest;
}

/** Keys `(from, to]`, without a lower bound where `from` is null; or the rows whose key is null. */
export type KeyRange = { readonly from: string | null; readonly to: string } | 'nulls';

export type FrozenTable = Extract<FrozenItem, { kind: 'table' }>;

interface Layout {
  /** Last key, rows, digest in hexadecimal. */
  readonly blocks: readonly (readonly [string, number, string])[];
  readonly nulls: string;
}

const LAYOUT: ValueSchema<Layout> = shape({
  blocks: list(tripleOf(anyText, anyNumber, anyText)),
  nulls: anyText,
});

/** Blocks of a survey at most, so that it fits into the ledger: 2,048 are about 100 KB. */
const BLOCKS = 2048;

/** The tally of rows that were tallied in parts. */
export const addTallies = (tallies: readonly RowDigest[]): RowDigest => ({
  rows: tallies.reduce((sum, tally) => sum + tally.rows, 0),
  digest: BigInt.asUintN(
    64,
    tallies.reduce((sum, tally) => sum + tally.digest, 0n),
  ),
});

/** Rows that a block of a table of `rows` rows begins with: a power of two, 1 for the smallest. */
export const blockRows = (rows: number): number => 2 ** Math.max(0, Math.ceil(Math.log2(rows / BLOCKS)));

/** Rows of the table, those without a key counted. */
export const surveyRows = (survey: TableSurvey): number => addTallies([...survey.blocks, survey.nulls]).rows;

/** As it is kept in the frozen input: what a reader of receipts sees, and where the table can be cut. */
export function toFrozen(survey: TableSurvey): Pick<FrozenTable, 'snapshot' | 'layout'> {
  const snapshot = {
    rows: surveyRows(survey),
    first: survey.first,
    last: survey.blocks.at(-1)?.to ?? null,
    nulls: survey.nulls.rows,
  };
  const blocks = survey.blocks.map(({ to, rows, digest }) => [to, rows, hex(digest)] as const);
  const layout: Layout = { blocks, nulls: hex(survey.nulls.digest) };
  return { snapshot, layout };
}

/** Reads back what `toFrozen` wrote. */
export function fromFrozen({ snapshot, layout }: FrozenTable): TableSurvey {
  const { blocks, nulls } = readLayout(LAYOUT, layout);
  const { first = null } = snapshot;
  return {
    first: first === null ? null : String(first),
    blocks: blocks.map(([to, rows, digest]) => ({ to, rows, digest: BigInt(`0x${digest}`) })),
    nulls: { rows: Number(snapshot['nulls']), digest: BigInt(`0x${nulls}`) },
  };
}

/** Joins neighbouring blocks up to `rows` rows; a block is never divided. Rows without a key come last. */
export function cutChunks(survey: TableSurvey, item: number, rows: number): Chunk[] {
  const joined: { to: string; rows: number }[] = [];
  for (const block of survey.blocks) {
    const last = joined.at(-1);
    if (last === undefined || last.rows + block.rows > rows) joined.push({ to: block.to, rows: block.rows });
    else joined[joined.length - 1] = { to: block.to, rows: last.rows + block.rows };
  }
  const chunks: Chunk[] = joined.map((each, index) => ({
    index,
    item,
    from: joined[index - 1]?.to ?? null,
    ...each,
  }));
  if (survey.nulls.rows > 0)
    chunks.push({ index: chunks.length, item, from: null, to: null, rows: survey.nulls.rows });
  return chunks;
}

/** The keys of a chunk. */
export const keyRangeOf = ({ from, to }: Chunk): KeyRange =>
  to === null ? 'nulls' : { from: from === null ? null : String(from), to: String(to) };

/** What the rows of a range came to when they were frozen. */
export function tallyOf(survey: TableSurvey, range: KeyRange): RowDigest {
  if (range === 'nulls') return survey.nulls;
  const after = survey.blocks.findIndex(({ to }) => to === range.from) + 1;
  const last = survey.blocks.findIndex(({ to }) => to === range.to);
  return addTallies(survey.blocks.slice(after, last + 1));
}

const hex = (digest: bigint): string => digest.toString(16).padStart(16, '0');
