/**
 * How a database that has window functions surveys itself: one statement counts, one finds the blocks. Both take a query
 * of `k`, the key, and `h`, a digest of 64 bits, of each row. Pure.
 */
import { blockRows, type KeyBlock, type RowDigest, type TableSurvey } from './survey.ts';

/** Rows, rows without a key, and the sum of their digests: as texts, null where there are none. */
export type CountRow = readonly [string, string, string | null];

/** Counts, in one row: a `CountRow`. */
export const countQuery = (rows: string): string => `
  select cast(count(*) as text), cast(count(*) - count(k) as text), cast(sum(h) filter (where k is null) as text)
  from (${rows}) r`;

/** Last key of a block, rows and sum of digests up to it, and whether a block ends there: the first row comes, too. */
export type BlockRow = readonly [string, string, string, boolean];

/**
 * By rank, so that equal keys are in one block. Digests break ties: the texts of equal keys may differ, as 1.0 and 1.00
 * do.
 */
export function blocksQuery(rows: string, [count]: CountRow): string {
  const size = blockRows(Number(count));
  return `
    select cast(k as text), cast(n as text), cast(s as text), next is distinct from block from (
      select k, n, s, block, lead(block) over (order by k, h) as next from (
        select k, h, n, s, before - before % ${size} as block from (
          select k, h, rank() over (order by k) - 1 as before, row_number() over w as n, sum(h) over w as s
          from (${rows}) r where k is not null window w as (order by k, h rows unbounded preceding)
        ) numbered
      ) blocks
    ) followed where next is distinct from block or n = 1 order by followed.n`;
}

/** The survey from the answers to both. */
export function readSurvey([, nulls, digest]: CountRow, rows: readonly BlockRow[]): TableSurvey {
  const blocks: KeyBlock[] = [];
  let before: RowDigest = { rows: 0, digest: 0n };
  for (const [to, n, sum, ends] of rows) {
    if (!ends) continue;
    const until = { rows: Number(n), digest: BigInt(sum) };
    blocks.push({ to, rows: until.rows - before.rows, digest: unsigned(until.digest - before.digest) });
    before = until;
  }
  return {
    first: rows[0]?.[0] ?? null,
    blocks,
    nulls: { rows: Number(nulls), digest: unsigned(BigInt(digest ?? '0')) },
  };
}

const unsigned = (digest: bigint): bigint => BigInt.asUintN(64, digest);
