import { basename } from 'node:path';
import { Option } from 'commander';
import { EXPLANATION_METHODS, type ExplanationMethod } from '../../explain/explanation.ts';
import type { DefineCommand } from '../command.ts';
import type { Terminal } from '../output/terminal.ts';
import { type ModelFileOptions, withModelFileOptions } from './file-options.ts';
import { wholeNumber } from './whole-number.ts';

interface ExplainOptions extends ModelFileOptions {
  readonly input: string;
  readonly background?: string;
  readonly output?: string;
  readonly method?: ExplanationMethod;
  readonly budget?: number;
  readonly seed?: number;
  readonly interactions?: boolean;
  readonly tokens?: string;
}

export const explainCommand: DefineCommand = (command, terminal) => {
  withModelFileOptions(command, ['trust', 'code', 'requirements', 'python', 'script', 'allow', 'runtime'])
    .description('Says what each column adds to each answer of a model file, offline.')
    .argument('<file>', 'model file')
    .requiredOption(
      '--input <rows>',
      'rows to explain: .json, .jsonl, .csv or .parquet, or - for standard input',
    )
    .option(
      '--background <rows>',
      'rows of the training data, whose values stand for those of a column that is not known',
    )
    .option(
      '--output <name>',
      'output to explain: predict_proba, decision_function, predict, or raw for the sum of a booster (default: probabilities of forests, the raw score of boosting)',
    )
    .addOption(
      new Option('--method <method>', 'how (default: exactly where a way is known)').choices(
        EXPLANATION_METHODS,
      ),
    )
    .option(
      '--budget <evaluations>',
      'coalitions of columns to ask for one row at most, by the methods that ask the model',
      wholeNumber('explain', '--budget'),
    )
    .option(
      '--seed <number>',
      'seed of what is left to chance (default: 0)',
      wholeNumber('explain', '--seed'),
    )
    .option('--interactions', 'also what pairs of columns add to trees, with --json (without --background)')
    .option('--tokens <column>', 'explain the words of this column of texts instead of the columns')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ plimsoll explain model.joblib --input rows.csv',
        '  $ plimsoll explain model.joblib --input rows.csv --background train.csv',
        '  $ plimsoll explain booster.json --input rows.json --output raw --json',
        '  $ plimsoll explain reviews.joblib --input texts.json --output predict_proba',
        '  $ plimsoll explain graph.onnx --input rows.csv --background train.csv --method kernel --budget 4096',
      ].join('\n'),
    )
    .action((file: string) => explainFile(terminal, file, command.optsWithGlobals<ExplainOptions>()));
};

async function explainFile(terminal: Terminal, file: string, options: ExplainOptions): Promise<void> {
  const { readModel, whileReading } = await import('./open-model.ts');
  const { contentOf } = await import('../../registry/model-content.ts');
  const { createEngine } = await import('../../registry/engines.ts');
  const { explainModel } = await import('../../explain/explain-model.ts');
  const { explanationDocument } = await import('../../explain/explanation.ts');
  const { readRowFile } = await import('../../row-files/read.ts');
  const { decodeInput } = await import('../../serving/rows/decode.ts');
  const content = contentOf(
    await whileReading(terminal, file, (onRead) => readModel(file, { ...options, onRead, covers: true })),
  );
  const { signature } = content;
  const engine = await createEngine(content, content.kind === 'graph' ? 'onnx' : 'native');
  const rowsOf = async (path: string) =>
    decodeInput(await readRowFile(path, signature, null), signature, { extra: 'ignore' });
  const progress = terminal.progress(basename(file));
  const onProgress = (share: number): void => progress.update('explaining', share);
  const model = { name: basename(file), content, engine };
  const explained = async () => {
    const background = options.background === undefined ? null : await rowsOf(options.background);
    const rows = await rowsOf(options.input);
    const { isOfTexts, explainText } = await import('../../explain/text/explain-text.ts');
    if (options.tokens !== undefined || (background === null && isOfTexts(content))) {
      const document = await explainText(model, { ...options, column: options.tokens }, rows, onProgress);
      const { textPage } = await import('./explanation-page.ts');
      return { document, page: () => textPage(document) };
    }
    const explainer = await explainModel(model, { ...options, background });
    const document = explanationDocument(explainer, await explainer.explain(rows, onProgress));
    const { explanationPage } = await import('./explanation-page.ts');
    return { document, page: () => explanationPage(document) };
  };
  const { document, page } = await explained().finally(() => {
    progress.done();
    return engine.close();
  });
  terminal.answer(document, page);
}
