/** What the store keeps of the accuracy of an endpoint. */
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import type { Fence } from '../../store/store.ts';
import type { AccuracyPolicy } from '../policy/policy.ts';
import type { KeptCohort, Standing } from './kept-cohort.ts';
import { classOf } from './labels/delays.ts';
import { type Maturity, maturityOf } from './labels/maturity.ts';
import { ACCURACY, type AccuracyMemory, emptyMemory, policyKey } from './memory.ts';
import type { AccuracyReference } from './reference.ts';

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
export async function keptCohorts(
  store: Pick<MonitoringStore, 'cohorts'>,
  endpoint: string,
): Promise<readonly KeptCohort[]> {
  const rows = await store.cohorts({ endpoint, from: 0, to: Number.MAX_SAFE_INTEGER });
  return rows as readonly KeptCohort[];
}

/** By delays of the labels of all cohorts. The age of answers is taken as that of the youngest of their cohort. */
export function learntMaturity(
  cohorts: readonly KeptCohort[],
  { maturity }: Pick<AccuracyPolicy, 'maturity'>,
  now: number,
): Maturity {
  const counts = cohorts.flatMap(({ to, body }) => {
    const age = now - to;
    return age <= 0 ? [] : body.delays.map((count) => ({ ...count, age: classOf(age) }));
  });
  return maturityOf(counts, maturity);
}

export async function keptReference(
  store: Pick<MonitoringStore, 'memory'>,
  endpoint: string,
  version: number,
  policy: string,
): Promise<AccuracyReference | null> {
  const row = await store.memory(ACCURACY.reference, `${endpoint} ${version}`);
  const kept = row?.body as { readonly policy: string; readonly reference: AccuracyReference } | undefined;
  return kept?.policy === policy ? kept.reference : null;
}

/** What the last look has left; nothing of another policy. */
export async function keptMemory(
  store: Pick<MonitoringStore, 'memory'>,
  { endpoint, policy }: Pick<AccuracyTarget, 'endpoint' | 'policy'>,
): Promise<AccuracyMemory> {
  const row = await store.memory(ACCURACY.watch, endpoint);
  const kept = row?.body as AccuracyMemory | null | undefined;
  const key = policyKey(policy);
  return kept?.policy === key ? { ...emptyMemory(key), ...kept } : emptyMemory(key);
}

/** How the accuracy of a version stands by what is kept. */
export async function keptStanding(
  store: Pick<MonitoringStore, 'memory' | 'cohorts'>,
  { endpoint, model, version, policy, falseAlarms, now }: Omit<AccuracyTarget, 'fence'>,
  memory: AccuracyMemory,
): Promise<Standing> {
  const cohorts = await keptCohorts(store, endpoint);
  return {
    ...{ endpoint, model, policy, falseAlarms, now },
    maturity: learntMaturity(cohorts, policy, now),
    reference: await keptReference(store, endpoint, version, memory.policy),
    cohorts: cohorts.filter((cohort) => cohort.version === version && cohort.from < now),
    attribution: memory.attribution,
  };
}
