/** The drift of one endpoint's version against its profile, fed with counts in the order of time. Pure. */
import { elementAt } from '../../core/element-at.ts';
import type { FeatureProfile, ReferenceProfile, TickCounts } from '../reference/reference-profile.ts';
import {
  type DriftChange,
  DriftDetector,
  type DriftDetectorState,
  type WindowEvidence,
} from './drift-detector.ts';
import { DRIFT_DEFAULTS, type DriftFinding, type DriftOptions } from './drift-finding.ts';

/** Part of the budget of false alarms for several features at once, where they are watched. */
const JOINT_PART = 0.1;
/** A joint drift waits for a feature that may explain it: so many times the rows in which it was seen, and some. */
const JOINT_PATIENCE = 0.5;
const JOINT_ROWS = 128;

/** A feature begins to drift, or is as it was again. */
export interface DriftEvent {
  readonly what: 'began' | 'ended';
  readonly finding: DriftFinding;
}

/** Rows of which parts can be counted; features come first, then outputs, then what is derived of several. */
export interface CountedDriftRows {
  readonly rows: number;
  /** Of the feature in that place, without row `to`. */
  countsOf(place: number, from: number, to: number): Float64Array;
}

/** Rows of a look while nothing is about to begin, and of one while something is. */
const COARSE_ROWS = 256;
const FINE_ROWS = 64;

/** Where detectors are; plain data. */
export interface DriftState {
  readonly schema: 1;
  /** Null of one that begins. */
  readonly detectors: readonly (DriftDetectorState | null)[];
  readonly rows: number;
  /** What several features show together. */
  readonly together: Together;
}

/** However many numbers are derived of several features, people are told once that these no longer go together. */
interface Together {
  readonly held: Held | null;
  readonly isTold: boolean;
}

/** A joint drift that is not told yet. */
interface Held {
  readonly finding: DriftFinding;
  /** Rows that must have come for it to be told. */
  readonly until: number;
}

/** By its name and its side. */
export type WantedFeature = (feature: string, side: DriftFinding['side']) => boolean;

interface Placed {
  readonly side: DriftFinding['side'];
  readonly joint: boolean;
  readonly detector: DriftDetector;
}

export class DriftWatch {
  readonly #placed: readonly Placed[];
  #together: Together;
  #rows: number;

