/** Makes the cohorts of an endpoint anew that labels or answers came for, over the log and the store. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { elementAt } from '../../core/element-at.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import type { FoundSegment } from '../log/segment-scan.ts';
import { currentDecay } from './accuracy-conditions.ts';
import {
  ACCURACY_MEMORY,
  type AccuracyMemory,
  cohortName,
  feedbackMetric,
  indexSegments,
  staleCohorts,
} from './accuracy-memory.ts';
import { type AccuracyReference, accuracyReference } from './accuracy-reference.ts';
import { type AccuracyRows, concatAccuracyRows, readAccuracyRows } from './accuracy-rows.ts';
import type { AccuracyStatus, StoredCohort } from './accuracy-status.ts';
import { type CohortBody, measureCohort } from './cohort.ts';
import { type AnswerSchema, inferAnswerSchema } from './labels/answer-schema.ts';
import { type CohortKey, joinCohort, loadLabels, touchedCohorts } from './labels/join-labels.ts';
import { isMature } from './labels/label-maturity.ts';
import { attributionSentence } from './loss-attribution.ts';
import { rowCount } from './metrics/metric-rows.ts';
import { attributeLoss } from './reference-losses.ts';
import { type AccuracyTarget, learnMaturity, storedCohorts, storedReference } from './stored-accuracy.ts';

/** Traffic becomes the reference when so many cohorts of it are mature, with so many labels together. */
const REFERENCE_COHORTS = 5;
const REFERENCE_LABELS = 300;
const REFERENCE_COHORTS_MAX = 30;
/** Cohorts that an attribution looks at. */
const ATTRIBUTED = 5;

export class CohortJoiner {
  readonly #db: DuckDBConnection;
  readonly #store: MonitoringStore;
  readonly #target: AccuracyTarget;
  readonly #memory: AccuracyMemory;
  readonly #segments: readonly FoundSegment[];
  readonly #newest: number;
  /** The newest revision of each, oldest first. */
  #cohorts: readonly StoredCohort[];

  private constructor(
    db: DuckDBConnection,
    store: MonitoringStore,
    target: AccuracyTarget,
    memory: AccuracyMemory,
    segments: readonly FoundSegment[],
    { newest, cohorts }: { readonly newest: number; readonly cohorts: readonly StoredCohort[] },
  ) {
    this.#db = db;
    this.#store = store;
    this.#target = target;
    this.#memory = memory;
    this.#segments = segments;
    this.#newest = newest;
    this.#cohorts = cohorts;
  }

  static async open(
    db: DuckDBConnection,
    store: MonitoringStore,
    target: AccuracyTarget,
    memory: AccuracyMemory,
    segments: readonly FoundSegment[],
  ): Promise<CohortJoiner> {
    const of = { endpoint: target.endpoint, metric: feedbackMetric(target.policy) };
    const newest = await store.newestLabel(of);
    await loadLabels(db, store, { ...of, after: memory.label });
    const cohorts = await storedCohorts(store, target.endpoint);
    return new CohortJoiner(db, store, target, memory, segments, { newest, cohorts });
  }

