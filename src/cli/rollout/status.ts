import type { Command } from 'commander';
import { type ControlOptions, lookAtControl, rolloutOf, withControlOptions } from '../connection/control.ts';
import { styled, type Terminal } from '../output/terminal.ts';

/** `rollout status`: one rollout, also one that is over. */
export const rolloutStatus = (command: Command, terminal: Terminal): void => {
  withControlOptions(command)
    .description('Shows one rollout: stages, arms, evidence and the last verdict with its reason.')
    .argument('<rollout>', 'id of the rollout, or its endpoint: the one that runs, else the last one')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll rollout status churn\n  $ plimsoll rollout status churn --json',
    )
    .action(async (which: string) => {
      const options = command.optsWithGlobals<ControlOptions>();
      const rollout = await lookAtControl(options, (control) => rolloutOf(control, which));
      const { rolloutFrame } = await import('./view/frame.ts');
      const { drawn } = await import('./view/paint.ts');
      const width = process.stdout.columns ?? 100;
      terminal.answer(rollout, () =>
        rolloutFrame(rollout, width)
          .map((line) => drawn(line, width, styled))
          .join('\n'),
      );
    });
};
