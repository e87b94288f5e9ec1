/**
 * The first thing that a command does: the row of its run, durable before anything else is looked at. Imports nothing
 * but what that takes.
 */
import { PlimsollError } from '../../core/errors.ts';
import { holderOf, isGone } from '../../store/ledger/holder.ts';
import type { Ledger, RunRow } from '../../store/ledger/ledger.ts';
import type { JobSpec } from '../spec/spec.ts';
import { LEASE_MILLIS } from './lease.ts';

export interface RunStarter {
  readonly ledger: Ledger;
  readonly now: () => number;
  readonly newId: () => string;
  /** Who acts. */
  readonly by: string;
}

/** After these a command begins another run of the job. */
const OVER: readonly RunRow['state'][] = ['failed', 'cancelled'];

/**
 * The run that a command is to work on: a new one where the job has none, its last one has failed or was dropped, or `again` says so of one that is done;
 * else the last one, whoever has it. Of two commands at once, both get the same.
 */
export async function beginRun(spec: JobSpec, again: boolean, beginner: RunStarter): Promise<RunRow> {
  const { ledger, now, newId, by } = beginner;
  for (;;) {
    const last = await ledger.latest(spec.job);
    const isOver = last === null || OVER.includes(last.state) || (again && last.state === 'done');
    if (!isOver) return last;
    const createdAt = now();
    const begun = await ledger.begin(
      { name: spec.job, spec, createdAt, createdBy: by },
      {
        id: newId(),
        cause: 'manual',
        due: `manual/${(last?.number ?? 0) + 1}`,
        spec,
        state: 'planning',
        createdAt,
        notBefore: createdAt,
      },
    );
    if (begun !== null) return begun;
  }
}

/** Takes a run for this process, at once where its holder is known to have died. Throws JOB_RUNNING. */
export async function claimRun({ ledger, now }: RunStarter, run: RunRow): Promise<RunRow> {
  const gone = run.holder !== null && isGone(run.holder) ? run.holder : undefined;
  const claimed = await ledger.claim(run.id, holderOf(), now(), LEASE_MILLIS, gone);
  if (claimed !== null) return claimed;
  const there = await ledger.run(run.id);
  throw new PlimsollError('JOB_RUNNING', { job: run.job, run: run.id, holder: there?.holder ?? 'somebody' });
}
