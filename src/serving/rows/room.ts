/** How a batch grows as its rows are read: rows that are announced cost nothing yet. Pure. */

/** Rows that a batch has room for before any of them is read. */
const ROOM_MIN = 256;

/** The next larger room after `room`, for at most `rows` rows. */
export const roomFor = (room: number, rows: number): number => Math.min(rows, Math.max(ROOM_MIN, 4 * room));

/** The values with room for `length`. */
export function resized(values: Float64Array, length: number): Float64Array {
  const larger = new Float64Array(length);
  larger.set(values);
  return larger;
}

/** The same of texts: writing past the end of a list has V8 leave the fast way for good. */
export function resizedTexts(values: readonly (string | null)[], length: number): (string | null)[] {
  const larger = new Array<string | null>(length);
  for (let i = 0; i < values.length; i++) larger[i] = values[i]!;
  return larger;
}
