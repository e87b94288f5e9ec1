/** What is said of a row that an engine did not answer. Pure. */
import { messageOf } from '../core/error-text.ts';
import { isPlimsollError } from '../core/errors.ts';
import type { Signature } from '../model/signature.ts';
import type { RowRefusal } from './scorer.ts';

/** How engines begin what they say of a cell; row and column are kept beside the reason. */
const PLACE = /^row \d+(?:, (?:column|input) ("(?:[^"\\]|\\.)*"))?: /;

/**
 * Prepares the refusals of rows whose columns are `inputs`: INPUT_INVALID is the row's fault, anything else
 * the model's.
 */
export function refuseFor(
  signature: Signature,
  inputs: readonly string[],
): (error: unknown, row: number) => RowRefusal {
  const columns = signature.form === 'tensors' ? [] : signature.columns.filter((column) => !column.ignored);
  const names = new Map(columns.map(({ name }, j) => [name, inputs[j] ?? name]));
  return (error, row) => {
    if (!isPlimsollError(error)) {
      const reason = messageOf(error);
      return { row, outcome: 'failed', code: 'INTERNAL', column: null, reason };
    }
    const outcome = error.code === 'INPUT_INVALID' ? 'rejected' : 'failed';
    const [place = '', quoted] = PLACE.exec(error.message) ?? [];
    const column = error.details['column'] ?? (quoted === undefined ? null : unquoted(quoted));
    const given = column === null ? null : (names.get(String(column)) ?? String(column));
    return { row, outcome, code: error.code, column: given, reason: error.message.slice(place.length) };
  };
}

/** A name in quotes, which engines write with or without escapes. */
function unquoted(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}
