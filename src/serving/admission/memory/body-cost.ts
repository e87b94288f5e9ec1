/**
 * What a body may cost before anybody has read it. All figures are upper bounds of what is alive at once, measured on
 * V8 13.6 (Node 24) with `--max-old-space-size` set to the estimate: `body-cost.long.test.ts` does it again. Pure.
 */

/** What a body may become in memory, from its bytes alone. */
export interface BodyCost {
  /** Deepest nesting of lists and objects. */
  readonly depth: number;
  /** Bytes of heap that its text and what is parsed from it may take. */
  readonly heap: number;
}

/** How a body is weighed: `cellBytes` are those that reading rows takes beside, for each value. */
export type WeighBody = (bytes: Uint8Array, cellBytes: number) => BodyCost;

/** Levels of lists and objects: a tensor has at most 32, and two or three hold it. */
export const DEPTH_MAX = 100;

/** Bodies of at most so many bytes are not weighed: what they may become is less than what weighing is worth. */
export const LIGHT_BODY_BYTES = 4 << 10;

/** Most heap that `jsonCost` and `csvCost` find for a byte: a list of `{"1":1}`, and a body of line ends. */
export const [BYTE_WORST, CSV_BYTE_WORST] = [192, 560];

/** A value in its list or object: its slot, and a boxed number (16 bytes) where the list holds other things, too. */
const VALUE = 24;
/** An object or list without its values: a header of 24 to 56 bytes, and the header of what holds its values. */
const CONTAINER = 64;
/** A key that the object before had not in the same place: its text apart, a hidden class, and its entry in a dictionary. */
const NEW_KEY = 192;
/** A key that the object before had in the same place. */
const KNOWN_KEY = 16;
/** An object with keys that are array indices gets a list with holes. */
const INDEXED = 400;
/** A string beside its characters: header and rounding. */
const STRING = 32;

const [QUOTE, BACKSLASH, COMMA, NEWLINE, RETURN] = [0x22, 0x5c, 0x2c, 0x0a, 0x0d];
const [ZERO, NINE, SMALL_U] = [0x30, 0x39, 0x75];
/** First byte of the UTF-8 of a character that takes two bytes a character in V8 (U+0100 and above). */
const WIDE = 0xc4;

/** What a byte outside strings means. */
const MEANING = new Uint8Array(256);
const [TEXT, SEPARATOR, KEY, OPEN_LIST, OPEN_OBJECT, CLOSE, LINE, BARE, WIDE_CHARACTER] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9],
] as const;
MEANING.fill(WIDE_CHARACTER, WIDE);
for (const [bytes, meaning] of [
  ['"', TEXT],
  [',', SEPARATOR],
  [':', KEY],
  ['[', OPEN_LIST],
  ['{', OPEN_OBJECT],
  [']}', CLOSE],
  ['\n', LINE],
  ['NI', BARE],
] as const)
  for (const byte of bytes) MEANING[byte.charCodeAt(0)] = meaning;

