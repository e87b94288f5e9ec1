import type { Command } from 'commander';
import {
  type ActorOptions,
  actorOf,
  memoryOnlyNote,
  withActorOptions,
  withControl,
} from '../connection/control.ts';
import { exampleText } from '../group.ts';
import type { Terminal } from '../output/terminal.ts';
import { parseVersionNumber } from './start.ts';

interface RollbackOptions extends ActorOptions {
  readonly to?: number;
}

/** `rollback`: everybody on a version that was good, at once. */
export const rollbackCommand = (command: Command, terminal: Terminal): void => {
  withActorOptions(command)
    .description(
      'Returns all traffic to the previous version, or to the one named, in one step. A running rollout is aborted.',
    )
    .argument('<endpoint>', 'name of the endpoint')
    .option('--to <version>', 'target version (default: the previous one)', parseVersionNumber)
    .addHelpText('after', exampleText(['plimsoll rollback churn', 'plimsoll rollout rollback churn --to 3']))
    .action(async (endpoint: string) => {
      const options = command.optsWithGlobals<RollbackOptions>();
      const view = await withControl(options, (control) =>
        control.rollback(endpoint, options.to ?? null, null, actorOf(options)),
      );
      const { stable, previous, generation } = view;
      const forth = previous === null ? '' : `; another rollback would go to version ${previous}`;
      terminal.answer(
        view,
        () =>
          `${endpoint} answers everybody with version ${stable} (generation ${generation})${forth}${memoryOnlyNote(view)}`,
      );
    });
};
