/**
 * The quality of the rows of one version: sums by five minutes of the last hour and by hours of the last day, and what they
 * say against its profile. Plain data. Pure.
 */

import { elementAt } from '../../core/element-at.ts';
import { emptyQualityState, type FeatureQuality, type QualityState } from '../quality/quality-state.ts';
import type { QualityLimits, QualityViolation } from '../quality/quality-violation.ts';
import { NO_ROW_TIMES } from '../quality/row-times.ts';
import { qualityViolations, schemaViolations } from '../quality/violations.ts';
import { BIN, type ReferenceProfile, type TickCounts } from '../reference/reference-profile.ts';
import type { MonitorTick } from './monitor-tick.ts';
import { addQuality, NO_QUALITY, type QualityTick } from './quality-tick.ts';

/** What was counted within a slot. */
interface Sums {
  readonly rows: number;
  /** Rows beyond the range, without a value, with an unseen one: by feature, where there are any. */
  readonly bins: Readonly<Record<string, readonly [beyond: number, missing: number, unseen: number]>>;
  readonly quality: QualityTick;
}

export interface QualityMemory {
  /** When its profile was made: features go by their place in it. */
  readonly profile: number;
  /** Slots since the epoch, ascending. */
  readonly recent: readonly (readonly [slot: number, sums: Sums])[];
  readonly hours: readonly (readonly [slot: number, sums: Sums])[];
  /** Rows since the version was first seen, by kind of violation; they never fall. */
  readonly totals: Readonly<Record<string, number>>;
}

const SLOT_MS = 300_000;
const HOUR_MS = 3_600_000;
const SLOTS = 12;
const HOURS = 24;
/** So many rows say how it is now; of fewer, an hour is looked at. */
const ENOUGH = 1000;
/** A slot that has only begun says little. */
const SLOTS_MIN = 2;

const BEYOND = [BIN.negativeInfinity, BIN.positiveInfinity, BIN.below, BIN.above] as const;

/** With the counts of a tick that began at `at`. */
export function addToQuality(
  memory: QualityMemory | null,
  { profile, counts, quality }: Pick<MonitorTick, 'profile' | 'counts' | 'quality'>,
  at: number,
): QualityMemory {
  const own = memory?.profile === profile ? memory : null;
  const sums: Sums = {
    rows: counts.rows,
    bins: binsOf(counts),
    quality: quality ?? NO_QUALITY,
  };
  return {
    profile,
    recent: addSlot(own?.recent ?? [], Math.floor(at / SLOT_MS), SLOTS, sums),
    hours: addSlot(own?.hours ?? [], Math.floor(at / HOUR_MS), HOURS, sums),
    totals: addTotals(memory?.totals ?? {}, sums),
  };
}

function binsOf({ features }: TickCounts): Sums['bins'] {
  const bins: Record<string, readonly [number, number, number]> = {};
  features.forEach((counts, j) => {
    const beyond = BEYOND.reduce((sum, bin) => sum + elementAt(counts, bin), 0);
    const missing = elementAt(counts, BIN.null) + elementAt(counts, BIN.nan);
    const unseen = elementAt(counts, BIN.unseen);
    if (beyond + missing + unseen > 0) bins[j] = [beyond, missing, unseen];
  });
  return bins;
}

function addSlot(slots: QualityMemory['recent'], slot: number, kept: number, sums: Sums) {
  const before = slots.find(([known]) => known === slot);
  const others = slots.filter((one) => one !== before);
  const all = [...others, [slot, before === undefined ? sums : addSums(before[1], sums)] as const];
  const newest = Math.max(...all.map(([known]) => known));
  return all.filter(([known]) => known > newest - kept).toSorted(([a], [b]) => a - b);
}

