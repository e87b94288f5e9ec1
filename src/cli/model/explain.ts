import { basename } from 'node:path';
import { Option } from 'commander';
import { EXPLANATION_METHODS, type ExplanationMethod } from '../../explain/explanation.ts';
import type { Batch } from '../../model/batch.ts';
import { backgroundDigest } from '../../registry/background.ts';
import type { DefineCommand } from '../command.ts';
import { writeOutputFile } from '../files/text-file.ts';
import type { Terminal } from '../output/terminal.ts';
import { type ExplainedModelOptions, withExplainedModel } from './explained-options.ts';
import { wholeNumber } from './whole-number.ts';

interface ExplainOptions extends ExplainedModelOptions {
  readonly input: string;
  readonly background?: string;
  readonly output?: string;
  readonly method?: ExplanationMethod;
  readonly budget?: number;
  readonly seed?: number;
  readonly interactions?: boolean;
  readonly tokens?: string;
  readonly outputImage?: string;
}

export const explainCommand: DefineCommand = (command, terminal) => {
  withExplainedModel(command)
    .description('Says what each column adds to each answer of a model, offline.')
    .requiredOption(
      '--input <rows>',
      'rows to explain: .json, .jsonl, .csv, .parquet, .npy, .npz, .png or .jpg, or - for standard input',
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
    .option('--output-image <file>', 'of an image: write what each part of it adds over it, as .png')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ plimsoll explain model.joblib --input rows.csv',
        '  $ plimsoll explain model.joblib --input rows.csv --background train.csv',
        '  $ plimsoll explain churn@3 --input rows.csv',
        '  $ plimsoll explain booster.json --input rows.json --output raw --json',
        '  $ plimsoll explain reviews.joblib --input texts.json --output predict_proba',
        '  $ plimsoll explain model.onnx --input cat.png --output-image map.png',
        '  $ plimsoll explain graph.onnx --input rows.csv --background train.csv --method kernel --budget 4096',
      ].join('\n'),
    )
    .action((file: string) => explainFile(terminal, file, command.optsWithGlobals<ExplainOptions>()));
};

async function explainFile(terminal: Terminal, file: string, options: ExplainOptions): Promise<void> {
  const { openExplained } = await import('./explained-model.ts');
  const { explainModel } = await import('../../explain/explain-model.ts');
  const { explanationDocument } = await import('../../explain/explanation.ts');
  const { readRowFile } = await import('../../row-files/read.ts');
  const { isContentFile, contentFileRows } = await import('../files/rows/content.ts');
  const { decodeInput } = await import('../../serving/rows/decode.ts');
  const { model, background: kept, digest, close } = await openExplained(file, options, terminal);
  const { content } = model;
  const { signature } = content;
  const rowsOf = async (path: string) =>
    isContentFile(path)
      ? contentFileRows(path, signature)
      : decodeInput(await readRowFile(path, signature, null), signature, { extra: 'ignore' });
  const progress = terminal.progress(basename(file));
  const onProgress = (share: number): void => progress.update('explaining', share);
  const explained = async () => {
    const isByPaths = options.method === 'tree-path-dependent' || options.interactions === true;
    const own = isByPaths ? null : kept;
    const background = options.background === undefined ? own : await rowsOf(options.background);
    const rows = await rowsOf(options.input);
    const isAlone = options.background === undefined;
    const { isOfTexts, explainText } = await import('../../explain/text/explain-text.ts');
    if (options.tokens !== undefined || (isAlone && isOfTexts(content))) {
      const document = await explainText(model, { ...options, column: options.tokens }, rows, onProgress);
      const { textPage } = await import('./explanation-page.ts');
      return { document, page: () => textPage(document) };
    }
    const { isOfImages, explainImages } = await import('../../explain/image/explain-image.ts');
    const { outputImage, method } = options;
    if (outputImage !== undefined || (isAlone && method === undefined && isOfImages(content))) {
      const { document, picture } = await explainImages(model, options, rows, onProgress);
      if (outputImage !== undefined) {
        const { encodePng } = await import('../../content/image/png-writer.ts');
        writeOutputFile(outputImage, encodePng(picture(0)));
      }
      const { imagePage } = await import('./explanation-page.ts');
      return { document, page: () => imagePage(document) };
    }
    const explainer = await explainModel(model, { ...options, background });
    const found = explanationDocument(explainer, await explainer.explain(rows, onProgress));
    const document = { ...found, ...provenanceOf(digest, background, explainer.method) };
    const { explanationPage } = await import('./explanation-page.ts');
    return { document, page: () => explanationPage(document) };
  };
  const { document, page } = await explained().finally(() => {
    progress.done();
    return close();
  });
  terminal.answer(document, page);
}

/** Digests of what an explanation was made of, as a server tells them. */
function provenanceOf(digest: string | null, background: Batch | null, method: ExplanationMethod): object {
  const rows = method === 'tree-path-dependent' ? null : background;
  return {
    model: digest === null ? null : { digest: `sha256:${digest}` },
    background: rows && { digest: `sha256:${backgroundDigest(rows)}`, rows: rows.rows },
  };
}
