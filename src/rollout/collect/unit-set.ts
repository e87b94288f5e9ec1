/**
 * A set of units by their 64-bit hash, with columns of 32 bits beside each: open addressing over typed arrays, so that a
 * million units cost some tens of megabytes and no garbage. Pure.
 */
import { elementAt } from '../../core/element-at.ts';

/** Most units that a rollout keeps apart; beyond them it counts a sample. */
export const TRACKED_UNITS_MAX = 2 ** 20;
/** Largest exponent of the sample: one unit in 2^31. */
export const SAMPLING_EXPONENT_MAX = 31;

/** Not in the set, or not in the sample. */
export const NOT_FOUND = -1;

const CAPACITY_MIN = 64;

/** Finalizer of MurmurHash3: every bit of the input reaches every bit of the result. */
function mixed(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Above `max` units it keeps those whose salted hash is 0 modulo 2^sampling. `sampling` ends at the smallest exponent
 * that suffices, whatever the order in which units come: it depends on who came, never on what happened to them. The
 * salt keeps clients, who choose their ids, from choosing slots or a place in the sample.
 */
export class UnitSet {
  readonly #salt: number;
  readonly #max: number;
  #sampling = 0;
  #count = 0;
  #bits = Math.log2(CAPACITY_MIN);
  #used = new Uint8Array(CAPACITY_MIN);
  #high = new Uint32Array(CAPACITY_MIN);
  #low = new Uint32Array(CAPACITY_MIN);
  #columns: Uint32Array[];

  constructor(salt: number, columns: number, max = TRACKED_UNITS_MAX) {
    this.#salt = salt;
    this.#max = max;
    this.#columns = Array.from({ length: columns }, () => new Uint32Array(CAPACITY_MIN));
  }

  get count(): number {
    return this.#count;
  }

  /** Exponent of the sample: one unit in 2^sampling is in it. */
  get sampling(): number {
    return this.#sampling;
  }

  /** Slot of the unit, which is added with columns of 0 if it is new; NONE where it is not in the sample. */
  add(high: number, low: number): number {
    for (;;) {
      const hash = this.#hash(high, low);
      if (!this.#isSampled(hash)) return NOT_FOUND;
      const slot = this.#seek(hash, high, low);
      if (this.#used[slot] === 1) return slot;
      if (this.#count < Math.min(this.#max, this.#used.length / 2)) return this.#occupy(slot, high, low);
      if (this.#count < this.#max) this.#rebuild(this.#bits + 1);
      else if (this.#sampling < SAMPLING_EXPONENT_MAX) this.thin(this.#sampling + 1);
      else return NOT_FOUND;
    }
  }

  find(high: number, low: number): number {
    const slot = this.#seek(this.#hash(high, low), high, low);
    return this.#used[slot] === 1 ? slot : NOT_FOUND;
  }

  /** Keeps one unit in 2^sampling; a sample never grows back. */
  thin(sampling: number): void {
    if (sampling <= this.#sampling) return;
    this.#sampling = sampling;
    this.#rebuild(this.#bits);
  }

  isSampled(high: number, low: number): boolean {
    return this.#isSampled(this.#hash(high, low));
  }

  get(column: number, slot: number): number {
    return this.#columns[column]![slot]!;
  }

  put(column: number, slot: number, value: number): void {
    this.#columns[column]![slot] = value;
  }

  clear(column: number): void {
    elementAt(this.#columns, column).fill(0);
  }

  /** Nothing may be added meanwhile. */
  forEach(visit: (slot: number, high: number, low: number) => void): void {
    for (let slot = 0; slot < this.#used.length; slot++)
      if (this.#used[slot] === 1) visit(slot, this.#high[slot]!, this.#low[slot]!);
  }

  #hash(high: number, low: number): number {
    return mixed(mixed(low ^ this.#salt) ^ high);
  }

  #isSampled(hash: number): boolean {
    return (hash & (2 ** this.#sampling - 1)) === 0;
  }

  /** The slot that holds the unit, or the free one where it belongs: the sample takes low bits, the place high ones. */
  #seek(hash: number, high: number, low: number): number {
    const mask = this.#used.length - 1;
    let slot = hash >>> (32 - this.#bits);
    while (this.#used[slot] === 1 && (this.#high[slot] !== high || this.#low[slot] !== low))
      slot = (slot + 1) & mask;
    return slot;
  }

  #occupy(slot: number, high: number, low: number): number {
    this.#used[slot] = 1;
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#count++;
    return slot;
  }

  #rebuild(bits: number): void {
    const before = { used: this.#used, high: this.#high, low: this.#low };
    const capacity = 2 ** bits;
    this.#bits = bits;
    this.#count = 0;
    this.#used = new Uint8Array(capacity);
    this.#high = new Uint32Array(capacity);
    this.#low = new Uint32Array(capacity);
    const columns = this.#columns.map((old) => ({ old, grown: new Uint32Array(capacity) }));
    this.#columns = columns.map(({ grown }) => grown);
    for (let from = 0; from < before.used.length; from++) {
      if (before.used[from] === 0) continue;
      const high = before.high[from]!;
      const low = before.low[from]!;
      const hash = this.#hash(high, low);
      if (!this.#isSampled(hash)) continue;
      const slot = this.#occupy(this.#seek(hash, high, low), high, low);
      for (const { old, grown } of columns) grown[slot] = old[from]!;
    }
  }
}
