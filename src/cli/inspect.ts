import type { Define } from './commands.ts';
import { type FileOptions, withFileOptions } from './file-options.ts';

export const inspect: Define = (command, terminal) => {
  withFileOptions(command)
    .description('Says what is in a model file and whether it can be served. Never executes anything.')
    .argument('<file>', 'model file')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll inspect model.joblib\n  $ plimsoll inspect model.pkl --json | jq .signature',
    )
    .action(async (file: string, options: FileOptions) => {
      const { reportOn } = await import('./inspect-report.ts');
      const report = await reportOn(file, options.maxModel);
      const { inspectPage } = await import('./inspect-page.ts');
      const { printableData } = await import('./printable.ts');
      terminal.answer(report, () => inspectPage(printableData(report)));
    });
};
