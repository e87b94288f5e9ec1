import { join } from 'node:path';
import { isPlimsollError } from '../../core/errors.ts';
import type { References } from '../../core/references.ts';
import type { Ledger, RunRow } from '../../store/ledger/ledger.ts';
import { openSink } from '../sinks/open.ts';
import { redactedError } from '../spec/redaction.ts';
import { redactorFor, secretsOf } from '../spec/secrets.ts';
import { runSpecOf } from '../spec/stored-spec.ts';
import { runPlanOf } from './stored-run.ts';

/** Drops a claimed run: what it has written and not published goes. Throws what the sink throws; then nothing has changed. */
export async function discardRun(
  ledger: Ledger,
  row: RunRow,
  dataDir: string,
  env: NodeJS.ProcessEnv,
  references?: References,
): Promise<void> {
  const { id, fence } = row;
  const spec = runSpecOf(row);
  const plan = runPlanOf(row);
  const secrets = plan === null ? {} : secretsOf(spec, dataDir, env, references);
  try {
    if (plan !== null) {
      const folder = join(dataDir, 'jobs', id);
      const { columns } = plan;
      const sink = await openSink({
        spec,
        run: id,
        fence,
        columns,
        folder,
        secrets,
      });
      await sink.discard();
      await sink.close();
    }
  } catch (error) {
    await ledger.release(id, fence, {});
    throw isPlimsollError(error) ? redactedError(error, redactorFor(spec, secrets)) : error;
  }
  await ledger.release(id, fence, { state: 'cancelled', endedAt: Date.now() });
}
