/** How many rows may go without an answer. Pure. */
import type { RowCounts } from '../chunk.ts';
import type { JobOptions } from '../spec/spec.ts';

type Budget = JobOptions['budget'];

/** Rows that count against the budget: a row that the job itself leaves out does not. */
export const badRows = ({ rejected, failed }: RowCounts): number => rejected + failed;

/**
 * Whether the budget is exceeded whatever comes: `total` is the rows of the whole input, null where it is not known yet.
 * A share is judged early only where the total is known.
 */
export function isExceeded(budget: Budget, counts: RowCounts, total: number | null): boolean {
  const bad = badRows(counts);
  if (budget.rows !== null && bad > budget.rows) return true;
  return budget.share !== null && total !== null && bad > budget.share * Math.max(total, counts.read);
}

/** As a person reads it. */
export function budgetText({ rows, share }: Budget): string {
  const parts = [
    rows === null ? [] : [`${rows} rows`],
    share === null ? [] : [`${share * 100} % of the rows`],
  ];
  return parts.flat().join(' or ');
}

const NONE: RowCounts = { read: 0, ok: 0, rejected: 0, failed: 0, skipped: 0 };

/** The sum of the counts of chunks. */
export const sumOf = (counts: readonly RowCounts[]): RowCounts =>
  counts.reduce(
    (sum, one) => ({
      read: sum.read + one.read,
      ok: sum.ok + one.ok,
      rejected: sum.rejected + one.rejected,
      failed: sum.failed + one.failed,
      skipped: sum.skipped + one.skipped,
    }),
    NONE,
  );
