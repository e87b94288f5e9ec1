import type { DefineCommand } from '../command.ts';
import { readJsonDocument } from '../files/json-document.ts';
import { type PublicKeyOptions, publicKeyFor } from '../files/public-key.ts';
import { printReceipt } from './execute.ts';
import type { BatchOptions } from './ledger.ts';

type VerifyOptions = BatchOptions & PublicKeyOptions;

/** `batch verify`: a signed receipt, whoever brings it. */
export const batchVerifyCommand: DefineCommand = (command, terminal) => {
  command
    .description('Checks a signed receipt: that its key has signed it, and that its chunks add up to it.')
    .argument('<file>', 'what `batch receipt --signed` has printed')
    .option('--public-key <file>', 'Ed25519 key in PEM form (default: that of this data folder)')
    .addHelpText(
      'after',
      '\nWhat databases can check without Plimsoll: docs/receipts.md.\n\nExamples:\n' +
        '  $ plimsoll batch receipt nightly --signed > receipt.json\n  $ plimsoll batch verify receipt.json',
    )
    .action(async (file: string) => {
      const options = command.optsWithGlobals<VerifyOptions>();
      const { openReceipt: verified } = await import('../../jobs/receipt/signed.ts');
      const receipt = verified(readJsonDocument(file), await publicKeyFor(options));
      await printReceipt(receipt, terminal);
    });
};
