import { countText } from '../../text/count.ts';
import type { DefineCommand } from '../command.ts';
import { readJsonDocument } from '../files/json-document.ts';
import { type PublicKeyOptions, publicKeyFor } from '../files/public-key.ts';
import { printable } from '../output/printable.ts';

/** `rollout verify`: a signed report, whoever brings it. */
export const rolloutVerifyCommand: DefineCommand = (command, terminal) => {
  command
    .description('Checks that a report of a rollout is signed by its key, and shows how the rollout ended.')
    .argument('<file>', 'what `rollout evidence` or the console has written')
    .option('--public-key <file>', 'Ed25519 key in PEM form (default: that of this data folder)')
    .addHelpText(
      'after',
      '\nThe evidence itself is counted again by examples/verify-evidence.mjs, which needs nothing but Node.\n\nExamples:\n' +
        '  $ plimsoll rollout verify report.json\n  $ plimsoll rollout verify report.json --public-key key.pem',
    )
    .action(async (file: string) => {
      const options = command.optsWithGlobals<PublicKeyOptions>();
      const { openReport } = await import('../../control/report/signed-report.ts');
      const { rollout, windows, outcome } = openReport(readJsonDocument(file), await publicKeyFor(options));
      const { id, endpoint, candidate, stable } = rollout;
      const { state, reason, isFinal, arms } = outcome;
      const answer = {
        rollout: id,
        endpoint,
        candidate,
        stable,
        windows: windows.length,
        state,
        reason,
        isFinal,
        arms,
      };
      terminal.answer(answer, () =>
        [
          `Signed by that key: rollout ${id} of ${endpoint}, version ${candidate} against version ${stable}`,
          `It is ${state}: ${reason}`,
          `${countText(windows.length, 'window')}; ${arms.map(({ name, units, failures }) => `${name} ${countText(units, 'unit')}, ${failures} failed`).join('; ')}`,
          ...(isFinal ? [] : ['It was not over yet when this was written: more may have come.']),
        ]
          .map(printable)
          .join('\n'),
      );
    });
};