function addSums(a: Sums, b: Sums): Sums {
  const bins = { ...a.bins };
  for (const [j, [beyond, missing, unseen]] of Object.entries(b.bins)) {
    const [e = 0, m = 0, u = 0] = bins[j] ?? [];
    bins[j] = [beyond + e, missing + m, unseen + u];
  }
  return { rows: a.rows + b.rows, bins, quality: addQuality(a.quality, b.quality) };
}

function addTotals(totals: QualityMemory['totals'], { bins, quality }: Sums): QualityMemory['totals'] {
  const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
  const all = Object.values(bins);
  const [, backwards, future] = quality.clock;
  const came = {
    range: sum(all.map(([beyond]) => beyond)),
    missing: sum(all.map(([, missing]) => missing)),
    unseen: sum(all.map(([, , unseen]) => unseen)),
    type: sum(quality.features.map(([, misfits]) => misfits)),
    schema: sum(Object.values(quality.missing)),
    clock: backwards + future,
  };
  return Object.fromEntries(
    Object.entries(came).map(([check, rows]) => [check, (totals[check] ?? 0) + rows]),
  );
}

/** What was wrong within the last day. */
export const violationsOfDay = (
  memory: QualityMemory,
  profile: ReferenceProfile,
  limits: QualityLimits,
  now: number,
): readonly QualityViolation[] =>
  violationsIn(
    memory.hours.filter(([slot]) => slot > Math.floor(now / HOUR_MS) - HOURS).map(([, sums]) => sums),
    profile,
    limits,
  );

/** How it is now, and of how many rows that is said: of the last ten minutes, or of more where those were few. */
export function violationsNow(
  memory: QualityMemory,
  profile: ReferenceProfile,
  limits: QualityLimits,
  now: number,
): { readonly rows: number; readonly violations: readonly QualityViolation[] } {
  const newest = Math.floor(now / SLOT_MS);
  const taken: Sums[] = [];
  let rows = 0;
  for (const [slot, sums] of memory.recent.toReversed()) {
    if (slot <= newest - SLOTS || (rows >= ENOUGH && slot <= newest - SLOTS_MIN)) break;
    taken.push(sums);
    rows += sums.rows;
  }
  return { rows, violations: violationsIn(taken, profile, limits) };
}

function violationsIn(
  slots: readonly Sums[],
  profile: ReferenceProfile,
  limits: QualityLimits,
): readonly QualityViolation[] {
  if (slots.length === 0) return [];
  const sums = slots.reduce(addSums);
  const { rows, quality } = sums;
  const missing = Object.entries(quality.missing).map(([name, count]) => schemaViolations([name], [], count));
  const extra = Object.entries(quality.extra).map(([name, count]) => schemaViolations([], [name], count));
  const schema = [...missing, ...extra].flat().map((one) => ({ ...one, share: one.rows / rows }));
  // A column that is not there is told of once, not as one without values, too.
  const others = qualityViolations(profile, stateOf(sums, profile), limits).filter(
    ({ feature }) => feature === null || !Object.hasOwn(quality.missing, feature),
  );
  return [...schema, ...others];
}

/** Numbers of rows are not known of what was counted by many: −1. */
function stateOf({ rows, bins, quality }: Sums, profile: ReferenceProfile): QualityState {
  const none = emptyQualityState(profile.features.length);
  const features: FeatureQuality[] = none.features.map((feature, j) => {
    const [beyond = 0, missing = 0, unseen = 0] = bins[j] ?? [];
    return { ...feature, beyond, missing, unseen };
  });
  for (const [j, misfits, far, longest, of] of quality.features) {
    const run = { value: of, length: longest, longest, since: -1, of };
    if (features[j] !== undefined) features[j] = { ...features[j], misfits, far, run };
  }
  const [share, repeated] = quality.repeated;
  const [timed, backwards, future] = quality.clock;
  return {
    ...none,
    rows,
    features,
    repeated: { share, rows: repeated, since: -1 },
    clock: { ...NO_ROW_TIMES, rows: timed, backwards, future },
  };
}