  /** Keeps a revision of each cohort that has changed; what it is known by is to be remembered after that. */
  async renew(): Promise<{ readonly revised: number; readonly memory: AccuracyMemory }> {
    const { policy, now } = this.#target;
    const index = indexSegments(this.#segments, policy.cohort);
    const versions = [...new Set([...index.values()].map((key) => key.version))];
    for (const version of versions) await this.#referToGiven(version);
    const dirty = await this.#dirty();
    const taken: CohortKey[] = [];
    let revised = 0;
    for (const key of dirty) {
      if (taken.length > 0 && this.#target.isOver?.() === true) break;
      if (await this.#renewCohort(key)) revised++;
      taken.push(key);
    }
    for (const version of versions) revised += await this.#refer(version);
    const made = taken.map((key) => [cohortName(key), [index.get(cohortName(key))?.rows ?? 0, now]] as const);
    const kept = Object.entries(this.#memory.index).filter(([name]) => index.has(name));
    return {
      revised,
      memory: {
        ...this.#memory,
        label: this.#newest,
        waiting: dirty.slice(taken.length),
        index: Object.fromEntries([...kept, ...made]),
      },
    };
  }

  /** Oldest first. */
  async #dirty(): Promise<readonly CohortKey[]> {
    const { policy, now } = this.#target;
    const isFresh = this.#newest > this.#memory.label;
    const keys = [
      ...this.#memory.waiting,
      ...staleCohorts(this.#memory, this.#segments, policy.cohort, now),
      ...(isFresh ? await touchedCohorts(this.#db, this.#segments, policy.cohort) : []),
    ];
    const dirty = new Map(keys.map((key) => [cohortName(key), key]));
    return [...dirty.values()].sort((a, b) => a.from - b.from || a.version - b.version);
  }

  async #renewCohort(key: CohortKey): Promise<boolean> {
    const { endpoint, policy, now, fence } = this.#target;
    const joined = await joinCohort(this.#db, this.#segments, key);
    const reference = await storedReference(this.#store, endpoint, key.version, this.#memory.policy);
    const reading = reference?.reading ?? inferAnswerSchema(joined.labelled, policy.metric, policy.positive);
    const reads = reading ?? inferAnswerSchema(joined.unlabelled, policy.metric, policy.positive);
    if (reads === null) return false;
    const cohorts = this.#cohorts;
    const maturity = learnMaturity(cohorts, policy, now);
    const residuals = cohorts.flatMap(({ version, from, to, body }) => {
      const isBefore = version === key.version && from < key.from && from >= (reference?.until ?? 0);
      if (!isBefore || body.residual === null) return [];
      return isMature(maturity, from, to, now) === true ? [body.residual] : [];
    });
    const known = cohorts.find(({ version, from }) => version === key.version && from === key.from);
    const chosen = known?.body.chosen ?? [];
    const body = measureCohort(joined, { reading: reads, maturity, reference, residuals, chosen, now });
    // What is gone from the log is not forgotten here.
    if (known !== undefined && (body.rows < known.body.rows || isSame(known.body, body))) return false;
    if (fence !== undefined && !(await this.#store.remember([], fence))) return false;
    const revision = await this.#store.addCohort({ endpoint, ...key, computedAt: now, body });
    const others = cohorts.filter((cohort) => cohort !== known);
    this.#cohorts = [...others, { ...key, revision, computedAt: now, body }].sort(
      (a, b) => a.from - b.from || a.version - b.version,
    );
    return true;
  }

  /** Keeps what a version was given as its reference, where it has none yet. */
  async #referToGiven(version: number): Promise<void> {
    const { endpoint, given } = this.#target;
    if ((await storedReference(this.#store, endpoint, version, this.#memory.policy)) !== null) return;
    const reference = (await given?.(version)) ?? null;
    if (reference !== null) await this.#keepReference(version, reference);
  }

  #keepReference(version: number, reference: AccuracyReference): Promise<boolean> {
    const { endpoint, now, fence } = this.#target;
    const body = { policy: this.#memory.policy, reference };
    const name = `${endpoint} ${version}`;
    return this.#store.remember([{ kind: ACCURACY_MEMORY.reference, name, body, changedAt: now }], fence);
  }

  /** Makes the first mature cohorts of a version its reference, once there are enough; answers cohorts made anew by it. */
  async #refer(version: number): Promise<number> {
    const { endpoint, policy, now } = this.#target;
    const kept = await storedReference(this.#store, endpoint, version, this.#memory.policy);
    if (kept !== null && !kept.isPresumed) return 0;
    const maturity = learnMaturity(this.#cohorts, policy, now);
    const own = this.#cohorts.filter((cohort) => cohort.version === version);
    const mature = own.filter(
      ({ from, to, body }) => body.realised !== null && isMature(maturity, from, to, now) === true,
    );
    const first = enough(mature);
    if (first === null) return 0;
    const reference = await this.#fitted(first);
    if (reference === null) return 0;
    if (!(await this.#keepReference(version, reference))) return 0;
    let revised = 0;
    for (const { from, to } of own.filter((cohort) => cohort.from >= reference.until))
      if (await this.#renewCohort({ version, from, to })) revised++;
    return revised;
  }

  async #fitted(cohorts: readonly StoredCohort[]): Promise<AccuracyReference | null> {
    const { policy } = this.#target;
    const joined = [];
    for (const cohort of cohorts) joined.push(await joinCohort(this.#db, this.#segments, cohort));
    const reading = inferAnswerSchema(
      elementAt(joined, joined.length - 1).labelled,
      policy.metric,
      policy.positive,
    );
    if (reading === null) return null;
    const parts = joined.map(({ labelled }) => readAccuracyRows(reading, labelled, true));
    const periods = Int32Array.from(parts.flatMap(({ rows }, i) => Array.from(rows.weight, () => i)));
    return accuracyReference(parts.reduce(concatAccuracyRows), periods, reading, {
      source: 'traffic',
      isPresumed: false,
      until: elementAt(cohorts, cohorts.length - 1).to,
      estimate: policy.estimate,
    });
  }

  /** Which bins and segments lost what was lost, of the newest cohorts since it began; null where it cannot be told. */
  async attribution(standing: AccuracyStatus): Promise<string | null> {
    const { reference, cohorts } = standing;
    const decay = currentDecay(standing);
    if (reference === null || reference.losses === null || decay === null) return null;
    const window = cohorts
      .filter(({ from, body }) => from >= decay.from && body.realised !== null)
      .slice(-ATTRIBUTED);
    const reads: AccuracyRows[] = [];
    for (const cohort of window) {
      const { labelled } = await joinCohort(this.#db, this.#segments, cohort);
      const read = readAccuracyRows(reference.reading, labelled, true);
      if (rowCount(read.rows) > 0) reads.push(read);
    }
    if (reads.length === 0) return null;
    const attribution = attributeLoss(reference.losses, reads.reduce(concatAccuracyRows));
    return attribution === null ? null : attributionSentence(attribution, isShare(reference.reading));
  }
}

const isShare = ({ task }: AnswerSchema): boolean => task === 'binary' || task === 'multiclass';

/** The first cohorts that are enough for a reference. */
function enough(mature: readonly StoredCohort[]): readonly StoredCohort[] | null {
  let labels = 0;
  for (const [i, { body }] of mature.entries()) {
    if (i >= REFERENCE_COHORTS_MAX) return null;
    labels += body.realised?.rows ?? 0;
    if (i + 1 >= REFERENCE_COHORTS && labels >= REFERENCE_LABELS) return mature.slice(0, i + 1);
  }
  return null;
}

/** The same but for what time alone changes. */
const isSame = (a: CohortBody, b: CohortBody): boolean => {
  const timeless = ({ arrived: _, ...body }: CohortBody) => JSON.stringify(body);
  return timeless(a) === timeless(b);
};
