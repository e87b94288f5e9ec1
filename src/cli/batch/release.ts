import type { DefineCommand } from '../command.ts';
import { completeRun, interruptSignal } from './execute.ts';
import { type BatchOptions, lastRun, runStarter, withLedger } from './ledger.ts';

/** `batch release`: publishes what a check held back. */
export const batchReleaseCommand: DefineCommand = (command, terminal) => {
  command
    .description('Publishes the output of a run that a check held back.')
    .argument('<job>', 'name of the job')
    .addHelpText('after', '\nExamples:\n  $ plimsoll batch release nightly')
    .action(async (job: string) => {
      const options = command.optsWithGlobals<BatchOptions>();
      const stop = interruptSignal();
      await withLedger(options, async (ledger) => {
        const row = await lastRun(ledger, job);
        const { overError } = await import('../../jobs/run/states.ts');
        if (row.state !== 'held') throw overError('release', row);
        const { claimRun } = await import('../../jobs/run/begin.ts');
        const claimed = await claimRun(runStarter(ledger), row);
        await completeRun(ledger, { ...claimed, state: 'publishing' }, { ...options, stop }, terminal);
      });
    });
};
