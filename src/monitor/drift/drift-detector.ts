/** Whether one feature drifts. Pure. */
import { normalQuantile } from '../../statistics/normal.ts';
import { normalScores } from '../reference/dependence.ts';
import { type FeatureProfile, FIRST_REGULAR_BIN } from '../reference/reference-profile.ts';
import { AutocorrelationEstimator, type AutocorrelationState } from './autocorrelation.ts';
import { logEvidence } from './dirichlet-multinomial.ts';
import { measureEffect } from './drift-effect.ts';
import type { DriftEffect, DriftKind, DriftOptions } from './drift-finding.ts';
import { type DriftStatistic, driftStatistics, gatherBins } from './drift-statistic.ts';
import { BUCKET_ROWS_MIN, logStartWeight, WindowBuckets, type WindowBucketsState } from './window-buckets.ts';

/** Rows after which a feature that was found drifting may be as it was again: at least, and at most. */
const RESOLVE_ROWS = [512, 8192] as const;
/** Part of the minimum effect below which it is. */
const RESOLVE_PART = 0.5;
/** Windows of so many times the rows of a look are looked at each time; longer ones more seldom. */
const LOOK_AHEAD = 8;

/** Part of the evidence that is needed below which nothing is about to begin. */
const QUIET_PART = 0.6;

/** Rows that tell as much as one, as long as it is not known. */
const UNKNOWN_WORTH = 16;

/** A window of one statistic of a feature. */
export interface WindowEvidence {
  readonly kind: DriftKind;
  readonly rows: number;
  /** Logarithm of the evidence, with the weight of the window's start, and what it must reach. */
  readonly log: number;
  readonly threshold: number;
  readonly effect: DriftEffect;
  /** Rows in the bins of the profile. */
  readonly counts: readonly number[];
}

export interface DriftChange {
  readonly what: 'began' | 'ended';
  readonly evidence: WindowEvidence;
}

interface StatisticState {
  /** Rows that had come when its memory began: nothing before is looked at. */
  readonly begin: number;
  /** Rows that had come when it was found drifting, and those of the window; null where it is not. */
  readonly drifting: { readonly at: number; readonly rows: number } | null;
}

export interface DriftDetectorState {
  readonly windows: WindowBucketsState;
  readonly succession: AutocorrelationState;
  readonly rows: number;
  readonly looks: number;
  /** By statistic. */
  readonly aspects: readonly StatisticState[];
}

export interface DriftDetectorOptions extends DriftOptions {
  /** Logarithm of the inverse of this feature's part of the false alarms a row. */
  readonly logBudget: number;
  /** It is derived of several. */
  readonly joint: boolean;
}

/** An statistic with what it takes to look at it. */
interface Watched extends DriftStatistic {
  readonly threshold: number;
  readonly minimum: number;
  /** Rows in its own bins; overwritten by each look. */
  readonly scratch: Float64Array;
  state: StatisticState;
}

export class DriftDetector {
  readonly feature: FeatureProfile;
  readonly #watched: readonly Watched[];
  readonly #windows: WindowBuckets;
  readonly #succession: AutocorrelationEstimator;
  readonly #falseAlarms: number;
  #rows: number;
  #looks: number;

