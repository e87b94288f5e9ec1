/** One window with each of its units once: what workers and pieces tell of a unit is joined. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import { PAIR_ARM, type WindowPart } from '../window-part.ts';
import type { SegmentNames } from './segment-names.ts';
import { NOT_FOUND, UnitSet } from './unit-set.ts';

/** An answer whose label is complete: `unit` is a hash in hex, null where the request is the unit. */
export interface MaturedLabel {
  readonly unit: string | null;
  readonly arm: number;
  readonly failed: boolean;
}

/** Where a unit was seen: in no arm, in two, or in arm `place − 1`. */
const NOWHERE = 0;
const CROSSED = 255;

const COLUMNS = { flags: 0, pair: 1, place: 2, segment: 3, label: 4 } as const;
const PAIRED = 1 << 8;
const WRONG_NOW = 1 << 8;

export interface JoinedUnit {
  readonly high: number;
  readonly low: number;
  /** Null: in no arm; `crossed`: in more than one. */
  readonly arm: number | null | 'crossed';
  readonly flags: number;
  readonly isPaired: boolean;
  readonly pairFlags: number;
  readonly segment: number;
  readonly label: { readonly arm: number | 'crossed'; readonly failed: boolean } | null;
}

export class JoinedWindow {
  readonly #set: UnitSet;
  readonly #names: SegmentNames;

  /** `sampling` as the rollout has it so far; of `max` see `UnitSet`. */
  constructor(names: SegmentNames, salt: number, sampling: number, max: number | undefined) {
    this.#names = names;
    this.#set = new UnitSet(salt, Object.keys(COLUMNS).length, max);
    this.#set.thin(sampling);
  }

  /** Exponent of the sample that the window holds. */
  get sampling(): number {
    return this.#set.sampling;
  }

  addPiece({ units, segments }: WindowPart): void {
    const ids = segments.map((value) => this.#names.idOf(value));
    const { high, low, arm, flags, segment } = units;
    for (let i = 0; i < flags.length; i++) {
      const slot = this.#set.add(high[i]!, low[i]!);
      if (slot === NOT_FOUND) continue;
      const [place, shown] = [arm[i]!, flags[i]!];
      if (place === PAIR_ARM) this.#pair(slot, shown);
      else this.#see(slot, place, shown, ids[segment[i]!] ?? 0);
    }
  }

  /** Label of a unit; null units are for the caller. */
  addLabel(unit: string, arm: number, failed: boolean): void {
    if (!/^[0-9a-f]{16}$/.test(unit))
      throw new PlimsollError('INTERNAL', { action: 'counting labels', reason: `"${unit}" is no unit` });
    const slot = this.#set.add(Number.parseInt(unit.slice(0, 8), 16), Number.parseInt(unit.slice(8), 16));
    if (slot === NOT_FOUND) return;
    const before = this.#set.get(COLUMNS.label, slot);
    const wrong = failed ? WRONG_NOW : 0;
    this.#set.put(COLUMNS.label, slot, placed(before & 0xff, arm) | (before & WRONG_NOW) | wrong);
  }

  forEach(visit: (unit: JoinedUnit) => void): void {
    this.#set.forEach((slot, high, low) => {
      const place = this.#set.get(COLUMNS.place, slot);
      const label = this.#set.get(COLUMNS.label, slot);
      const labelArm = armOf(label & 0xff);
      visit({
        high,
        low,
        arm: armOf(place & 0xff),
        flags: this.#set.get(COLUMNS.flags, slot),
        isPaired: (place & PAIRED) !== 0,
        pairFlags: this.#set.get(COLUMNS.pair, slot),
        segment: Math.max(0, this.#set.get(COLUMNS.segment, slot) - 1),
        label: labelArm === null ? null : { arm: labelArm, failed: (label & WRONG_NOW) !== 0 },
      });
    });
  }

  #pair(slot: number, flags: number): void {
    this.#set.put(COLUMNS.pair, slot, this.#set.get(COLUMNS.pair, slot) | flags);
    this.#set.put(COLUMNS.place, slot, this.#set.get(COLUMNS.place, slot) | PAIRED);
  }

  /** A unit with two segments in one window belongs to those named other (0). */
  #see(slot: number, arm: number, flags: number, segment: number): void {
    const place = this.#set.get(COLUMNS.place, slot);
    const before = this.#set.get(COLUMNS.segment, slot);
    this.#set.put(COLUMNS.flags, slot, this.#set.get(COLUMNS.flags, slot) | flags);
    this.#set.put(COLUMNS.place, slot, placed(place & 0xff, arm) | (place & PAIRED));
    this.#set.put(COLUMNS.segment, slot, before === 0 || before === segment + 1 ? segment + 1 : 1);
  }
}

const placed = (before: number, arm: number): number =>
  before === NOWHERE || before === arm + 1 ? arm + 1 : CROSSED;

const armOf = (place: number): number | null | 'crossed' => {
  if (place === NOWHERE) return null;
  return place === CROSSED ? 'crossed' : place - 1;
};
