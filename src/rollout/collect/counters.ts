/** Adds up the counts of one window, unit by unit. Pure. */

import { elementAt } from '../../core/element-at.ts';
import { addAt } from '../../core/vector.ts';
import type { PairCounts } from '../evidence/paired.ts';
import type { ArmCounts, CopiedUnits, UnitCounts } from '../recorded-window.ts';
import type { RecordingSpec } from '../route.ts';
import { FAILED_BIT } from '../window-part.ts';
import { DistinctUnitCounter } from './distinct-unit-counter.ts';
import { UNIT_LABELLED, UNIT_MARKED, UNIT_SEEN, UNIT_WRONG } from './packed-units.ts';
import { flagsMask } from './part-validation.ts';
import { afterCopies, COPIED, COPIED_IN_STAGE, isRepeat } from './unit-history.ts';

type Names = Pick<RecordingSpec, 'slow' | 'shifted'>;

const bitsOf = ({ slow, shifted }: Names): number => 1 + slow.length + shifted.length;

/** Bit by bit: units that had not shown it before, and those of them that show it now. */
class BitCounts {
  readonly #atRisk: number[];
  readonly #now: number[];
  readonly labels = { units: 0, failures: 0 };

  constructor(bits: number) {
    this.#atRisk = new Array(bits).fill(0);
    this.#now = new Array(bits).fill(0);
  }

