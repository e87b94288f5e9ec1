/**
 * Units that a closed window changed, packed to be stored beside it: what a restarted controller has its table of
 * units again from. Pure.
 *
 * Little-endian: version (1 byte, 2) · exponent of the sample after the window (1 byte) · whether pair words follow
 * (1 byte, 0 or 1) · 0 · count (4 bytes) · then in columns of `count` words of 4 bytes: high half of the hash, low half,
 * word (bits 0–15 what happened so far, 16 seen in an arm, 17 a label proved an answer wrong, 18 set,
 * 19 seen in an arm while there were marks, 20 a label has matured), history (see there), pair word. Version 1 had no
 * histories: they begin anew.
 */
import { PlimsollError } from '../../core/errors.ts';
import { HISTORY_MASK } from './unit-history.ts';
import { SAMPLING_EXPONENT_MAX, TRACKED_UNITS_MAX } from './unit-set.ts';

/** Bits of a unit's word beside those of `Units.flags`. */
export const FLAGS_MASK = 0xffff;
export const UNIT_SEEN = 1 << 16;
export const UNIT_WRONG = 1 << 17;
/** The unit has come, even if nothing is to be said of it. */
export const UNIT_PRESENT = 1 << 18;
/** Seen in an arm while there were marks; its label has matured. */
export const UNIT_MARKED = 1 << 19;
export const UNIT_LABELLED = 1 << 20;
const WORD_MASK = FLAGS_MASK | UNIT_SEEN | UNIT_WRONG | UNIT_PRESENT | UNIT_MARKED | UNIT_LABELLED;

export interface PackedUnits {
  readonly sampling: number;
  readonly high: readonly number[] | Uint32Array;
  readonly low: readonly number[] | Uint32Array;
  readonly word: readonly number[] | Uint32Array;
  readonly history: readonly number[] | Uint32Array;
  readonly pair: readonly number[] | Uint32Array;
}

const VERSION = 2;
const HEADER = 8;
/** Columns beside pair words, by version. */
const COLUMNS: Readonly<Record<number, number>> = { 1: 3, 2: 4 };

export function packUnits({ sampling, high, low, word, history, pair }: PackedUnits): Uint8Array {
  const hasPairs = pair.some((bits) => bits !== 0);
  const columns = [high, low, word, history, ...(hasPairs ? [pair] : [])];
  const bytes = new Uint8Array(HEADER + 4 * columns.length * high.length);
  const view = new DataView(bytes.buffer);
  bytes.set([VERSION, sampling, Number(hasPairs)]);
  view.setUint32(4, high.length, true);
  let at = HEADER;
  for (const column of columns) at = writeWords(view, at, column);
  return bytes;
}

/** Writes words of 32 bits, little-endian, and answers where they end. */
export function writeWords(view: DataView, start: number, words: ArrayLike<number>): number {
  for (let i = 0; i < words.length; i++) view.setUint32(start + 4 * i, words[i]!, true);
  return start + 4 * words.length;
}

/** Throws UNITS_INVALID with what is wrong; `window` names the window in it. */
export function unpackUnits(bytes: Uint8Array, window: number): PackedUnits {
  const fail: (found: string, wanted: string) => never = (found, wanted) => {
    throw new PlimsollError('UNITS_INVALID', { window, found, wanted });
  };
  if (bytes.length < HEADER) fail(`${bytes.length} bytes`, `a header of ${HEADER}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [version, sampling, hasPairs, zero] = [
    view.getUint8(0),
    view.getUint8(1),
    view.getUint8(2),
    view.getUint8(3),
  ];
  const columns = COLUMNS[version] ?? fail(`format ${version}`, `format 1 to ${VERSION}`);
  if (sampling > SAMPLING_EXPONENT_MAX)
    fail(`a sample of 2^−${sampling}`, `at least 2^−${SAMPLING_EXPONENT_MAX}`);
  if (hasPairs > 1 || zero !== 0) fail(`header ${hasPairs}, ${zero}`, '0 or 1, then 0');
  const count = view.getUint32(4, true);
  if (count > TRACKED_UNITS_MAX) fail(`${count} units`, `at most ${TRACKED_UNITS_MAX}`);
  const wanted = HEADER + 4 * (columns + hasPairs) * count;
  if (bytes.length !== wanted) fail(`${bytes.length} bytes for ${count} units`, `${wanted}`);
  const column = (index: number): Uint32Array =>
    Uint32Array.from({ length: count }, (_, i) => view.getUint32(HEADER + 4 * (index * count + i), true));
  const none = new Uint32Array(count);
  const units = {
    ...{ sampling, high: column(0), low: column(1), word: column(2) },
    history: version === 1 ? none : column(3),
    pair: hasPairs === 1 ? column(columns) : none,
  };
  for (const [bits, mask] of [
    [units.word, WORD_MASK],
    [units.history, HISTORY_MASK],
  ] as const) {
    const odd = bits.find((one) => (one & ~mask) !== 0);
    if (odd !== undefined) fail(`bits ${odd.toString(16)}`, `none but ${mask.toString(16)}`);
  }
  return units;
}
