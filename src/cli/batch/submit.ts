import { randomUUID } from 'node:crypto';
import type { RunView } from '../../jobs/port.ts';
import type { DefineCommand } from '../command.ts';
import { type JobServiceOptions, noServerNote, withJobs } from './jobs.ts';

interface SubmitOptions extends JobServiceOptions {
  readonly key?: string;
}

/** `batch submit`: has a server run a job now. */
export const batchSubmitCommand: DefineCommand = (command, terminal) => {
  command
    .description(
      'Queues a run of a job on a server and returns at once; `batch status JOB --watch` follows it.',
    )
    .argument('<job>', 'name of a job that is there: made by `batch schedule -f`, or run once by hand')
    .option('--key <text>', 'idempotency key: a run with the same key is started once')
    .option('--url <url>', 'server to call (default: the ledger of --data)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll batch submit nightly\n  $ plimsoll batch submit nightly --key 2026-11-01',
    )
    .action(async (job: string) => {
      const options = command.optsWithGlobals<SubmitOptions>();
      const started = await withJobs(options, (jobs) =>
        jobs.start(job, 'server', options.key ?? randomUUID()),
      );
      const note = await noServerNote(options);
      if (note !== null) terminal.note(note);
      const { run, isNew } = started;
      terminal.answer(started, () =>
        isNew ? `${named(run)} is queued` : `${named(run)} exists already: ${run.state}`,
      );
    });
};

const named = ({ job, number, id }: RunView): string => `run ${number} of ${job} (${id})`;
