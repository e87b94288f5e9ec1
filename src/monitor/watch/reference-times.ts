/** When the rows of a version's reference came, by which hours of the week are told apart. */
import { elementAt } from '../../core/element-at.ts';
import { WEEKS_MIN } from '../reference/season.ts';
import { openTable } from '../tables/tabular-file.ts';

/** Of several columns of times, those that are called so are of the rows. */
const NAMES: readonly string[] = ['time', 'timestamp', 'datetime', 'date', 'at', 'ts'];

/**
 * The column with the times of rows: the only one of times that the model does not read, or the one of these that is named
 * so; null where there is none. Errors: those of `openTable`.
 */
export async function timeColumn(path: string, read: readonly string[]): Promise<string | null> {
  const table = await openTable(path);
  try {
    const found = table.columns.filter(({ name, type }) => type === 'time' && !read.includes(name));
    const named = found.find(({ name }) => NAMES.includes(name.toLowerCase()));
    return (found.length === 1 ? elementAt(found, 0) : named)?.name ?? null;
  } finally {
    table.close();
  }
}

/** Why hours of the week cannot be compared with a reference that spans so many weeks, null: without times; null: they can. */
export function seasonProblem(weeks: number | null): string | null {
  if (weeks !== null && weeks >= WEEKS_MIN) return null;
  const found =
    weeks === null
      ? `has no column of times beside what the model reads (of several, one called ${NAMES.join(', ')})`
      : `spans ${weeks.toFixed(1)} weeks`;
  return `it ${found}, wanted times over ${WEEKS_MIN} weeks or more for drift.season: push the model again with --reference FILE that has them`;
}
