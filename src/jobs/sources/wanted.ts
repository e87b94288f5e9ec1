import { PlimsollError } from '../../core/errors.ts';

const COLUMNS_SHOWN = 20;

/** A column of an input by its name; `where` names the input. Throws INPUT_INVALID with the columns there are. */
export function wantedColumn<C extends { readonly name: string }>(
  { columns }: { readonly columns: readonly C[] },
  name: string,
  where: string,
): C {
  const column = columns.find((candidate) => candidate.name === name);
  if (column) return column;
  const known = columns.slice(0, COLUMNS_SHOWN).map((candidate) => `"${candidate.name}"`);
  const more = columns.length > COLUMNS_SHOWN ? `, … ${columns.length - COLUMNS_SHOWN} more` : '';
  const problem = `${where}: expected a column "${name}", got ${known.join(', ')}${more}`;
  throw new PlimsollError('INPUT_INVALID', { problem });
}
