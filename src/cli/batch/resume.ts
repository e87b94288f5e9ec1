import { resolve } from 'node:path';
import type { DefineCommand } from '../command.ts';
import { completeRun, interruptSignal, printStoredReceipt } from './execute.ts';
import { type BatchOptions, lastRun, runStarter, withLedger } from './ledger.ts';

/** `batch resume`: goes on with the last run of a job. */
export const batchResumeCommand: DefineCommand = (command, terminal) => {
  command
    .description(
      'Continues a job where it was interrupted: chunks that are done are not repeated. Prints the receipt of a job that is done.',
    )
    .argument('<job>', 'name of the job')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll batch resume nightly\n  $ plimsoll batch resume nightly --json',
    )
    .action(async (job: string) => {
      const options = command.optsWithGlobals<BatchOptions>();
      const stop = interruptSignal();
      await withLedger(options, async (ledger) => {
        const row = await lastRun(ledger, job);
        if (row.state === 'done') {
          const { cleanUpDone } = await import('../../jobs/run/cleanup.ts');
          await cleanUpDone(row, resolve(options.data), process.env);
          return printStoredReceipt(row, terminal);
        }
        const { heldError, overError } = await import('../../jobs/run/states.ts');
        if (row.state === 'held') throw heldError(row);
        if (row.state === 'failed' || row.state === 'cancelled') throw overError('resume', row);
        const { claimRun } = await import('../../jobs/run/begin.ts');
        const claimed = await claimRun(runStarter(ledger), row);
        await completeRun(ledger, claimed, { ...options, stop }, terminal);
      });
    });
};
