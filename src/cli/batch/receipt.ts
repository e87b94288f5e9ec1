import { resolve } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import { storedReceiptOf } from '../../jobs/run/stored-run.ts';
import type { DefineCommand } from '../command.ts';
import { printReceipt } from './execute.ts';
import { type BatchOptions, lastRun, withLedger } from './ledger.ts';

interface ReceiptOptions extends BatchOptions {
  readonly signed?: boolean;
}

/** `batch receipt`: the closing account of a job's last run. */
export const batchReceiptCommand: DefineCommand = (command, terminal) => {
  command
    .description(
      'Shows the receipt of the last run of a job: rows, digests, times; with --signed as a signed document.',
    )
    .argument('<job>', 'name of the job')
    .option('--signed', 'print a DSSE envelope, signed with the key of this installation')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll batch receipt nightly\n  $ plimsoll batch receipt nightly --signed > receipt.json',
    )
    .action(async (job: string) => {
      const options = command.optsWithGlobals<ReceiptOptions>();
      await withLedger(options, async (ledger) => {
        const row = await lastRun(ledger, job);
        const receipt = storedReceiptOf(row);
        if (receipt === null)
          throw new PlimsollError('JOB_STATE', {
            action: 'show the receipt of',
            job,
            found: `is ${row.state}`,
            wanted: 'one that is done',
            way: `See how it stands: \`plimsoll batch status ${job}\``,
          });
        if (options.signed !== true) return printReceipt(receipt, terminal, 'whole');
        const { signReceipt } = await import('../../jobs/receipt/signed.ts');
        const { openSigner } = await import('../../signing/signer.ts');
        const signer = openSigner(resolve(options.data), process.env['PLIMSOLL_SIGNING_KEY']);
        const envelope = signReceipt(signer, receipt);
        terminal.answer(envelope, () => JSON.stringify(envelope, null, 2));
      });
    });
};
