import type { Command } from 'commander';
import {
  type ControlOptions,
  rolloutByName,
  withControlOptions,
  withReadableControl,
} from '../connection/control.ts';
import { styled, type Terminal } from '../output/terminal.ts';

/** `rollout status`: one rollout, also one that is over. */
export const rolloutStatusCommand = (command: Command, terminal: Terminal): void => {
  withControlOptions(command)
    .description('Shows one rollout: stages, arms, evidence and the last verdict with its reason.')
    .argument('<rollout>', 'id of the rollout, or its endpoint (the running rollout, else the last one)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll rollout status churn\n  $ plimsoll rollout status churn --json',
    )
    .action(async (which: string) => {
      const options = command.optsWithGlobals<ControlOptions>();
      const rollout = await withReadableControl(options, (control) => rolloutByName(control, which));
      const { rolloutFrame } = await import('./view/frame.ts');
      const { renderLine } = await import('./view/styled-line.ts');
      const width = process.stdout.columns ?? 100;
      terminal.answer(rollout, () =>
        rolloutFrame(rollout, width)
          .map((line) => renderLine(line, width, styled))
          .join('\n'),
      );
    });
};
