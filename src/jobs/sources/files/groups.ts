/** Files that are cut between groups of rows: row groups of Parquet, record batches of Arrow. Pure. */

import { PlimsollError } from '../../../core/errors.ts';
import { shape, type ValueSchema } from '../../../schema/value-schema.ts';
import type { ChunkBounds } from './format.ts';
import { numbersSchema } from './layout.ts';

export interface GroupLayout {
  /** Rows of each group, in order. */
  readonly groups: readonly number[];
}

export const GROUP_LAYOUT: ValueSchema<GroupLayout> = shape({ groups: numbersSchema });

/** Rows of all groups. */
export const groupRows = ({ groups }: GroupLayout): number => groups.reduce((sum, rows) => sum + rows, 0);

/** Chunks of one file at most: what a file says of its rows is believed up to here. */
const CHUNKS_MAX = 100_000;

/**
 * Cuts of at most `rows` rows: small groups are put together, a large one is cut into parts of the same size. Throws
 * INPUT_INVALID where that comes to more than 100,000.
 */
export function cutGroups({ groups }: GroupLayout, rows: number): ChunkBounds[] {
  const least = Math.ceil(groupRows({ groups }) / rows);
  if (least > CHUNKS_MAX) {
    const problem = `a file of the input says that it has ${groupRows({ groups })} rows: ${least} chunks of ${rows}, the limit is ${CHUNKS_MAX}`;
    throw new PlimsollError('INPUT_INVALID', {
      problem: `${problem}; larger chunks are given by --chunk-rows`,
    });
  }
  const cuts: ChunkBounds[] = [];
  let from = 0;
  let to = 0;
  const end = (at: number): void => {
    if (at > from) cuts.push({ from, to: at, rows: at - from });
    from = at;
  };
  for (const group of groups) {
    if (to + group - from > rows) end(to);
    const parts = Math.max(1, Math.ceil(group / rows));
    for (let part = 1; part < parts; part++) end(to + Math.round((group * part) / parts));
    to += group;
    if (parts > 1) end(to);
  }
  end(to);
  return cuts;
}
