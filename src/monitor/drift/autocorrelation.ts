/**
 * How much rows that come one after the other are alike, learnt from the rows themselves: a reference that was shuffled cannot
 * say. Of means of successive looks, the squared difference over what independent rows would have is χ² with one degree of
 * freedom, but for the one look in which something shifts; autocorrelation makes it large again and again (von Neumann, Annals
 * of Mathematical Statistics 12, 1941). The median of the last ones does not mind a shift. Of looks, of four together, of
 * sixteen …, as far as they go. Pure.
 */
import { elementAt } from '../../core/element-at.ts';

const SCALES = 6;
/** Looks that make one of the next scale. */
const TOGETHER = 4;
/** Ratios that are remembered, and that there must be. */
const MEMORY = 32;
const RATIOS_MIN = 5;
/** Of several looks together: a shift has a part in more of them. */
const RATIOS_TOGETHER = 8;
/** Median of χ² with one degree of freedom, and n times the variance of the median of n of them: 1 / (2 f(m))². */
const MEDIAN = 0.4549;
const SPREAD = 1.06;
/** Standard deviations from which a median is no chance: one in a thousand, of few as of many. */
const CHANCE = 5;

/** Rows, and sums of their scores and of the squares of these. */
interface Sums {
  rows: number;
  sum: number;
  squares: number;
}

interface Scale {
  filling: Sums;
  /** Looks in it. */
  looks: number;
  last: Sums | null;
  /** The last ratios, in a ring. */
  readonly ratios: number[];
  next: number;
  /** What they say of the worth of rows; null while they are too few. */
  inflation: number | null;
}

export type AutocorrelationState = readonly Scale[];

const NOTHING: Sums = { rows: 0, sum: 0, squares: 0 };

export class AutocorrelationEstimator {
  /** By bin of the profile; 0 of bins that stand for no value. */
  readonly #scores: Float64Array;
  readonly #scales: Scale[];

  constructor(scores: Float64Array, state: AutocorrelationState = []) {
    this.#scores = scores;
    this.#scales = Array.from({ length: SCALES }, (_, k) => {
      const kept = state[k];
      return kept === undefined
        ? { filling: { ...NOTHING }, looks: 0, last: null, ratios: [], next: 0, inflation: null }
        : { ...kept, filling: { ...kept.filling }, ratios: [...kept.ratios] };
    });
  }

  add(counts: Float64Array): void {
    const look = { ...NOTHING };
    for (let k = 0; k < counts.length; k++) {
      const [score, count] = [elementAt(this.#scores, k), elementAt(counts, k)];
      if (score === 0) continue;
      look.rows += count;
      look.sum += count * score;
      look.squares += count * score * score;
    }
    this.#fill(0, look);
  }

  /** How many rows of a window of so many tell as much as one that is independent, at least 1. */
  worth(rows: number): number {
    let worth = 1;
    for (const { last, inflation } of this.#scales) {
      if (inflation === null || last === null || last.rows > rows) break;
      worth = Math.max(worth, inflation);
    }
    return worth;
  }

  /** Whether there were looks enough to say anything. */
  get isKnown(): boolean {
    return elementAt(this.#scales, 0).inflation !== null;
  }

  state(): AutocorrelationState {
    return this.#scales.map((scale) => ({
      ...scale,
      filling: { ...scale.filling },
      ratios: [...scale.ratios],
    }));
  }

  #fill(k: number, { rows, sum, squares }: Sums): void {
    const scale = this.#scales[k];
    if (scale === undefined || rows === 0) return;
    const { filling } = scale;
    filling.rows += rows;
    filling.sum += sum;
    filling.squares += squares;
    scale.looks++;
    if (scale.looks < (k === 0 ? 1 : TOGETHER)) return;
    if (scale.last !== null)
      note(scale, ratioOf(scale.last, filling), k === 0 ? RATIOS_MIN : RATIOS_TOGETHER);
    scale.last = filling;
    scale.filling = { ...NOTHING };
    scale.looks = 0;
    this.#fill(k + 1, scale.last);
  }
}

/** The squared difference of means over its expectation for independent rows of their own variance; null without variance. */
function ratioOf(a: Sums, b: Sums): number | null {
  const [meanA, meanB] = [a.sum / a.rows, b.sum / b.rows];
  const within = a.squares - a.rows * meanA ** 2 + (b.squares - b.rows * meanB ** 2);
  const variance = within / Math.max(1, a.rows + b.rows - 2);
  return variance > 0 ? (meanA - meanB) ** 2 / (variance * (1 / a.rows + 1 / b.rows)) : null;
}

function note(scale: Scale, ratio: number | null, least: number): void {
  if (ratio === null) return;
  scale.ratios[scale.next] = ratio;
  scale.next = (scale.next + 1) % MEMORY;
  scale.inflation = scale.ratios.length < least ? null : inflationOf(scale.ratios);
}

/** Whether the median is beyond chance is counted; only then it is sorted for, which is seldom. */
function inflationOf(ratios: readonly number[]): number {
  const middle = Math.floor(ratios.length / 2);
  const chance = MEDIAN + (CHANCE * SPREAD) / Math.sqrt(ratios.length);
  let within = 0;
  for (const ratio of ratios) if (ratio <= chance) within++;
  if (within > middle) return 1;
  const ascending = ratios.toSorted((a, b) => a - b);
  return elementAt(ascending, middle) / MEDIAN;
}
