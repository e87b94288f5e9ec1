import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Command } from 'commander';
import { allPages } from '../../store/pages.ts';
import {
  type ControlOptions,
  rolloutByName,
  withControlOptions,
  withReadableControl,
} from '../connection/control.ts';
import { fileUnwritable } from '../files/text-file.ts';
import type { Terminal } from '../output/terminal.ts';

interface ExportOptions extends ControlOptions {
  readonly output?: string;
}

/** `rollout export`: the windows of a rollout as a recording. */
export const rolloutExportCommand = (command: Command, terminal: Terminal): void => {
  withControlOptions(command)
    .description(
      'Writes the closed windows of a rollout as a recording, one a line, that `rollout replay` decides again under another policy.',
    )
    .argument('<rollout>', 'id of the rollout, or its endpoint')
    .option('-o, --output <file>', 'file to write (default: stdout)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll rollout export churn -o windows.jsonl\n  $ plimsoll rollout replay --windows windows.jsonl --policy stricter.yaml',
    )
    .action(async (which: string) => {
      const options = command.optsWithGlobals<ExportOptions>();
      const { output } = options;
      const out = output === undefined ? process.stdout : createWriteStream(output);
      const failed = once(out, 'error').then(([error]) => {
        throw fileUnwritable(output ?? 'stdout', error);
      });
      failed.catch(() => undefined);
      const work = withReadableControl(options, async (control) => {
        const { id } = await rolloutByName(control, which);
        let count = 0;
        for await (const items of allPages((page) => control.windows(id, page))) {
          count += items.length;
          const text = items.map((line) => `${JSON.stringify(line)}\n`).join('');
          if (!out.write(text)) await Promise.race([once(out, 'drain'), failed]);
        }
        return { rollout: id, windows: count, output };
      });
      const written = await Promise.race([work, failed]);
      if (output === undefined) return;
      out.end();
      await Promise.race([once(out, 'close'), failed]);
      terminal.answer(written, () => `${written.windows} windows of ${written.rollout} written to ${output}`);
    });
};
