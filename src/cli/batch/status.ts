import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord } from '../../core/record.ts';
import { runProgressOf } from '../../jobs/run/stored-run.ts';
import { isGone } from '../../store/ledger/holder.ts';
import type { JobRow, Ledger, RunLine } from '../../store/ledger/ledger.ts';
import { UNDER_WAY } from '../../store/ledger/run-state.ts';
import { grouped } from '../../text/numbers.ts';
import type { DefineCommand } from '../command.ts';
import { formatTable } from '../output/table.ts';
import { terminalWidth } from '../output/terminal.ts';
import { type BatchOptions, withLedger } from './ledger.ts';

interface StatusOptions extends BatchOptions {
  readonly watch?: boolean;
}

const LOOK_MILLIS = 1000;
const CLEAR = '\u001b[H\u001b[J';

/** `batch status`: jobs with their last run, or the runs of one. */
export const batchStatusCommand: DefineCommand = (command, terminal) => {
  command
    .description('Shows every job with its last run, or the runs of one.')
    .argument('[job]', 'name of a job')
    .option('--watch', 'refresh every second until no job runs')
    .addHelpText('after', '\nExamples:\n  $ plimsoll batch status\n  $ plimsoll batch status nightly --watch')
    .action(async (job: string | undefined) => {
      const options = command.optsWithGlobals<StatusOptions>();
      await withLedger(options, async (ledger) => {
        for (;;) {
          const runs = await runsOf(ledger, job);
          const again = options.watch === true && !terminal.json && runs.some(isUnderWay);
          if (again && process.stdout.isTTY) process.stdout.write(CLEAR);
          terminal.answer(runs.map(shown), () => statusText(runs));
          if (!again) return;
          await sleep(LOOK_MILLIS);
        }
      });
    });
};

async function runsOf(ledger: Ledger, name: string | undefined): Promise<RunLine[]> {
  if (name !== undefined) {
    const { findJob } = await import('../../jobs/find.ts');
    const job = await findJob(ledger, name);
    return [...(await ledger.runs(job.name)).items];
  }
  const { eachRow } = await import('../../store/pages.ts');
  const runs: RunLine[] = [];
  for await (const job of eachRow<JobRow>((page) => ledger.jobs(page))) {
    const run = await ledger.latest(job.name);
    if (run !== null) runs.push(run);
  }
  return runs;
}

const isHeld = ({ holder }: RunLine): boolean => holder !== null && !isGone(holder);

const isUnderWay = (run: RunLine): boolean =>
  run.state === 'queued' || (UNDER_WAY.includes(run.state) && isHeld(run));

/** A run that is under way but that nobody who lives has was interrupted. */
const stateText = (run: RunLine): string =>
  UNDER_WAY.includes(run.state) && !isHeld(run) ? `interrupted (${run.state})` : run.state;

const time = (millis: number | null): string => (millis === null ? '' : new Date(millis).toISOString());

const shown = (run: RunLine): object => ({
  job: run.job,
  run: run.id,
  number: run.number,
  cause: run.cause,
  state: run.state,
  isInterrupted: stateText(run) !== run.state,
  attempt: run.attempt,
  nextAttemptAt: isWaiting(run) ? time(run.notBefore) : null,
  startedAt: run.startedAt === null ? null : time(run.startedAt),
  endedAt: run.endedAt === null ? null : time(run.endedAt),
  progress: run.progress,
  error: run.error,
});

/** A server tries it again at a time that has not come. */
const isWaiting = ({ holder, notBefore }: RunLine): boolean => holder === null && notBefore > Date.now();

function errorText(run: RunLine): string {
  const code = isRecord(run.error) ? String(run.error['code'] ?? '') : '';
  return isWaiting(run) ? `${code}; attempt ${run.attempt} at ${time(run.notBefore)}` : code;
}

function statusText(runs: readonly RunLine[]): string {
  if (runs.length === 0) return 'There are no jobs yet: plimsoll batch run --help';
  const head = ['job', 'run', 'state', 'started', 'rows', 'chunks', 'error'];
  const rows = runs.map((run) => {
    const progress = runProgressOf(run);
    const chunks = progress === null ? '' : `${progress.chunks.done}/${progress.chunks.of}`;
    const read = progress === null ? '' : grouped(progress.rows.read);
    return [run.job, String(run.number), stateText(run), time(run.startedAt), read, chunks, errorText(run)];
  });
  return formatTable([head, ...rows], terminalWidth() < 80 ? '' : '  ');
}
