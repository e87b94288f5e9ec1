import { randomUUID } from 'node:crypto';
import type { RunView } from '../../jobs/port.ts';
import type { Define } from '../commands.ts';
import { type JobsOptions, noServerNote, withJobs } from './jobs.ts';

interface SubmitOptions extends JobsOptions {
  readonly key?: string;
}

/** `batch submit`: has a server run a job now. */
export const submit: Define = (command, terminal) => {
  command
    .description('Has a server run a job now, and comes back at once; `batch status JOB --watch` follows it.')
    .argument('<job>', 'name of a job that is there: made by `batch schedule -f`, or run once by hand')
    .option('--key <text>', 'the same key again starts nothing')
    .option('--url <url>', 'server to ask (default: the ledger of --data)')
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
        isNew ? `${named(run)} is queued` : `${named(run)} was there already: ${run.state}`,
      );
    });
};

const named = ({ job, number, id }: RunView): string => `run ${number} of ${job} (${id})`;

const pausing =
  (paused: boolean): Define =>
  (command, terminal) => {
    const [does, example] = paused
      ? ['Lets a job start nothing by itself; what comes meanwhile is passed over.', 'pause']
      : ['Lets a job start by itself again.', 'unpause'];
    command
      .description(does)
      .argument('<job>', 'name of the job')
      .option('--url <url>', 'server to ask (default: the ledger of --data)')
      .addHelpText('after', `\nExamples:\n  $ plimsoll batch ${example} nightly`)
      .action(async (job: string) => {
        const options = command.optsWithGlobals<JobsOptions>();
        const view = await withJobs(options, (jobs) => jobs.pause(job, paused));
        terminal.answer(view, () => `${job} ${paused ? 'is paused' : 'goes on'}`);
      });
  };

/** `batch pause` and `batch unpause`. */
export const pause: Define = pausing(true);
/** `batch unpause`: a job starts by itself again. */
export const unpause: Define = pausing(false);
