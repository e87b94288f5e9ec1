/**
 * The accuracy of an endpoint: takes labels in, makes cohorts anew where labels or answers came, and says how it stands. What
 * is kept in the store is all that it knows: a call after a crash does again what was not kept, and nothing twice.
 */
import { elementAt } from '../../core/element-at.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import type { NumberedFeedback } from '../../store/store.ts';
import type { AlertCondition } from '../alerts/alert.ts';
import { withMemoryDuckDB } from '../log/find-request.ts';
import { type FoundSegment, type LogLocation, localSegments } from '../log/segment-scan.ts';
import { accuracyConditions, currentDecay, currentTrust } from './accuracy-conditions.ts';
import { ACCURACY_MEMORY, type AccuracyMemory, feedbackMetric, staleCohorts } from './accuracy-memory.ts';
import type { AccuracyReference } from './accuracy-reference.ts';
import type { StoredCohort } from './accuracy-status.ts';
import { type AccuracySummary, accuracySummary } from './accuracy-summary.ts';
import { CohortJoiner } from './cohort-joiner.ts';
import type { EstimateTrust } from './estimate/estimate-trust.ts';
import { ageAtShare } from './labels/label-delays.ts';
import { MATURE_SHARE } from './labels/label-maturity.ts';
import {
  type AccuracyTarget,
  storedAccuracyStatus,
  storedMemory,
  storedReference,
} from './stored-accuracy.ts';

/** Labels that are taken in at once. */
const PAGE = 1000;

/**
 * Keeps labels and values that arrived since the last that is kept; answers how many. Calling it again, or after a failure half
 * way, keeps each once.
 */
export async function ingestLabels(
  store: Pick<MonitoringStore, 'addLabels' | 'newestLabel'>,
  feedback: (after: number, limit: number) => Promise<readonly NumberedFeedback[]>,
): Promise<number> {
  let taken = 0;
  for (let after = await store.newestLabel(null); ; ) {
    const rows = await feedback(after, PAGE);
    await store.addLabels(rows);
    taken += rows.length;
    if (rows.length < PAGE) return taken;
    after = elementAt(rows, rows.length - 1).id;
  }
}

export interface AccuracyLook {
  readonly conditions: readonly AlertCondition[];
  /** Of that version, oldest first, as they are kept. */
  readonly cohorts: readonly StoredCohort[];
  readonly reference: AccuracyReference | null;
  /** Null: there is no estimate. */
  readonly trust: EstimateTrust | null;
  /** Age at which labels are there, in milliseconds; null: not known yet. */
  readonly maturity: number | null;
  /** Cohorts that were made anew. */
  readonly revised: number;
  /** As metrics say it. */
  readonly quality: AccuracySummary;
}

export class AccuracyWatch {
  readonly #place: LogLocation & { readonly store: MonitoringStore };

  constructor(place: LogLocation & { readonly store: MonitoringStore }) {
    this.#place = place;
  }

  async look(target: AccuracyTarget): Promise<AccuracyLook> {
    const { store } = this.#place;
    const { endpoint, policy, now } = target;
    const memory = await storedMemory(store, target);
    const segments = await localSegments(this.#place, { endpoint });
    const newest = await store.newestLabel({ endpoint, metric: feedbackMetric(policy) });
    const changed = staleCohorts(memory, segments, policy.cohort, now);
    const isDirty = newest > memory.label || changed.length > 0 || memory.waiting.length > 0;
    let [revised, known] = [0, memory];
    if (isDirty && (newest > 0 || (await this.#hasReference(target, memory))))
      ({ revised, memory: known } = await this.#renew(target, memory, segments));
    const standing = await storedAccuracyStatus(store, target, known);
    return {
      conditions: accuracyConditions(standing),
      cohorts: standing.cohorts,
      reference: standing.reference,
      trust: currentTrust(standing),
      quality: accuracySummary(standing),
      maturity: policy.maturity ?? ageAtShare(standing.maturity.all, MATURE_SHARE),
      revised,
    };
  }

  /** Without labels and without a reference there is nothing to say, and no file is read. */
  async #hasReference(
    { endpoint, version, given }: AccuracyTarget,
    { policy }: AccuracyMemory,
  ): Promise<boolean> {
    const kept = await storedReference(this.#place.store, endpoint, version, policy);
    return (kept ?? (await given?.(version)) ?? null) !== null;
  }

  async #renew(
    target: AccuracyTarget,
    memory: AccuracyMemory,
    segments: readonly FoundSegment[],
  ): Promise<{ readonly revised: number; readonly memory: AccuracyMemory }> {
    const { store } = this.#place;
    return withMemoryDuckDB(async (db) => {
      const joiner = await CohortJoiner.open(db, store, target, memory, segments);
      const renewed = await joiner.renew();
      const standing = await storedAccuracyStatus(store, target, renewed.memory);
      const isBeyond = currentDecay(standing)?.standing === 'beyond';
      const attribution = isBeyond ? await joiner.attribution(standing) : null;
      const body: AccuracyMemory = { ...renewed.memory, attribution };
      await store.remember(
        [{ kind: ACCURACY_MEMORY.watch, name: target.endpoint, body, changedAt: target.now }],
        target.fence,
      );
      return { revised: renewed.revised, memory: body };
    });
  }
}