  /** `state` must come from a watch with an equal profile and equal options. */
  constructor(
    { features, outputs, joint }: ReferenceProfile,
    options: DriftOptions = DRIFT_DEFAULTS,
    state: DriftState | null = null,
  ) {
    const derived = joint?.features ?? [];
    const joined = derived.filter(({ of }) => of === undefined).length;
    const single = features.length + outputs.length + derived.length - joined;
    const log = -Math.log(options.falseAlarms);
    const [own, shared] = joined > 0 ? [1 - JOINT_PART, JOINT_PART] : [1, 0];
    const ownBudget = log + Math.log(single / own);
    const jointBudget = log + Math.log(joined / shared);
    const place = (side: DriftFinding['side'], isJoint: boolean) => (feature: FeatureProfile) => ({
      side,
      joint: isJoint,
      feature,
      logBudget: isJoint ? jointBudget : ownBudget,
    });
    const all = [
      ...features.map(place('input', false)),
      ...outputs.map(place('output', false)),
      ...derived.map((feature) => place('input', feature.of === undefined)(feature)),
    ];
    this.#placed = all.map(({ side, joint: isJoint, feature, logBudget }, i) => ({
      side,
      joint: isJoint,
      detector: new DriftDetector(
        feature,
        { ...options, logBudget, joint: isJoint },
        state?.detectors[i] ?? null,
      ),
    }));
    this.#together = state?.together ?? { held: null, isTold: false };
    this.#rows = state?.rows ?? 0;
  }

  /** Adds the counts of the rows that came next, and answers what changed by them. */
  add({ rows, features, outputs, joint }: TickCounts): readonly DriftEvent[] {
    if (rows === 0) return [];
    this.#rows += rows;
    const counts = [...features, ...outputs, ...joint];
    const events = this.#placed.flatMap((placed, i) =>
      added(placed, elementAt(counts, i), rows).flatMap((change) => this.#told(placed, change)),
    );
    return [...events, ...this.#released()];
  }

  /**
   * Adds rows one look after the other: few looks while all is quiet, more where something may begin. Answers what changed, and
   * with which row.
   */
  follow(rows: CountedDriftRows): readonly (DriftEvent & { readonly row: number })[] {
    const told: (DriftEvent & { readonly row: number })[] = [];
    for (let from = 0; from < rows.rows; from += COARSE_ROWS) {
      const to = Math.min(rows.rows, from + COARSE_ROWS);
      const changes = this.#placed.flatMap((placed, i) => closely(placed, rows, i, from, to));
      const begin = this.#rows;
      for (const { placed, row, change } of changes.toSorted((a, b) => a.row - b.row)) {
        this.#rows = begin + row + 1 - from;
        for (const event of this.#told(placed, change)) told.push({ ...event, row });
      }
      this.#rows = begin + to - from;
      for (const event of this.#released()) told.push({ ...event, row: to - 1 });
    }
    return told;
  }

  /**
   * How every feature stands, drifting or not: one finding a statistic, of the window that tells most; one of all together.
   * `isWanted`: which of those that do not drift.
   */
  view(isWanted: WantedFeature = () => true): readonly (DriftFinding & { readonly drifting: boolean })[] {
    const wanted = this.#placed.filter(
      ({ side, detector }) => detector.isDrifting || isWanted(detector.feature.name, side),
    );
    const seen = wanted.flatMap((placed) =>
      placed.detector.view().map((evidence) => ({
        ...findingOf(placed, evidence),
        // Several together drift where people are told so, not already where a feature may explain it.
        drifting: placed.joint ? evidence.drifting && this.#together.isTold : evidence.drifting,
      })),
    );
    const joint = seen.filter(({ feature }) => feature === null);
    const gravest = joint.toSorted(
      (a, b) => Number(b.drifting) - Number(a.drifting) || b.evidence.log - a.evidence.log,
    );
    return [...seen.filter(({ feature }) => feature !== null), ...gravest.slice(0, 1)];
  }

  state(): DriftState {
    return {
      schema: 1,
      detectors: this.#placed.map(({ detector }) => detector.state()),
      rows: this.#rows,
      together: this.#together,
    };
  }

  #told(placed: Placed, { what, evidence }: DriftChange): readonly DriftEvent[] {
    const finding = findingOf(placed, evidence);
    if (!placed.joint) return [{ what, finding }];
    return what === 'began' ? this.#hold(finding) : this.#endTogether(finding);
  }

  /** A joint drift is held back. */
  #hold(finding: DriftFinding): readonly DriftEvent[] {
    const { held, isTold } = this.#together;
    if (isTold || held !== null) return [];
    const until = this.#rows + JOINT_PATIENCE * finding.rows + JOINT_ROWS;
    this.#together = { held: { finding, until }, isTold };
    return [];
  }

  /** It is over with the last of what is derived, and never told where that is before it was. */
  #endTogether(finding: DriftFinding): readonly DriftEvent[] {
    if (this.#placed.some(({ joint, detector }) => joint && detector.isDrifting)) return [];
    const { isTold } = this.#together;
    this.#together = { held: null, isTold: false };
    return isTold ? [{ what: 'ended', finding }] : [];
  }

  /** A joint drift that no feature by itself explains. */
  #released(): readonly DriftEvent[] {
    const { held } = this.#together;
    if (held === null || held.until > this.#rows) return [];
    if (this.#placed.some(({ joint, detector }) => !joint && detector.isDrifting)) return [];
    this.#together = { held: null, isTold: true };
    return [{ what: 'began', finding: held.finding }];
  }
}

/** Of a sample its own rows count: of fewer rows there are no more false alarms than are accepted of all. */
function added({ detector }: Placed, counts: Float64Array, rows: number): readonly DriftChange[] {
  if (detector.feature.sampled !== true) return detector.add(counts, rows);
  const own = counts.reduce((sum, count) => sum + count, 0);
  return own === 0 ? [] : detector.add(counts, own);
}

interface RowChange {
  readonly placed: Placed;
  readonly row: number;
  readonly change: DriftChange;
}

function closely(
  placed: Placed,
  rows: CountedDriftRows,
  place: number,
  from: number,
  to: number,
): RowChange[] {
  const { detector } = placed;
  if (detector.addQuietly(rows.countsOf(place, from, to), to - from)) return [];
  const changes: RowChange[] = [];
  for (let at = from; at < to; at += FINE_ROWS) {
    const end = Math.min(to, at + FINE_ROWS);
    for (const change of detector.add(rows.countsOf(place, at, end), end - at))
      changes.push({ placed, row: end - 1, change });
  }
  return changes;
}

const findingOf = ({ side, joint, detector }: Placed, evidence: WindowEvidence): DriftFinding => ({
  feature: joint ? null : detector.feature.name,
  side,
  kind: evidence.kind,
  effect: evidence.effect,
  evidence: { log: evidence.log, threshold: evidence.threshold },
  rows: evidence.rows,
  reference: detector.feature.counts,
  current: evidence.counts,
});
