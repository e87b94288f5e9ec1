import type { Command } from 'commander';
import { BUCKETS } from '../../rollout/canary-split.ts';
import { type ControlOptions, withControlOptions, withReadableControl } from '../connection/control.ts';
import type { Terminal } from '../output/terminal.ts';

/** `rollout explain`: where one unit goes. */
export const rolloutExplainCommand = (command: Command, terminal: Terminal): void => {
  withControlOptions(command)
    .description('Shows which version a unit gets from an endpoint, and at which weight that changes.')
    .argument('<endpoint>', 'name of the endpoint')
    .argument('<unit>', 'id of the unit, as clients send it in x-unit-id')
    .addHelpText('after', '\nExamples:\n  $ plimsoll rollout explain churn user-42')
    .action(async (endpoint: string, unit: string) => {
      const options = command.optsWithGlobals<ControlOptions>();
      const found = await withReadableControl(options, (control) => control.explainUnit(endpoint, unit));
      const { version, arm, bucket, switchesAt } = found;
      const turn =
        switchesAt === null ? '' : `: with the candidate from ${(100 * switchesAt) / BUCKETS} % on`;
      terminal.answer(found, () =>
        [`version ${version}, as part of ${arm}`, `bucket ${bucket} of ${BUCKETS}${turn}`].join('\n'),
      );
    });
};
