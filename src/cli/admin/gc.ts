import { bytesText } from '../../text/bytes.ts';
import { countText } from '../../text/count.ts';
import type { DefineCommand } from '../command.ts';
import { type ActorOptions, actorOf, withActorOptions, withControl } from '../connection/control.ts';

/** `gc`: room on the disk. */
export const gcCommand: DefineCommand = (command, terminal) => {
  withActorOptions(command)
    .description(
      'Removes bundles that no version needs. Bundles of versions that answer, of rollback targets, and bundles younger than an hour are kept.',
    )
    .option('--dry-run', 'say what would be removed, and remove nothing')
    .addHelpText('after', '\nExamples:\n  $ plimsoll gc\n  $ plimsoll gc --dry-run')
    .action(async () => {
      const options = command.optsWithGlobals<ActorOptions & { readonly dryRun?: boolean }>();
      const isDry = options.dryRun === true;
      const found = await withControl(options, (control) =>
        isDry ? control.garbage() : control.collectGarbage(actorOf(options)),
      );
      const did = isDry ? 'Would remove' : 'Removed';
      terminal.answer(found, () => `${did} ${countText(found.bundles, 'bundle')}, ${bytesText(found.bytes)}`);
    });
};