  constructor(feature: FeatureProfile, options: DriftDetectorOptions, state: DriftDetectorState | null) {
    this.feature = feature;
    this.#falseAlarms = options.falseAlarms;
    this.#windows = new WindowBuckets(feature.counts.length, state?.windows);
    this.#succession = new AutocorrelationEstimator(successionScores(feature), state?.succession);
    this.#rows = state?.rows ?? 0;
    this.#looks = state?.looks ?? 0;
    this.#watched = driftStatistics(feature, options.joint).map((statistic, i) => ({
      ...statistic,
      threshold: options.logBudget - Math.log(statistic.part),
      minimum: statistic.unit === 'psi' ? options.minimumPsi : options.minimumShare,
      scratch: new Float64Array(statistic.bins.length),
      state: state?.aspects[i] ?? { begin: 0, drifting: null },
    }));
  }

  get isDrifting(): boolean {
    return this.#watched.some(({ state }) => state.drifting !== null);
  }

  /** Adds rows in the bins of the profile, and answers what began or ended with them. */
  add(counts: Float64Array, rows: number): readonly DriftChange[] {
    this.#rows += rows;
    this.#succession.add(counts);
    if (!this.#windows.add(counts, rows)) return [];
    this.#looks++;
    const longest = this.#longest(rows, this.#looks);
    const changes: DriftChange[] = [];
    const open = new Set(this.#watched);
    this.#windows.each((sums, age) => {
      for (const one of open) {
        const change = this.#look(one, sums, age, longest);
        if (change === 'later') continue;
        open.delete(one);
        if (change !== null) changes.push(change);
      }
      return open.size > 0;
    });
    return changes;
  }

  /** Adds rows with which nothing can begin or end, and nothing is about to; where that is not sure adds none, and answers false. */
  addQuietly(counts: Float64Array, rows: number): boolean {
    if (this.isDrifting || !this.#isQuiet(counts, rows)) return false;
    this.#rows += rows;
    this.#succession.add(counts);
    this.#looks += Number(this.#windows.add(counts, rows));
    return true;
  }

  #isQuiet(counts: Float64Array, rows: number): boolean {
    const longest = this.#longest(rows, this.#looks + 1);
    let isQuiet = true;
    this.#windows.each(
      (sums, age) => {
        if (age > longest) return false;
        isQuiet = this.#watched.every((one) => {
          if (age > this.#rows + rows - one.state.begin) return true;
          gatherBins(one, sums, age, one.scratch);
          const needed = QUIET_PART * this.#needed(one, age);
          return logEvidence(one.scratch, one.multinomial, one.alternatives, needed) < needed;
        });
        return isQuiet;
      },
      { counts, rows },
    );
    return isQuiet;
  }

  /** Windows up to this length are looked at. */
  #longest(rows: number, look: number): number {
    return LOOK_AHEAD * Math.max(rows, BUCKET_ROWS_MIN) * (look & -look);
  }

  /** Rows of a window of this age that tell as much as one, as the reference or the rows themselves say. */
  #worth(age: number): number {
    return Math.max(this.feature.dependence, this.#succession.worth(age));
  }

  /** Of the first rows nobody knows yet whether they are alike: their evidence counts for less. */
  #temper(age: number): number {
    return this.#succession.isKnown ? this.#worth(age) : Math.max(UNKNOWN_WORTH, this.#worth(age));
  }

  /** Logarithm of the evidence that a window of this age must have. */
  #needed({ threshold }: Watched, age: number): number {
    return (threshold - logStartWeight(age)) * this.#temper(age);
  }

  /** Of each statistic the window that tells most, and whether it drifts. Nothing of what was not seen yet. */
  view(): readonly (WindowEvidence & { readonly drifting: boolean })[] {
    return this.#watched.flatMap((one) => {
      const windows: WindowEvidence[] = [];
      this.#windows.each((sums, age) => {
        const evidence = this.#evidence(one, sums, age);
        if (evidence !== null) windows.push(evidence);
        return true;
      });
      if (windows.length === 0) return [];
      const best = windows.reduce((most, evidence) => (evidence.log > most.log ? evidence : most));
      return [{ ...best, drifting: one.state.drifting !== null }];
    });
  }

  state(): DriftDetectorState {
    const aspects = this.#watched.map(({ state }) => state);
    const succession = this.#succession.state();
    return { windows: this.#windows.state(), succession, rows: this.#rows, looks: this.#looks, aspects };
  }

  /** What a window says; `later` where a longer one has to be asked, null where none has. */
  #look(one: Watched, sums: Float64Array, age: number, longest: number): DriftChange | 'later' | null {
    const { begin, drifting } = one.state;
    if (age > this.#rows - begin) return null;
    if (drifting !== null) return this.#end(one, sums, age, drifting);
    return age > longest ? null : this.#begin(one, sums, age);
  }

  /** Both gates: the evidence, and the effect beyond its minimum at the lower bound. */
  #begin(one: Watched, sums: Float64Array, age: number): DriftChange | 'later' {
    const { multinomial, alternatives, minimum, scratch } = one;
    gatherBins(one, sums, age, one.scratch);
    const needed = this.#needed(one, age);
    if (logEvidence(scratch, multinomial, alternatives, needed) < needed) return 'later';
    if (this.#effect(one, age, this.#certainty(age)).low < minimum) return 'later';
    const evidence = this.#evidence(one, sums, age);
    if (evidence === null) return 'later';
    one.state = { ...one.state, drifting: { at: this.#rows, rows: age } };
    return { what: 'began', evidence };
  }

  #effect({ unit, scratch, multinomial }: Watched, age: number, z?: number): DriftEffect {
    return measureEffect(unit, scratch, multinomial, this.#worth(age), z);
  }

  /**
   * A change below the minimum is looked at in ever so many windows, and now and then one of them shows more than there is. At
   * this bound no more do so, of windows of one length, than false alarms are accepted.
   */
  #certainty(age: number): number {
    return -normalQuantile(Math.min(0.025, age * this.#falseAlarms));
  }

  /** It ends where a window that began after it was found has hardly any of its effect. */
  #end(
    one: Watched,
    sums: Float64Array,
    age: number,
    { at, rows }: NonNullable<StatisticState['drifting']>,
  ): DriftChange | 'later' | null {
    const [least, most] = RESOLVE_ROWS;
    if (age > this.#rows - at) return null;
    if (age < Math.min(Math.max(rows, least) * this.#worth(age), most)) return 'later';
    const evidence = this.#evidence(one, sums, age);
    if (evidence === null || evidence.effect.value > RESOLVE_PART * one.minimum) return null;
    one.state = { begin: this.#rows, drifting: null };
    return { what: 'ended', evidence };
  }

  /** Null where the window has nothing of the statistic. */
  #evidence(one: Watched, sums: Float64Array, age: number): WindowEvidence | null {
    const { kind, multinomial, alternatives, threshold, scratch } = one;
    gatherBins(one, sums, age, one.scratch);
    if (scratch.every((count) => count === 0)) return null;
    return {
      kind,
      rows: age,
      log: logEvidence(scratch, multinomial, alternatives) / this.#temper(age) + logStartWeight(age),
      threshold,
      effect: this.#effect(one, age),
      counts: Array.from(sums),
    };
  }
}

/** Numbers by which successive rows are compared: normal scores, or whether it is the most frequent category. */
function successionScores({ bins, counts }: FeatureProfile): Float64Array {
  if (bins.kind !== 'categories') return normalScores(counts);
  const regular = counts.slice(FIRST_REGULAR_BIN);
  const most = regular.indexOf(Math.max(...regular));
  return Float64Array.from(counts, (_, bin) =>
    bin < FIRST_REGULAR_BIN ? 0 : bin - FIRST_REGULAR_BIN === most ? 1 : -1,
  );
}