/** Deepest nesting of lists and objects in JSON. */
export function depthOf(bytes: Uint8Array): number {
  let [depth, level] = [0, 0];
  for (let at = 0; at < bytes.length; at++) {
    const meaning = MEANING[bytes[at]!];
    if (meaning === OPEN_LIST || meaning === OPEN_OBJECT) depth = Math.max(depth, ++level);
    else if (meaning === CLOSE) level = Math.max(0, level - 1);
    else if (meaning === TEXT) {
      for (at++; at < bytes.length && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
    }
  }
  return depth;
}

/** Weighs JSON, or JSON documents one a line, in one pass. */
export function jsonCost(bytes: Uint8Array, cellBytes: number): BodyCost {
  const keys = new Keys(bytes);
  let [depth, level, containers, values, heap, at] = [0, 0, 0, 1, 0, 0];
  let [isWide, hasBareWords] = [false, false];
  for (; at < bytes.length; at++) {
    const meaning = MEANING[bytes[at]!];
    if (meaning === 0) continue;
    if (meaning === SEPARATOR) values++;
    else if (meaning === TEXT) {
      const start = at;
      let isWideText = false;
      for (at++; at < bytes.length; at++) {
        const byte = bytes[at]!;
        if (byte === QUOTE) break;
        if (byte === BACKSLASH) isWideText ||= bytes[++at] === SMALL_U;
        else if (byte >= WIDE) isWide = isWideText = true;
      }
      heap += STRING + (at - start) * (isWideText ? 2 : 1);
      keys.text(start, at);
    } else if (meaning === OPEN_LIST || meaning === OPEN_OBJECT) {
      containers++;
      depth = Math.max(depth, ++level);
      keys.open(level);
    } else if (meaning === CLOSE) {
      keys.close(level);
      level = Math.max(0, level - 1);
    } else if (meaning === KEY) heap += keys.key(level);
    else if (meaning === LINE) values += level === 0 ? 1 : 0;
    else if (meaning === BARE) hasBareWords = true;
    else isWide = true;
  }
  values += containers;
  // A text that has to be gone over for NaN and Infinity is there more than once: pieces, their sum, and itself.
  const text = bytes.length * (isWide ? 2 : 1) * (hasBareWords ? 5 : 1);
  return { depth, heap: text + heap + containers * CONTAINER + values * (VALUE + cellBytes) };
}

/**
 * What keys cost: next to nothing where the object before at this depth had the same in the same places, as rows have. The
 * names themselves are compared, so that no clash of hashes makes others look known.
 */
class Keys {
  readonly #bytes: Uint8Array;
  /** By depth: where the keys of the last object there begin and end. */
  readonly #shapes: number[][] = [];
  /** By depth: keys of the open object, whether they are those of the one before, and whether one is an index. */
  readonly #counts = new Int32Array(DEPTH_MAX + 1);
  readonly #known = new Uint8Array(DEPTH_MAX + 1);
  readonly #indexed = new Uint8Array(DEPTH_MAX + 1);
  #start = 0;
  #end = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The last string, from its quote to the one that ends it. */
  text(start: number, end: number): void {
    this.#start = start;
    this.#end = end;
  }

  open(level: number): void {
    if (level > DEPTH_MAX) return;
    this.#counts[level] = 0;
    this.#known[level] = 1;
    this.#indexed[level] = 0;
  }

  close(level: number): void {
    const count = this.#counts[level] ?? 0;
    const shape = this.#shapes[level];
    if (shape !== undefined && count > 0) shape.length = 2 * count;
  }

  /** The last string is a key: bytes that it takes. */
  key(level: number): number {
    if (level > DEPTH_MAX) return NEW_KEY;
    const shape = this.#shapes[level] ?? [];
    this.#shapes[level] = shape;
    const at = 2 * this.#counts[level]!++;
    if (this.#known[level] === 1 && !this.#isSame(shape[at], shape[at + 1])) this.#known[level] = 0;
    shape[at] = this.#start;
    shape[at + 1] = this.#end;
    const first = this.#bytes[this.#start + 1]!;
    const isIndex = first >= ZERO && first <= NINE;
    const holes = isIndex && this.#indexed[level] === 0 ? INDEXED : 0;
    if (isIndex) this.#indexed[level] = 1;
    return holes + (this.#known[level] === 1 && !isIndex ? KNOWN_KEY : NEW_KEY);
  }

  #isSame(from: number | undefined, to: number | undefined): boolean {
    if (from === undefined || to === undefined || to - from !== this.#end - this.#start) return false;
    const [bytes, start] = [this.#bytes, this.#start];
    for (let k = 0; k < to - from; k++) if (bytes[from + k] !== bytes[start + k]) return false;
    return true;
  }
}

/** A cell of CSV as the text that it is, as what is read from it, and as what the reader of CSV holds meanwhile. */
const CSV_CELL = 112;
/** A cell of a record beyond so many: the reader holds more for them, measured. */
const LONG_RECORD = 4096;
const CSV_FAR_CELL = 420;
/** A record: two lists, as it is read and as it is converted. */
const CSV_RECORD = 320;

/** Weighs CSV: cells and records are at most as many as separators and line ends. */
export function csvCost(bytes: Uint8Array, cellBytes: number): BodyCost {
  let [cells, far, records, inRecord, isWide] = [1, 0, 1, 0, false];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === COMMA) {
      if (++inRecord > LONG_RECORD) far++;
      else cells++;
    } else if (byte === NEWLINE || byte === RETURN) {
      records++;
      inRecord = 0;
    } else if (byte >= WIDE) isWide = true;
  }
  cells += records;
  const text = bytes.length * (isWide ? 4 : 2);
  const rows = cells * CSV_CELL + far * CSV_FAR_CELL + records * CSV_RECORD;
  return { depth: 2, heap: text + rows + (cells + far) * cellBytes };
}

/** Heap for a byte of a body that is no text: an element of one byte as a number, where its type is not the one that is wanted. */
export const RAW_BYTE = 32;

/** Weighs a body that is elements or a file, read into arrays beside the heap, unless it is JSON after all. */
export const contentCost: WeighBody = (bytes, cell) =>
  looksLikeJson(bytes) ? jsonCost(bytes, cell) : { depth: 0, heap: bytes.length * RAW_BYTE };

/** Whether bytes begin and end as a list or an object does. */
export function looksLikeJson(bytes: Uint8Array): boolean {
  let [start, end] = [0, bytes.length - 1];
  while (isBlank(bytes[start])) start++;
  while (isBlank(bytes[end])) end--;
  const [first, last] = [bytes[start] ?? 0, bytes[end] ?? 0];
  const isOpening = MEANING[first] === OPEN_LIST || MEANING[first] === OPEN_OBJECT;
  return isOpening && MEANING[last] === CLOSE;
}

const isBlank = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === NEWLINE || byte === RETURN || byte === 0x09;
