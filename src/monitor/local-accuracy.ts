/** What is known of the accuracy of an endpoint, from what the watch has kept. */
import type { MonitoringStore } from '../store/monitoring/monitoring.ts';
import { accuracyConditions, currentTrust } from './accuracy/accuracy-conditions.ts';
import type { StoredCohort } from './accuracy/accuracy-status.ts';
import type { CohortBody } from './accuracy/cohort.ts';
import { ageAtShare } from './accuracy/labels/label-delays.ts';
import { MATURE_SHARE } from './accuracy/labels/label-maturity.ts';
import { storedAccuracyStatus, storedMemory } from './accuracy/stored-accuracy.ts';
import type { KnownEndpoint } from './local-options.ts';
import { parseMonitor } from './policy/policy.ts';
import type { AccuracyView, CohortView } from './port.ts';

const DAY_MS = 86_400_000;

type Store = Pick<MonitoringStore, 'memory' | 'cohorts' | 'cohortRevisions' | 'monitor'>;

/** Cohorts of all versions within the last days, newest first; of the stable version how they stand. */
export async function accuracyView(
  store: Store,
  { name: endpoint, model, stable: version }: KnownEndpoint,
  { days, now }: { readonly days: number; readonly now: number },
): Promise<{ readonly accuracy: AccuracyView | null; readonly cohorts: readonly CohortView[] }> {
  const { accuracy: policy, falseAlarms } = parseMonitor(
    endpoint,
    (await store.monitor(endpoint))?.policy ?? {},
  );
  const target = { endpoint, model, version, policy, falseAlarms, now };
  const standing = await storedAccuracyStatus(store, target, await storedMemory(store, target));
  const rows = (await store.cohorts({
    endpoint,
    from: Math.floor(now - days * DAY_MS),
    to: now,
  })) as readonly StoredCohort[];
  const cohorts: CohortView[] = [];
  for (const row of rows.toReversed()) cohorts.push(await cohortView(store, endpoint, row));
  const { reference, attribution, maturity } = standing;
  if (reference === null && standing.cohorts.length === 0) return { accuracy: null, cohorts };
  const trust = currentTrust(standing);
  return {
    cohorts,
    accuracy: {
      metric: reference?.reading.metric ?? standing.cohorts.at(-1)?.body.metric ?? null,
      reference: reference && {
        value: reference.value,
        rows: reference.rows,
        source: reference.source,
        isPresumed: reference.isPresumed,
      },
      isEstimateTrusted: trust?.isTrusted ?? null,
      maturity: policy.maturity ?? ageAtShare(maturity.all, MATURE_SHARE),
      attribution,
      rules: accuracyConditions(standing).map(({ labels, standing: stands, told }) => ({
        ...{ name: labels.alertname, standing: stands, sentence: told.sentence },
      })),
    },
  };
}

/** Without what only the watch needs; what was known before, oldest first. */
async function cohortView(store: Store, endpoint: string, row: StoredCohort): Promise<CohortView> {
  const { version, from, to, revision, computedAt } = row;
  const { delays: _, ...body } = row.body;
  const all = revision === 1 ? [] : await store.cohortRevisions(endpoint, version, from);
  const revisions = all.map((one) => {
    const { labelled, coverage, realised } = one.body as CohortBody;
    return { revision: one.revision, computedAt: one.computedAt, labelled, coverage, realised };
  });
  return { version, from, to, revision, computedAt, ...body, revisions };
}