  add(bit: number, happened: boolean, count: number): void {
    addAt(this.#atRisk, bit, count);
    if (happened) addAt(this.#now, bit, count);
  }

  addLabel(failed: boolean): void {
    this.labels.units++;
    if (failed) this.labels.failures++;
  }

  counts({ slow, shifted }: Names, withLabels: boolean): UnitCounts {
    const named = (from: readonly number[], marks: readonly { name: string }[], first: number) =>
      marks.map(({ name }, i): [string, number] => [name, elementAt(from, first + i)]);
    return {
      units: elementAt(this.#atRisk, 0),
      failures: elementAt(this.#now, 0),
      over: new Map(named(this.#now, slow, 1)),
      shifted: new Map(named(this.#now, shifted, 1 + slow.length)),
      atRisk: new Map(named(this.#atRisk, [...slow, ...shifted], 1)),
      labels: withLabels ? this.labels : null,
    };
  }
}

/** Counts of one arm, those that are new to a guard test apart. */
export class ArmCounter {
  readonly #names: Names;
  readonly #distinct: DistinctUnitCounter;
  readonly #all: BitCounts;
  readonly #newcomers: BitCounts;
  readonly segments = new Map<number, { units: number; failures: number }>();
  #assigned = 0;

  constructor(names: Names, arm: number) {
    this.#names = names;
    this.#distinct = new DistinctUnitCounter(names, arm);
    this.#all = new BitCounts(bitsOf(names));
    this.#newcomers = new BitCounts(bitsOf(names));
  }

  /** `count` units with the word that they had before this window, and the flags of this window. */
  add(before: number, flags: number, segment: number, count = 1): void {
    for (let bit = 0; bit < bitsOf(this.#names); bit++) {
      if ((before >>> bit) & 1) continue;
      const happened = ((flags >>> bit) & 1) === 1;
      this.#all.add(bit, happened, count);
      const isNew = (before & (bit === 0 ? UNIT_SEEN : UNIT_MARKED)) === 0;
      if (isNew) this.#newcomers.add(bit, happened, count);
    }
    if ((before & UNIT_SEEN) === 0) this.#assigned += count;
    if ((before & FAILED_BIT) === 0) this.#addSegment(segment, (flags & FAILED_BIT) !== 0, count);
  }

  addNameless(flags: number, segment: number, count: number): void {
    this.add(0, flags, segment, count);
    this.#distinct.addNameless(flags, count);
  }

  /** Counts a unit by its history before this window, and answers the one after it. */
  recall(history: number, flags: number): number {
    return this.#distinct.add(history, flags);
  }

  /** A unit whose label has matured: its word before this window, and whether the answer was wrong. */
  addLabel(before: number, failed: boolean): void {
    if (before & UNIT_WRONG) return;
    this.#all.addLabel(failed);
    if ((before & UNIT_LABELLED) === 0) this.#newcomers.addLabel(failed);
  }

  counts(withLabels: boolean): ArmCounts {
    return {
      ...this.#all.counts(this.#names, withLabels),
      newcomers: this.#newcomers.counts(this.#names, withLabels),
      assigned: this.#assigned,
      distinct: this.#distinct.counts(),
    };
  }

  #addSegment(segment: number, failed: boolean, count: number): void {
    const found = this.segments.get(segment) ?? { units: 0, failures: 0 };
    found.units += count;
    if (failed) found.failures += count;
    this.segments.set(segment, found);
  }
}

interface Cell {
  candidateOnly: number;
  stableOnly: number;
  both: number;
}

/**
 * Counts of inputs that both models answered. A pair word holds what a unit has shown so far: candidate's bits, and
 * stable's shifted by 16. Of one bit, both set: both models did it; exactly one: the unit has been discordant, and is
 * not counted again. Slowness is not compared: the copy runs beside the reply, in its own time.
 */
export class PairCounter {
  readonly #known: number;
  readonly #cells: readonly { readonly name: string; readonly bit: number; readonly cell: Cell }[];
  readonly #lasting: Cell = { candidateOnly: 0, stableOnly: 0, both: 0 };
  readonly #copies = { stage: 0, units: 0 };
  pairs = 0;

  constructor(names: Names) {
    const { slow, shifted } = names;
    const compared = [
      { name: 'errors', bit: 0 },
      ...shifted.map(({ name }, i) => ({ name, bit: 1 + slow.length + i })),
    ];
    this.#known = flagsMask(names);
    this.#cells = compared.map((of) => ({ ...of, cell: { candidateOnly: 0, stableOnly: 0, both: 0 } }));
  }

  /** Counts a unit, or several nameless ones, and answers its pair word after this window. */
  add(before: number, flags: number, count = 1): number {
    this.pairs += count;
    const candidate = before & 0xffff;
    const stable = before >>> 16;
    const now = { candidate: flags & this.#known, stable: (flags >>> 16) & this.#known };
    const undecided = ~(candidate ^ stable);
    const candidateOnly = now.candidate & ~now.stable & undecided;
    const stableOnly = now.stable & ~now.candidate & undecided;
    const both = now.candidate & now.stable & undecided & ~candidate;
    for (const { bit, cell } of this.#cells) {
      cell.candidateOnly += ((candidateOnly >>> bit) & 1) * count;
      cell.stableOnly += ((stableOnly >>> bit) & 1) * count;
      cell.both += ((both >>> bit) & 1) * count;
    }
    const after = (candidate | candidateOnly | both) & ~stableOnly;
    return (after | (((stable | stableOnly | both) & ~candidateOnly) << 16)) >>> 0;
  }

  addNameless(flags: number, count: number): void {
    this.add(0, flags, count);
    this.#copies.stage += count;
    this.#copies.units += count;
  }

  /**
   * Counts a unit by its history before this window, and answers the one after it. Where exactly one version failed it
   * in its last window, too, that is counted: a unit that is failed again and again, not only once.
   */
  recall(history: number, flags: number): number {
    if ((history & COPIED_IN_STAGE) === 0) this.#copies.stage++;
    if ((history & COPIED) === 0) this.#copies.units++;
    const isDiscordant = ((flags ^ (flags >>> 16)) & FAILED_BIT) !== 0;
    if (isRepeat(history, isDiscordant))
      this.#lasting[(flags & FAILED_BIT) !== 0 ? 'candidateOnly' : 'stableOnly']++;
    return afterCopies(history, isDiscordant);
  }

  get copies(): CopiedUnits {
    return this.#copies;
  }

  /** By name of what was compared; nothing where there were no pairs. */
  named(): ReadonlyMap<string, PairCounts> {
    if (this.pairs === 0) return new Map();
    const { candidateOnly, stableOnly } = this.#lasting;
    const cells = this.#cells.map(({ name, cell }): [string, PairCounts] => [name, cell]);
    return new Map(candidateOnly + stableOnly === 0 ? cells : [...cells, ['lasting', this.#lasting]]);
  }
}
