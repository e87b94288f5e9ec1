/** Which run a replay is of: only the last one that is done may be, since what an older one left out may be in the output by now. */
import { PlimsollError } from '../../core/errors.ts';
import type { Ledger, RunRow } from '../../store/ledger/ledger.ts';
import { overError } from './states.ts';

/** The `due` of a replay: the same rows of the same run, by the same model, are one run. */
export const replayDue = (base: string, digest: string): string => `replay/${base}/${digest}`;

/** Throws JOB_STATE where the run is not the last one of its job that is done; a replay of it, `replay`, is not counted. */
export async function requireLastDone(
  ledger: Pick<Ledger, 'lastDone'>,
  base: RunRow,
  replay?: string,
): Promise<void> {
  if (base.state !== 'done') throw overError('replay the rows of', base);
  const last = await ledger.lastDone(base.job, replay);
  if (last === null || last.id === base.id) return;
  throw new PlimsollError('JOB_STATE', {
    action: 'replay the rows of',
    job: base.job,
    found: `that is done is number ${last.number}, and this is number ${base.number}`,
    wanted: 'the last one',
    way: `Replay the rows of run ${last.id}`,
  });
}

/**
 * The same of a replay whose turn has come: two that were begun at the same moment would both add their rows. Throws JOB_STATE;
 * any other run passes.
 */
export async function requireUnreplayed(
  ledger: Pick<Ledger, 'lastDone' | 'run'>,
  replay: RunRow,
): Promise<void> {
  if (replay.cause !== 'replay') return;
  const base = await ledger.run(replay.due.split('/')[1] ?? '');
  if (base !== null) await requireLastDone(ledger, base, replay.id);
}
