/**
 * The units that one worker has seen in one window, each once an arm, with the bits of what happened to it. A hash table
 * of typed arrays with open addressing; what is in it never depends on what happened to a unit. Pure.
 */
import { takeInto } from '../../core/vector.ts';
import type { UnitColumns } from '../../rollout/window-part.ts';

/** Units of a window and worker beyond which only those are kept whose hash is 0 mod 2^k, for all arms alike. */
const UNITS_MAX = 65_536;
const UNITS_FIRST = 1024;
/** Hashes can be made to collide; a unit that finds no place within this many steps is left out. */
const PROBES_MAX = 256;

export class WindowUnits {
  readonly #max: number;
  #size = 0;
  /** Only units are kept whose low half has these bits 0. */
  #mask = 0;
  #high = new Uint32Array(UNITS_FIRST);
  #low = new Uint32Array(UNITS_FIRST);
  #arm = new Uint8Array(UNITS_FIRST);
  #flags = new Uint32Array(UNITS_FIRST);
  #segment = new Uint8Array(UNITS_FIRST);
  /** Whether a unit has changed since it was last taken. */
  #changed = new Uint8Array(UNITS_FIRST);
  /** Index of a unit, plus one; 0 is free. Four places a unit. */
  #places = new Int32Array(4 * UNITS_FIRST);

  constructor(max = UNITS_MAX) {
    this.#max = max;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a unit, or bits to one that is there; the segment of the first time stays. Whether it is new. */
  note(high: number, low: number, arm: number, flags: number, segment: number): boolean {
    if ((low & this.#mask) !== 0) return false;
    const place = this.#placeOf(high, low, arm);
    if (place < 0) return false;
    const known = this.#places[place]! - 1;
    if (known >= 0) {
      this.#join(known, flags);
      return false;
    }
    if (this.#size === this.#high.length && !this.#makeRoom()) return false;
    // Making room moves the places.
    return this.#insert(high, low, arm, flags, segment, 1);
  }

  /** Units that are new or have more bits since the last call. */
  take(): UnitColumns {
    let count = 0;
    const changed = new Uint32Array(this.#size);
    for (let i = 0; i < this.#size; i++) if (this.#changed[i] === 1) changed[count++] = i;
    const indices = changed.subarray(0, count);
    this.#changed.fill(0, 0, this.#size);
    return {
      high: takeInto(new Uint32Array(count), this.#high, indices),
      low: takeInto(new Uint32Array(count), this.#low, indices),
      arm: takeInto(new Uint8Array(count), this.#arm, indices),
      flags: takeInto(new Uint32Array(count), this.#flags, indices),
      segment: takeInto(new Uint8Array(count), this.#segment, indices),
    };
  }

  /**
   * Forgets all units. The room stays as long as it is used, and so does what is left out: the next window will have about
   * as many, and finding that out anew would hold the loop for milliseconds, window after window.
   */
  clear(): void {
    const capacity = this.#high.length;
    let expected = this.#size;
    this.#size = 0;
    for (; this.#mask !== 0 && expected <= this.#max / 4; expected *= 2) this.#mask >>>= 1;
    if (expected > capacity / 4 || capacity === UNITS_FIRST) this.#places.fill(0);
    else this.#rebuild(capacity / 2);
  }

  #join(index: number, flags: number): void {
    const before = this.#flags[index]!;
    const joined = (before | flags) >>> 0;
    if (joined === before) return;
    this.#flags[index] = joined;
    this.#changed[index] = 1;
  }

  /** The place of a unit, or the free one where it belongs; -1 where there is none near. */
  #placeOf(high: number, low: number, arm: number): number {
    const mask = this.#places.length - 1;
    let place = (high ^ Math.imul(arm + 1, 0x9e3779b1)) & mask;
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const index = this.#places[place]! - 1;
      if (index < 0) return place;
      if (this.#high[index] === high && this.#low[index] === low && this.#arm[index] === arm) return place;
      place = (place + 1) & mask;
    }
    return -1;
  }

  #insert(high: number, low: number, arm: number, flags: number, segment: number, changed: number): boolean {
    if ((low & this.#mask) !== 0) return false;
    const place = this.#placeOf(high, low, arm);
    if (place < 0) return false;
    const index = this.#size++;
    this.#places[place] = index + 1;
    this.#high[index] = high;
    this.#low[index] = low;
    this.#arm[index] = arm;
    this.#flags[index] = flags;
    this.#segment[index] = segment;
    this.#changed[index] = changed;
    return true;
  }

  /** Twice the room, or every other unit left out; false where neither helps. */
  #makeRoom(): boolean {
    const capacity = this.#high.length;
    if (capacity < this.#max) this.#rebuild(2 * capacity);
    while (this.#size === this.#high.length && this.#mask !== -1) {
      this.#mask = (this.#mask << 1) | 1;
      this.#rebuild(capacity);
    }
    return this.#size < this.#high.length;
  }

  #rebuild(capacity: number): void {
    const old = {
      size: this.#size,
      high: this.#high,
      low: this.#low,
      arm: this.#arm,
      flags: this.#flags,
      segment: this.#segment,
      changed: this.#changed,
    };
    this.#size = 0;
    this.#high = new Uint32Array(capacity);
    this.#low = new Uint32Array(capacity);
    this.#arm = new Uint8Array(capacity);
    this.#flags = new Uint32Array(capacity);
    this.#segment = new Uint8Array(capacity);
    this.#changed = new Uint8Array(capacity);
    this.#places = new Int32Array(4 * capacity);
    for (let i = 0; i < old.size; i++) {
      this.#insert(old.high[i]!, old.low[i]!, old.arm[i]!, old.flags[i]!, old.segment[i]!, old.changed[i]!);
    }
  }
}
