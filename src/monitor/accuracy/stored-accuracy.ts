/** What the store keeps of the accuracy of an endpoint. */
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import type { Fence } from '../../store/store.ts';
import type { AccuracyPolicy } from '../policy/policy.ts';
import { ACCURACY_MEMORY, type AccuracyMemory, emptyMemory, policyKey } from './accuracy-memory.ts';
import type { AccuracyReference } from './accuracy-reference.ts';
import type { AccuracyStatus, StoredCohort } from './accuracy-status.ts';
import { delayClass } from './labels/label-delays.ts';
import { estimateMaturity, type LabelMaturity } from './labels/label-maturity.ts';

export interface AccuracyTarget {
  readonly endpoint: string;
  readonly model: string;
  /** The version that conditions are about. */
  readonly version: number;
  readonly policy: AccuracyPolicy;
  readonly falseAlarms: { readonly count: number; readonly span: number };
  readonly now: number;
  /** Nothing is kept where it is held by another. */
  readonly fence?: Fence | undefined;
  /** Made of what a version was given, where that has labelled rows. */
  readonly given?: ((version: number) => Promise<AccuracyReference | null>) | undefined;
  /** Whether the rest is for the next look. */
  readonly isOver?: (() => boolean) | undefined;
}

/** The newest revision of all cohorts that are not forgotten, oldest first. */
export async function storedCohorts(
  store: Pick<MonitoringStore, 'cohorts'>,
  endpoint: string,
): Promise<readonly StoredCohort[]> {
  const rows = await store.cohorts({ endpoint, from: 0, to: Number.MAX_SAFE_INTEGER });
  return rows as readonly StoredCohort[];
}

/** By delays of the labels of all cohorts. The age of answers is taken as that of the youngest of their cohort. */
export function learnMaturity(
  cohorts: readonly StoredCohort[],
  { maturity }: Pick<AccuracyPolicy, 'maturity'>,
  now: number,
): LabelMaturity {
  const counts = cohorts.flatMap(({ to, body }) => {
    const age = now - to;
    return age <= 0 ? [] : body.delays.map((count) => ({ ...count, age: delayClass(age) }));
  });
  return estimateMaturity(counts, maturity);
}

export async function storedReference(
  store: Pick<MonitoringStore, 'memory'>,
  endpoint: string,
  version: number,
  policy: string,
): Promise<AccuracyReference | null> {
  const row = await store.memory(ACCURACY_MEMORY.reference, `${endpoint} ${version}`);
  const kept = row?.body as { readonly policy: string; readonly reference: AccuracyReference } | undefined;
  return kept?.policy === policy ? kept.reference : null;
}

/** What the last look has left; nothing of another policy. */
export async function storedMemory(
  store: Pick<MonitoringStore, 'memory'>,
  { endpoint, policy }: Pick<AccuracyTarget, 'endpoint' | 'policy'>,
): Promise<AccuracyMemory> {
  const row = await store.memory(ACCURACY_MEMORY.watch, endpoint);
  const kept = row?.body as AccuracyMemory | null | undefined;
  const key = policyKey(policy);
  return kept?.policy === key ? { ...emptyMemory(key), ...kept } : emptyMemory(key);
}

/** How the accuracy of a version stands by what is kept. */
export async function storedAccuracyStatus(
  store: Pick<MonitoringStore, 'memory' | 'cohorts'>,
  { endpoint, model, version, policy, falseAlarms, now }: Omit<AccuracyTarget, 'fence'>,
  memory: AccuracyMemory,
): Promise<AccuracyStatus> {
  const cohorts = await storedCohorts(store, endpoint);
  return {
    ...{ endpoint, model, policy, falseAlarms, now },
    maturity: learnMaturity(cohorts, policy, now),
    reference: await storedReference(store, endpoint, version, memory.policy),
    cohorts: cohorts.filter((cohort) => cohort.version === version && cohort.from < now),
    attribution: memory.attribution,
  };
}
