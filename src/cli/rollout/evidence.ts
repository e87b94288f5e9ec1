import type { Command } from 'commander';
import {
  type ControlOptions,
  rolloutByName,
  withControlOptions,
  withReadableControl,
} from '../connection/control.ts';
import { writeOutputFile } from '../files/text-file.ts';
import type { Terminal } from '../output/terminal.ts';

interface EvidenceOptions extends ControlOptions {
  readonly output?: string;
}

/** `rollout evidence`: the signed account of a rollout. */
export const rolloutEvidenceCommand = (command: Command, terminal: Terminal): void => {
  withControlOptions(command)
    .description('Writes the signed evidence of a rollout: a DSSE envelope that anybody can verify offline.')
    .argument('<rollout>', 'id of the rollout, or its endpoint')
    .option('-o, --output <file>', 'file to write (default: stdout)')
    .addHelpText('after', '\nExamples:\n  $ plimsoll rollout evidence churn -o evidence.json')
    .action(async (which: string) => {
      const options = command.optsWithGlobals<EvidenceOptions>();
      const { output } = options;
      const found = await withReadableControl(options, async (control) => {
        const { id } = await rolloutByName(control, which);
        return { id, envelope: await control.evidence(id) };
      });
      const text = JSON.stringify(found.envelope, null, 2);
      if (output === undefined) return terminal.answer(found.envelope, () => text);
      writeOutputFile(output, `${text}\n`);
      terminal.answer({ rollout: found.id, output }, () => `Evidence of ${found.id} written to ${output}`);
    });
};
