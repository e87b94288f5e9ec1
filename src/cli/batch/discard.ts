import { resolve } from 'node:path';
import type { DefineCommand } from '../command.ts';
import { type BatchOptions, lastRun, runStarter, withLedger } from './ledger.ts';

/** `batch discard`: drops a run for good. */
export const batchDiscardCommand: DefineCommand = (command, terminal) => {
  command
    .description(
      'Discards a run that was held back or interrupted: its output is removed, nothing is published.',
    )
    .argument('<job>', 'name of the job')
    .addHelpText('after', '\nExamples:\n  $ plimsoll batch discard nightly')
    .action(async (job: string) => {
      const options = command.optsWithGlobals<BatchOptions>();
      await withLedger(options, async (ledger) => {
        const row = await lastRun(ledger, job);
        const { DROPPABLE, overError } = await import('../../jobs/run/states.ts');
        if (!DROPPABLE.includes(row.state)) throw overError('discard', row);
        const { claimRun } = await import('../../jobs/run/begin.ts');
        const { discardRun } = await import('../../jobs/run/discard.ts');
        const claimed = await claimRun(runStarter(ledger), row);
        await discardRun(ledger, claimed, resolve(options.data), process.env);
        terminal.answer(
          { job, run: row.id, state: 'cancelled' },
          () => `run ${row.id} of ${job} is discarded`,
        );
      });
    });
};
