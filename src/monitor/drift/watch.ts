/** The drift of one endpoint's version against its profile, fed with counts in the order of time. Pure. */
import type { ReferenceProfile, TickCounts } from '../reference/profile.ts';
import { DRIFT_DEFAULTS, type DriftOptions, type Finding } from './finding.ts';

/** A feature begins to drift, or is as it was again. */
export interface DriftEvent {
  readonly what: 'began' | 'ended';
  readonly finding: Finding;
}

/** Where detectors are; plain data. */
export type DriftState = { readonly schema: 1; readonly detectors: readonly unknown[] };

export class DriftWatch {
  constructor(
    _profile: ReferenceProfile,
    _options: DriftOptions = DRIFT_DEFAULTS,
    _state: DriftState | null = null,
  ) {}

  /** Adds the counts of the rows that came next, and answers what changed by them. */
  add(_counts: TickCounts): readonly DriftEvent[] {
    return [];
  }

  /** How every feature stands, drifting or not: one finding each, of the window that tells most. */
  view(): readonly (Finding & { readonly drifting: boolean })[] {
    return [];
  }

  state(): DriftState {
    return { schema: 1, detectors: [] };
  }
}
