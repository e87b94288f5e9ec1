/**
 * Violations of rows against a profile, fed with blocks in their order. What it keeps is small and plain, and adds up over
 * replicas. Pure.
 */
import { elementAt, lastOf } from '../../core/element-at.ts';
import type { BinnedRows, ProfiledColumns } from '../reference/bin-counter.ts';
import { BIN, type FeatureProfile, type ReferenceProfile } from '../reference/reference-profile.ts';
import { seasonalOffset } from '../reference/season.ts';
import { DUPLICATE_WINDOW_ROWS, DuplicateCounter } from './duplicate-counter.ts';
import { emptyQualityState, type FeatureQuality, type QualityState } from './quality-state.ts';
import type { QualityLimits, QualityViolation } from './quality-violation.ts';
import { hashRows } from './row-hash.ts';
import { checkRowTimes, type RowTimesState } from './row-times.ts';
import { extendRun } from './value-runs.ts';
import { qualityViolations } from './violations.ts';

export interface QualityBlock {
  /** Number of its first row, from 0. */
  readonly from: number;
  readonly rows: number;
  /** In the order of the profile's features; null where there is no such column. */
  readonly features: ProfiledColumns;
  /** Of the same rows. */
  readonly bins: BinnedRows;
  /** By feature, 1 where a row has a value that is not of its type. */
  readonly misfits?: readonly (Uint8Array | null)[];
  /** Milliseconds since the epoch, one a row; NaN: it has none. */
  readonly times?: Float64Array | null;
  /** What time it is; null: that tells nothing about these rows. */
  readonly now?: number | null;
}

export class QualityWatch {
  readonly #profile: ReferenceProfile;
  readonly #limits: QualityLimits;
  readonly #features: FeatureQuality[];
  #rows: number;
  #repeats: DuplicateCounter;
  #repeated: QualityState['repeated'];
  #windowBegan: number;
  #clock: RowTimesState;

  constructor(
    profile: ReferenceProfile,
    limits: QualityLimits,
    state: QualityState = emptyQualityState(profile.features.length),
  ) {
    this.#profile = profile;
    this.#limits = limits;
    this.#features = [...state.features];
    this.#rows = state.rows;
    this.#repeats = new DuplicateCounter(state.repeats);
    this.#repeated = state.repeated;
    this.#windowBegan = state.windowBegan;
    this.#clock = state.clock;
  }

  add(block: QualityBlock): void {
    this.#profile.features.forEach((feature, j) => {
      this.#features[j] = addFeature(elementAt(this.#features, j), feature, block, j);
    });
    this.#addRepeats(block);
    if (block.times) this.#clock = checkRowTimes(this.#clock, block.times, block.from, block.now ?? null);
    this.#rows += block.rows;
  }

  /** Rows that another replica has seen. */
  merge(other: QualityState): void {
    other.features.forEach((theirs, j) => {
      this.#features[j] = mergeFeature(elementAt(this.#features, j), theirs);
    });
    this.#repeats.merge(other.repeats);
    if (other.repeated.share > this.#repeated.share) this.#repeated = other.repeated;
    this.#rows += other.rows;
  }

  violations(): readonly QualityViolation[] {
    return qualityViolations(this.#profile, this.state(), this.#limits);
  }

  state(): QualityState {
    return {
      schema: 1,
      rows: this.#rows,
      features: [...this.#features],
      repeats: this.#repeats.state(),
      repeated: this.#worst(),
      windowBegan: this.#windowBegan,
      clock: this.#clock,
    };
  }

  #addRepeats({ from, rows, features }: QualityBlock): void {
    if (rows === 0) return;
    const window = Math.min(DUPLICATE_WINDOW_ROWS, this.#profile.rows);
    this.#repeats.add(hashRows(rows, features));
    if (from + rows - this.#windowBegan < window) return;
    this.#repeated = this.#worst();
    this.#repeats = new DuplicateCounter();
    this.#windowBegan = from + rows;
  }

  #worst(): QualityState['repeated'] {
    const now = { share: this.#repeats.share, rows: this.#repeats.rows, since: this.#windowBegan };
    return now.share > this.#repeated.share ? now : this.#repeated;
  }
}

function addFeature(
  before: FeatureQuality,
  feature: FeatureProfile,
  { from, rows, features, bins, misfits, times }: QualityBlock,
  j: number,
): FeatureQuality {
  const column = features[j] ?? null;
  if (column === null) return before;
  const found = { ...before };
  const own = bins.featureBins(j);
  const range = farRange(feature);
  for (let i = 0; i < rows; i++) {
    const bin = own[i]!;
    // Most rows are in a bin of their own.
    if (bin > BIN.unseen || bin === BIN.sentinel) continue;
    if (bin === BIN.null || bin === BIN.nan) found.missing++;
    else if (bin === BIN.unseen) {
      found.unseen++;
      if (found.firstUnseen < 0) found.firstUnseen = from + i;
    } else {
      found.beyond++;
      if (found.firstBeyond < 0) found.firstBeyond = from + i;
      const x = Number(column.values[i]) - seasonalOffset(feature, times?.[i]);
      if (range === null || (x >= range.low && x <= range.high)) continue;
      found.far++;
      if (found.firstFar < 0) found.firstFar = from + i;
    }
  }
  const flags = misfits?.[j] ?? null;
  if (flags !== null) {
    for (let i = 0; i < rows; i++) {
      if (flags[i] !== 1) continue;
      found.misfits++;
      if (found.misfit < 0) found.misfit = from + i;
    }
  }
  return { ...found, run: extendRun(before.run, column, rows, from) };
}

/** Beyond this is as good as impossible: as far out again as the reference is wide. */
function farRange({ bins }: FeatureProfile): { readonly low: number; readonly high: number } | null {
  if (bins.kind === 'quantiles') return widened(bins.low, bins.high);
  return bins.kind === 'values' && bins.values.length > 0
    ? widened(elementAt(bins.values, 0), lastOf(bins.values))
    : null;
}

function widened(low: number, high: number): { readonly low: number; readonly high: number } {
  const span = Math.max(high - low, Math.abs(high), Math.abs(low));
  return { low: low - span, high: high + span };
}

function mergeFeature(a: FeatureQuality, b: FeatureQuality): FeatureQuality {
  const first = (x: number, y: number): number => (x < 0 ? y : y < 0 ? x : Math.min(x, y));
  return {
    misfits: a.misfits + b.misfits,
    misfit: first(a.misfit, b.misfit),
    beyond: a.beyond + b.beyond,
    far: a.far + b.far,
    firstBeyond: first(a.firstBeyond, b.firstBeyond),
    firstFar: first(a.firstFar, b.firstFar),
    missing: a.missing + b.missing,
    unseen: a.unseen + b.unseen,
    firstUnseen: first(a.firstUnseen, b.firstUnseen),
    run: a.run.longest >= b.run.longest ? a.run : b.run,
  };
}
