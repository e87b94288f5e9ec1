/** What each unit has shown in the rollout so far, and which of it the last window changed. Pure. */
import type { JoinedUnit, JoinedWindow } from './joined.ts';
import {
  FLAGS_MASK,
  LABELLED,
  MARKED,
  type PackedUnits,
  PRESENT,
  packUnits,
  SEEN,
  unpackUnits,
  WRONG,
} from './packed.ts';
import type { ArmTally, PairTally } from './tally.ts';
import { NONE, UnitSet } from './unit-set.ts';

const COLUMNS = { word: 0, pair: 1 } as const;

export interface Tallies {
  readonly arms: readonly ArmTally[];
  readonly pairs: PairTally;
  /** Whether anything but failures is counted. */
  readonly hasMarks: boolean;
  crossed: number;
}

export class UnitTable {
  readonly #set: UnitSet;

  constructor(salt: number, max?: number) {
    this.#set = new UnitSet(salt, Object.keys(COLUMNS).length, max);
  }

  get sampling(): number {
    return this.#set.sampling;
  }

  /** Arms are compared from now on: what units did before says nothing of either, and is forgotten. Pairs stay. */
  beginComparison(): void {
    this.#set.clear(COLUMNS.word);
  }

  /** Counts the units of a window, and answers those that it changed, packed. */
  count(window: JoinedWindow, tallies: Tallies): Uint8Array {
    this.#set.thin(window.sampling);
    // All first, so that one sample is counted whatever the order in which units come.
    window.forEach(({ high, low }) => {
      this.#set.add(high, low);
    });
    const changed = { high: [], low: [], word: [], pair: [] } as Record<
      'high' | 'low' | 'word' | 'pair',
      number[]
    >;
    window.forEach((unit) => {
      const slot = this.#set.isSampled(unit.high, unit.low) ? this.#set.find(unit.high, unit.low) : NONE;
      if (slot === NONE) return;
      const before = { word: this.#set.get(COLUMNS.word, slot), pair: this.#set.get(COLUMNS.pair, slot) };
      const word = countArms(before.word, unit, tallies);
      const pair = unit.isPaired ? tallies.pairs.add(before.pair, unit.pairFlags) : before.pair;
      if (word === before.word && pair === before.pair) return;
      this.#set.put(COLUMNS.word, slot, word);
      this.#set.put(COLUMNS.pair, slot, pair);
      changed.high.push(unit.high);
      changed.low.push(unit.low);
      changed.word.push(word);
      changed.pair.push(pair);
    });
    return packUnits({ sampling: this.sampling, ...changed });
  }

  /** Takes back what `count` answered of a window. Throws UNITS_INVALID. */
  restore(bytes: Uint8Array, window: number): void {
    const { sampling, high, low, word, pair }: PackedUnits = unpackUnits(bytes, window);
    this.#set.thin(sampling);
    for (let i = 0; i < high.length; i++) {
      const slot = this.#set.add(high[i]!, low[i]!);
      if (slot === NONE) continue;
      this.#set.put(COLUMNS.word, slot, word[i]!);
      this.#set.put(COLUMNS.pair, slot, pair[i]!);
    }
  }
}

/** Counts a unit in its arm and its label, and answers its word after this window. */
function countArms(before: number, { arm, flags, segment, label }: JoinedUnit, tallies: Tallies): number {
  if (arm === 'crossed' || label?.arm === 'crossed') tallies.crossed++;
  let after = before | PRESENT;
  if (arm !== null) after |= (flags & FLAGS_MASK) | SEEN | (tallies.hasMarks ? MARKED : 0);
  if (typeof arm === 'number') tallies.arms[arm]!.add(before, flags, segment);
  if (label !== null) after |= LABELLED | (label.failed ? WRONG : 0);
  if (typeof label?.arm === 'number') tallies.arms[label.arm]!.addLabel(before, label.failed);
  return after;
}
