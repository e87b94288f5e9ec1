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
    .addHelpText('after', '\nExamples:\n  $ plimsoll gc')
    .action(async () => {
      const options = command.optsWithGlobals<ActorOptions>();
      const gone = await withControl(options, (control) => control.collectGarbage(actorOf(options)));
      terminal.answer(gone, () => `Removed ${countText(gone.bundles, 'bundle')}, ${bytesText(gone.bytes)}`);
    });
};
