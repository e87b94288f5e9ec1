/**
 * Lists of numbers of one length (embeddings) as columns of their own: how long each is, how far from the mean of the
 * reference, and where it lies along a few fixed directions. The directions are drawn, not learnt: what is learnt of rows
 * fits these better than those to come.
 */

import type { DuckDBConnection } from '@duckdb/node-api';
import { elementAt } from '../../core/element-at.ts';
import { seededRandom } from '../../core/random.ts';
import { identifier } from '../../sql/identifiers.ts';
import type { FileColumn, ListMeasure, TableCell } from './table-cells.ts';

/** Numbers of a list at most. */
const WIDTH_MAX = 16_384;
const DIRECTIONS = 4;
const LIST = /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\))\[\d*\]$/;

/** The column of the file that a column of a table is made of. */
export const sourceColumn = ({ name, list }: FileColumn): string => list?.of ?? name;

/** The measures of a file's column of lists; null where it is none, or lists are not all of one length. */
export async function listColumns(
  db: DuckDBConnection,
  sql: string,
  of: string,
  type: string,
): Promise<readonly FileColumn[] | null> {
  if (!LIST.test(type)) return null;
  const list = `${identifier(of)}::DOUBLE[]`;
  const counted = await db.runAndReadAll(
    `SELECT min(len(${list})), max(len(${list})), count(${list}) FROM ${sql}`,
  );
  const [least, width, rows] = elementAt(counted.getRows(), 0).map(Number) as [number, number, number];
  if (rows === 0 || least !== width || width < 2 || width > WIDTH_MAX) return null;
  const mean = await meanOf(db, sql, list, width);
  const measure = (
    name: string,
    kind: ListMeasure['kind'],
    against: readonly number[] | null,
  ): FileColumn => ({
    name: `${of} (${name})`,
    type: 'number',
    integer: false,
    list: { of, width, against, kind, rows },
  });
  return [
    measure('norm', 'norm', null),
    measure('distance', 'distance', mean),
    ...directions(width).map((direction, k) => measure(`direction ${k + 1}`, 'direction', direction)),
  ];
}

/** Of what is finite. */
async function meanOf(db: DuckDBConnection, sql: string, list: string, width: number): Promise<number[]> {
  const elements = `SELECT unnest(${list}) AS x, generate_subscripts(${list}, 1) AS k FROM ${sql}`;
  const found = await db.runAndReadAll(`SELECT k, avg(x) FROM (${elements}) WHERE isfinite(x) GROUP BY k`);
  const mean = new Array<number>(width).fill(0);
  for (const [k, x] of found.getRows()) mean[Number(k) - 1] = Number(x);
  return mean;
}

/** The axes of short lists; of others sums with signs that are drawn, the same for every list of that length. */
function directions(width: number): readonly (readonly number[])[] {
  const random = seededRandom(width);
  const draw = (): number => (random.next() < 0.5 ? -1 : 1) / Math.sqrt(width);
  const count = Math.min(width, DIRECTIONS);
  return Array.from({ length: count }, (_, k) =>
    Array.from({ length: width }, (__, i) => (width > DIRECTIONS ? draw() : Number(i === k))),
  );
}

/**
 * The cell of a measure. `isReference`: of the rows that the mean was made of, which are nearer to it than others: distances are
 * taken from the mean of all other rows. Elements that are missing make it NaN; lists of another length are misfits.
 */
export function listMeasureCell(
  { of, width, against, kind, rows }: ListMeasure,
  found: string,
  isReference: boolean,
): TableCell {
  const column = identifier(of);
  const list = LIST.test(found) ? `${column}::DOUBLE[]` : `TRY_CAST(${column}::VARCHAR AS DOUBLE[])`;
  // A null anywhere in a block of lists is an error to the functions below.
  const whole = `list_transform(${list}, lambda x: coalesce(x, 'nan'::DOUBLE))`;
  const fitting = `CASE WHEN len(${list}) = ${width} THEN ${whole} END`;
  const misfit = `(${column} IS NOT NULL AND len(${list}) IS DISTINCT FROM ${width})::UTINYINT`;
  if (against === null)
    return { expression: `sqrt(list_dot_product(${fitting}, ${fitting}))`, kind: 'number', misfit };
  const other = `[${against.map((x) => `${x}::DOUBLE`).join(', ')}]`;
  if (kind === 'direction')
    return { expression: `list_dot_product(${fitting}, ${other})`, kind: 'number', misfit: null };
  const factor = isReference && rows > 1 ? rows / (rows - 1) : 1;
  return {
    expression: `${factor}::DOUBLE * list_distance(${fitting}, ${other})`,
    kind: 'number',
    misfit: null,
  };
}
