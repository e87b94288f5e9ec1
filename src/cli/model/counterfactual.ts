import type { CounterfactualDocument } from '../../explain/counterfactual/counterfactual.ts';
import type { DefineCommand } from '../command.ts';
import type { Terminal } from '../output/terminal.ts';
import { type ExplainedModelOptions, withExplainedModel } from './explained-options.ts';
import { wholeNumber } from './whole-number.ts';

interface CounterfactualOptions extends ExplainedModelOptions {
  readonly input: string;
  readonly background?: string;
  readonly want?: string;
  readonly immutable?: readonly string[];
  readonly increase?: readonly string[];
  readonly decrease?: readonly string[];
  readonly actionable?: readonly string[];
  readonly budget?: number;
}

/** Names between commas. */
const names = (text: string): readonly string[] => text.split(',').map((name) => name.trim());

export const counterfactualCommand: DefineCommand = (command, terminal) => {
  withExplainedModel(command)
    .description(
      'Finds for each row the nearest change of its columns that makes a model answer otherwise, offline.',
    )
    .requiredOption(
      '--input <rows>',
      'rows to change: .json, .jsonl, .csv or .parquet, or - for standard input',
    )
    .option(
      '--want <answer>',
      "the answer that is wanted: a class, or '>=N' or '<=N' (default: any other class)",
    )
    .option('--immutable <columns>', 'columns that stay as they are, separated by commas', names)
    .option('--increase <columns>', 'columns that may only rise', names)
    .option('--decrease <columns>', 'columns that may only fall', names)
    .option('--actionable <columns>', 'the only columns that may change', names)
    .option(
      '--background <rows>',
      'rows of the training data, which say how far apart values of a column are',
    )
    .option(
      '--budget <nodes>',
      'most work for one row, in nodes of trees (default: 200000000)',
      wholeNumber('counterfactual', '--budget'),
    )
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ plimsoll counterfactual loan.joblib --input refused.csv --background train.csv',
        '  $ plimsoll counterfactual loan.joblib --input refused.csv --want approved --immutable age,sex --increase savings',
        '  $ plimsoll counterfactual loan@3 --input refused.csv',
        "  $ plimsoll counterfactual price.json --input rows.csv --want '>=100000' --json",
      ].join('\n'),
    )
    .action(async (file: string) => {
      const document = await counterfactuals(
        terminal,
        file,
        command.optsWithGlobals<CounterfactualOptions>(),
      );
      const { counterfactualPage } = await import('./counterfactual-page.ts');
      terminal.answer(document, () => counterfactualPage(document));
    });
};

async function counterfactuals(
  terminal: Terminal,
  file: string,
  options: CounterfactualOptions,
): Promise<CounterfactualDocument> {
  const { openExplained } = await import('./explained-model.ts');
  const { counterfactualsOf } = await import('../../explain/counterfactual/counterfactual.ts');
  const { USUAL_BUDGET } = await import('../../explain/counterfactual/request.ts');
  const { readRowFile } = await import('../../row-files/read.ts');
  const { decodeInput } = await import('../../serving/rows/decode.ts');
  const { model, background: kept, close } = await openExplained(file, options, terminal);
  const { signature } = model.content;
  const rowsOf = async (path: string) =>
    decodeInput(await readRowFile(path, signature, null), signature, { extra: 'ignore' });
  try {
    const { immutable = [], increase = [], decrease = [], actionable = null } = options;
    const background = options.background === undefined ? kept : await rowsOf(options.background);
    const rules = { immutable, increase, decrease, actionable };
    const request = { wanted: options.want, rules, background, budget: options.budget ?? USUAL_BUDGET };
    return await counterfactualsOf(model, request, await rowsOf(options.input));
  } finally {
    await close();
  }
}
