/**
 * Counters that only grow, remembered so that what came within the last so many minutes can be told: fine steps for what is
 * near, coarse ones for what is far. Pure.
 */
import { elementAt } from '../../core/element-at.ts';

/** Numbers that are counted together. */
export type CounterValues = readonly number[];

interface Slot {
  /** End of what it holds, in milliseconds since the epoch. */
  readonly at: number;
  /** What was counted until then, since the window began. */
  readonly total: CounterValues;
}

/** Plain data. */
export type CounterWindowState = readonly Slot[];

/** Further back than `age`, one slot each `step` is kept; in milliseconds. */
const STEPS = [
  { age: 600_000, step: 60_000 },
  { age: 7_200_000, step: 300_000 },
] as const;

export class CounterWindow {
  readonly #span: number;
  #slots: readonly Slot[];

  /** Remembers `span` milliseconds. */
  constructor(span: number, state: CounterWindowState = []) {
    this.#span = span;
    this.#slots = state;
  }

  /** Adds what has come since the last time. What is told first came in a time of unknown length: it only begins the window. */
  add(at: number, counts: CounterValues): void {
    const last = this.#slots.at(-1);
    if (last === undefined) {
      this.#slots = [{ at, total: counts.map(() => 0) }];
      return;
    }
    // A clock that was set back must not make a window of negative length.
    const slot = { at: Math.max(at, last.at), total: last.total.map((total, k) => total + (counts[k] ?? 0)) };
    this.#slots = thinned([...this.#slots, slot], slot.at, this.#span);
  }

  /** What came within the last `millis`, or since the begin where that is later, and how long that is; null before that. */
  within(millis: number): { readonly counts: CounterValues; readonly millis: number } | null {
    const [first, last] = [this.#slots[0], this.#slots.at(-1)];
    if (first === undefined || last === undefined) return null;
    const from = this.#slots.findLast(({ at }) => at <= last.at - millis) ?? first;
    const counts = last.total.map((count, k) => count - elementAt(from.total, k));
    return { counts, millis: last.at - from.at };
  }

  state(): CounterWindowState {
    return this.#slots;
  }
}

function thinned(slots: readonly Slot[], now: number, span: number): Slot[] {
  // One that is older than the span stays, as the begin of it.
  const begin = slots.findLastIndex(({ at }) => at <= now - span);
  return slots.slice(Math.max(0, begin)).filter(({ at }, k, kept) => {
    const next = kept[k + 1];
    if (k === 0 || next === undefined) return true;
    const step = STEPS.findLast(({ age }) => now - at > age)?.step;
    // The last of each step stays.
    return step === undefined || Math.floor(at / step) !== Math.floor(next.at / step);
  });
}
