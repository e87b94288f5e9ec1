import type { Command } from 'commander';
import type { RolloutCommand } from '../../control/port.ts';
import {
  type ActorOptions,
  actorOf,
  memoryOnlyNote,
  rolloutByName,
  withActorOptions,
  withControl,
} from '../connection/control.ts';
import type { Terminal } from '../output/terminal.ts';

/** What a person can say to a rollout, and what it does. */
export const ROLLOUT_ACTIONS: Readonly<Record<RolloutCommand, string>> = {
  pause: 'hold the weight; evidence goes on, and harm still ends it',
  resume: 'go on after a pause',
  promote: 'give everybody the candidate without waiting for more evidence',
  approve: 'let a stage end that waits for a person',
  abort: 'end it for good: everybody gets stable',
};

/** `rollout pause`, `resume`, `promote`, `approve`, `abort`. */
export const rolloutActionCommand =
  (word: RolloutCommand) =>
  (command: Command, terminal: Terminal): void => {
    withActorOptions(command)
      .description(`Tells a rollout to ${ROLLOUT_ACTIONS[word]}.`)
      .argument('<rollout>', 'id of the rollout, or its endpoint')
      .addHelpText(
        'after',
        `\nExamples:\n  $ plimsoll rollout ${word} churn --reason "looked at the dashboard"`,
      )
      .action(async (which: string) => {
        const options = command.optsWithGlobals<ActorOptions>();
        const rollout = await withControl(options, async (control) => {
          const { id } = await rolloutByName(control, which);
          return control.command(id, word, actorOf(options));
        });
        const { rolloutLine } = await import('./view/line.ts');
        terminal.answer(rollout, () => rolloutLine(rollout) + memoryOnlyNote(rollout));
      });
  };
