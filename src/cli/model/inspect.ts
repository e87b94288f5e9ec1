import { choicesOf } from '../../model/reading-choices.ts';
import type { DefineCommand } from '../command.ts';
import { type ModelFileOptions, withModelFileOptions } from './file-options.ts';
import { checkedDemands } from './python/demands.ts';

export const inspectCommand: DefineCommand = (command, terminal) => {
  withModelFileOptions(command, ['runtime', 'trust'])
    .description('Describes a model file and whether it can be served. Never executes anything.')
    .argument('<file>', 'model file, or a folder: of plimsoll.save, of MLflow, of parts, or with a script')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll inspect model.joblib\n  $ plimsoll inspect model.pkl --json | jq .signature\n' +
        '  $ plimsoll inspect saved/churn --json | jq .python.imports\n\n' +
        'The page /inspect of every server shows the same in a browser, which sends the file nowhere.',
    )
    .action(async (file: string, options: ModelFileOptions) => {
      const { inspectModel } = await import('./inspect-report.ts');
      const demands = checkedDemands(options, { command: 'inspect', model: file });
      const { whileReading } = await import('./open-model.ts');
      const reading = { maxModel: options.maxModel, ...choicesOf(options), demands };
      const report = await whileReading(terminal, file, (onRead) =>
        inspectModel(file, { ...reading, onRead }),
      );
      const { inspectPage } = await import('./inspect-page.ts');
      const { printableData } = await import('../output/printable.ts');
      terminal.answer(report, () => inspectPage(printableData(report), file));
    });
};
