import { PlimsollError } from '../../core/errors.ts';
import type { FrozenInput } from '../chunk.ts';

const COLUMNS_SHOWN = 20;

/** A column of an input by its name; `where` names the input. Throws INPUT_INVALID with the columns there are. */
export function wantedColumn(
  { columns }: Pick<FrozenInput, 'columns'>,
  name: string,
  where: string,
): FrozenInput['columns'][number] {
  const column = columns.find((candidate) => candidate.name === name);
  if (column) return column;
  const known = columns.slice(0, COLUMNS_SHOWN).map((candidate) => `"${candidate.name}"`);
  const more = columns.length > COLUMNS_SHOWN ? `, … ${columns.length - COLUMNS_SHOWN} more` : '';
  const problem = `${where}: expected a column "${name}", got ${known.join(', ')}${more}`;
  throw new PlimsollError('INPUT_INVALID', { problem });
}
