/** Counts the values of output columns while they are made, some nanoseconds a value. Pure. */
import type { OutputColumn, OutputValues } from '../../scorer/scorer.ts';
import type { OutputDistribution } from './column-distribution.ts';
import { merged, SIGN } from './distribution.ts';
import { LabelCounts } from './labels.ts';

/** Counts the values of one output column. */
export interface DistributionObserver {
  /** Counts the first `rows` values whose outcome is 0 (`ok`). */
  add(values: OutputValues, outcomes: Uint8Array, rows: number): void;
  distribution(): OutputDistribution;
}

/** An observer of a column that has seen nothing yet. */
export function observerOf({ type }: Pick<OutputColumn, 'type'>): DistributionObserver {
  if (type === 'number') return new Numbers();
  if (type === 'integer') return new Integers();
  return type === 'bool' ? new Bools() : new Texts();
}

/** Where a float64 puts its exponent and the first three bits of its mantissa. */
const SHIFT = 17;
const BINS = 2 ** 15;
/** Bins from here on, sign apart, hold infinity, then NaN. */
const INFINITE = 0x7ff00000 >>> SHIFT;
const UPPER = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

class Numbers implements DistributionObserver {
  readonly #counts = new Float64Array(BINS);

  add(values: OutputValues, outcomes: Uint8Array, rows: number): void {
    const { buffer, byteOffset } = values as Float64Array;
    const words = new Uint32Array(buffer, byteOffset, 2 * rows);
    const counts = this.#counts;
    for (let i = 0, word = UPPER; i < rows; i++, word += 2)
      if (outcomes[i] === 0) counts[words[word]! >>> SHIFT]! += 1;
  }

  distribution(): OutputDistribution {
    const counts = this.#counts;
    // Zero has two signs and one value.
    const found: [number, number][] = [];
    let nan = 0;
    const zero = counts[0]! + counts[SIGN]!;
    for (let bin = BINS - 1; bin > SIGN; bin--) nan += noted(found, bin, counts[bin]!);
    if (zero > 0) found.push([0, zero]);
    for (let bin = 1; bin < SIGN; bin++) nan += noted(found, bin, counts[bin]!);
    return { kind: 'numbers', nan, bins: found };
  }
}

/** Notes a bin that has something in it; answers how much of it is no number. */
function noted(found: [number, number][], bin: number, count: number): number {
  if ((bin & (SIGN - 1)) > INFINITE) return count;
  if (count > 0) found.push([bin, count]);
  return 0;
}

/** So many labels are found faster by comparing with each than by their hash. */
const FEW = 8;

class Texts implements DistributionObserver {
  /** The first labels that were seen, and how often. */
  readonly #first: string[] = [];
  readonly #counts = new Float64Array(FEW);
  readonly #others = new LabelCounts();

  add(values: OutputValues, outcomes: Uint8Array, rows: number): void {
    const texts = values as readonly string[];
    for (let i = 0; i < rows; i++) if (outcomes[i] === 0) this.#count(texts[i]!);
  }

  #count(text: string): void {
    const first = this.#first;
    let at = 0;
    while (at < first.length && first[at] !== text) at++;
    if (at === FEW) {
      this.#others.add(text, 1);
      return;
    }
    if (at === first.length) first.push(text);
    this.#counts[at]! += 1;
  }

  distribution(): OutputDistribution {
    const counts = this.#first.map((label, i) => [label, this.#counts[i]!] as const);
    return merged([{ kind: 'labels', counts }, this.#others.distribution()])!;
  }
}

class Bools implements DistributionObserver {
  readonly #counts = new Float64Array(2);

  add(values: OutputValues, outcomes: Uint8Array, rows: number): void {
    const bools = values as Uint8Array;
    for (let i = 0; i < rows; i++) if (outcomes[i] === 0) this.#counts[bools[i]! & 1]! += 1;
  }

  distribution(): OutputDistribution {
    const labels = new LabelCounts();
    labels.add('false', this.#counts[0]!);
    labels.add('true', this.#counts[1]!);
    return labels.distribution();
  }
}

/** Integers from −512 to 511, which most classes are, are counted without making a label of each. */
const NEAR = 512;

class Integers implements DistributionObserver {
  readonly #near = new Float64Array(2 * NEAR);
  readonly #far = new LabelCounts();

  add(values: OutputValues, outcomes: Uint8Array, rows: number): void {
    const integers = values as BigInt64Array;
    const words = new Int32Array(integers.buffer, integers.byteOffset, 2 * rows);
    for (let i = 0; i < rows; i++) {
      if (outcomes[i] !== 0) continue;
      const lower = words[2 * i + 1 - UPPER]!;
      const isNear = lower >= -NEAR && lower < NEAR && words[2 * i + UPPER] === lower >> 31;
      if (isNear) this.#near[lower + NEAR]! += 1;
      else this.#far.add(String(integers[i]), 1);
    }
  }

  distribution(): OutputDistribution {
    const near = [...this.#near].flatMap((count, i) =>
      count > 0 ? [[String(i - NEAR), count] as const] : [],
    );
    return merged([{ kind: 'labels', counts: near }, this.#far.distribution()])!;
  }
}
