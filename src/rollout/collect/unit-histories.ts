/** What each unit has shown in the rollout so far, and which of it the last window changed. Pure. */

import { elementAt } from '../../core/element-at.ts';
import type { ArmCounter, PairCounter } from './counters.ts';
import type { JoinedUnit, JoinedWindow } from './joined-window.ts';
import {
  FLAGS_MASK,
  type PackedUnits,
  packUnits,
  UNIT_LABELLED,
  UNIT_MARKED,
  UNIT_PRESENT,
  UNIT_SEEN,
  UNIT_WRONG,
  unpackUnits,
} from './packed-units.ts';
import { forComparison, forNextStage } from './unit-history.ts';
import { NOT_FOUND, UnitSet } from './unit-set.ts';

const COLUMNS = { word: 0, pair: 1, history: 2 } as const;

const NAMES = ['word', 'pair', 'history'] as const;

/** What is known of one unit. */
type Known = Readonly<Record<keyof typeof COLUMNS, number>>;

export interface WindowCounters {
  readonly arms: readonly ArmCounter[];
  readonly pairs: PairCounter;
  /** Whether anything but failures is counted. */
  readonly hasMarks: boolean;
  crossed: number;
}

export class UnitHistories {
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
    this.#rewrite(forComparison);
  }

  /** Units are counted anew towards the stage that begins. */
  beginStage(): void {
    this.#rewrite(forNextStage);
  }

  /** Counts the units of a window, and answers those that it changed, packed. */
  count(window: JoinedWindow, counters: WindowCounters): Uint8Array {
    this.#set.thin(window.sampling);
    // All first, so that one sample is counted whatever the order in which units come.
    window.forEach(({ high, low }) => {
      this.#set.add(high, low);
    });
    const changed = { high: [], low: [], word: [], history: [], pair: [] } as Record<
      'high' | 'low' | keyof typeof COLUMNS,
      number[]
    >;
    window.forEach((unit) => {
      const slot = this.#set.isSampled(unit.high, unit.low) ? this.#set.find(unit.high, unit.low) : NOT_FOUND;
      if (slot === NOT_FOUND) return;
      const before = this.#at(slot);
      const after = countUnit(before, unit, counters);
      if (NAMES.every((name) => after[name] === before[name])) return;
      changed.high.push(unit.high);
      changed.low.push(unit.low);
      for (const name of NAMES) {
        this.#set.put(COLUMNS[name], slot, after[name]);
        changed[name].push(after[name]);
      }
    });
    return packUnits({ sampling: this.sampling, ...changed });
  }

  /** Takes back what `count` answered of a window. Throws UNITS_INVALID. */
  restore(bytes: Uint8Array, window: number): void {
    const units: PackedUnits = unpackUnits(bytes, window);
    this.#set.thin(units.sampling);
    const { high, low, word, pair, history } = units;
    for (let i = 0; i < high.length; i++) {
      const slot = this.#set.add(elementAt(high, i), elementAt(low, i));
      if (slot === NOT_FOUND) continue;
      this.#set.put(COLUMNS.word, slot, elementAt(word, i));
      this.#set.put(COLUMNS.pair, slot, elementAt(pair, i));
      this.#set.put(COLUMNS.history, slot, elementAt(history, i));
    }
  }

  #at(slot: number): Known {
    const { word, pair, history } = COLUMNS;
    return {
      word: this.#set.get(word, slot),
      pair: this.#set.get(pair, slot),
      history: this.#set.get(history, slot),
    };
  }

  #rewrite(next: (history: number) => number): void {
    this.#set.forEach((slot) =>
      this.#set.put(COLUMNS.history, slot, next(this.#set.get(COLUMNS.history, slot))),
    );
  }
}

/** Counts a unit in its copies, its arm and its label, and answers what is known of it after this window. */
function countUnit({ word, pair, history }: Known, unit: JoinedUnit, counters: WindowCounters): Known {
  const copied = unit.isPaired
    ? {
        history: counters.pairs.recall(history, unit.pairFlags),
        pair: counters.pairs.add(pair, unit.pairFlags),
      }
    : { history, pair };
  const { arm, flags } = unit;
  const isIn = typeof arm === 'number';
  return {
    word: countArms(word, unit, counters),
    pair: copied.pair,
    history: isIn ? elementAt(counters.arms, arm).recall(copied.history, flags) : copied.history,
  };
}

/** Counts a unit in its arm and its label, and answers its word after this window. */
function countArms(
  before: number,
  { arm, flags, segment, label }: JoinedUnit,
  counters: WindowCounters,
): number {
  if (arm === 'crossed' || label?.arm === 'crossed') counters.crossed++;
  let after = before | UNIT_PRESENT;
  if (arm !== null) after |= (flags & FLAGS_MASK) | UNIT_SEEN | (counters.hasMarks ? UNIT_MARKED : 0);
  if (typeof arm === 'number') elementAt(counters.arms, arm).add(before, flags, segment);
  if (label !== null) after |= UNIT_LABELLED | (label.failed ? UNIT_WRONG : 0);
  if (typeof label?.arm === 'number') elementAt(counters.arms, label.arm).addLabel(before, label.failed);
  return after;
}
