import { PlimsollError } from '../../core/errors.ts';
import type { RunRow } from '../../store/ledger/ledger.ts';
import { requireSame } from '../plan/fingerprint.ts';
import { openSource } from '../sources/open.ts';
import type { JobSpec } from '../spec/spec.ts';
import { veilOf } from '../spec/veil.ts';
import { plannedColumns } from './columns.ts';
import type { ModelOptions } from './model.ts';
import { NO_PIECES } from './pieces.ts';
import { keptFacts } from './redacted-ledger.ts';
import { runPlanOf } from './stored-run.ts';
import { survey } from './survey.ts';

export interface SameOptions extends Pick<ModelOptions, 'dataDir' | 'ask'> {
  readonly secrets: Readonly<Record<string, string>>;
  readonly stop: AbortSignal;
}

/** Whether a run that is done would come to the same today: with this spec, the model and the input as they are now. Throws JOB_CHANGED. */
export async function requireUnchanged(row: RunRow, spec: JobSpec, options: SameOptions): Promise<void> {
  const veil = veilOf(spec, options.secrets);
  const plan = veil.reveal(runPlanOf(row));
  if (plan === null)
    throw new PlimsollError('INTERNAL', { action: `run ${row.id}`, reason: 'it has no plan' });
  const source = await openSource(spec, options.secrets);
  try {
    const nothing = (): void => undefined;
    const now = await survey(spec, plan, {
      ...options,
      source,
      pieces: NO_PIECES,
      onStep: nothing,
      onBound: nothing,
    });
    // Of another model the digest tells; of the same one, the outputs are the same.
    const { outputs } = plan;
    const columns = plannedColumns(spec, now.frozen, outputs);
    requireSame(row.job, row.id, row.facts, keptFacts(spec, { ...now, outputs, columns }, veil));
  } finally {
    await source.close();
  }
}
