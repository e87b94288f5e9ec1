import type { DefineCommand } from '../command.ts';
import { exampleText } from '../group.ts';
import { type JobServiceOptions, withJobs } from './jobs.ts';

const pausing =
  (paused: boolean): DefineCommand =>
  (command, terminal) => {
    const [does, example] = paused
      ? ['Stops a job from starting by itself; triggers in the meantime are skipped.', 'pause']
      : ['Lets a job start by itself again.', 'unpause'];
    command
      .description(does)
      .argument('<job>', 'name of the job')
      .option('--url <url>', 'server to call (default: the ledger of --data)')
      .addHelpText('after', exampleText([`plimsoll batch ${example} nightly`]))
      .action(async (job: string) => {
        const options = command.optsWithGlobals<JobServiceOptions>();
        const view = await withJobs(options, (jobs) => jobs.pause(job, paused));
        terminal.answer(view, () => `${job} ${paused ? 'is paused' : 'starts by itself again'}`);
      });
  };

/** `batch pause` and `batch unpause`. */
export const batchPauseCommand: DefineCommand = pausing(true);
/** `batch unpause`: a job starts by itself again. */
export const batchUnpauseCommand: DefineCommand = pausing(false);
