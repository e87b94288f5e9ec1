import { Option } from 'commander';
import { PlimsollError } from '../../core/errors.ts';
import type { ImportanceDocument } from '../../importance/importance-document.ts';
import { SCORINGS, type Scoring } from '../../importance/scoring.ts';
import type { Signature } from '../../model/signature.ts';
import type { DefineCommand } from '../command.ts';
import type { SampleChoice } from '../files/rows/sampled-body.ts';
import type { Terminal } from '../output/terminal.ts';
import { type ModelFileOptions, UNREAD_OPTIONS, withModelFileOptions } from './file-options.ts';
import { wholeNumber } from './whole-number.ts';

interface ImportanceOptions extends ModelFileOptions {
  readonly input: string;
  readonly labels?: string;
  readonly method?: 'shap' | 'permutation' | 'both';
  readonly scoring?: Scoring;
  readonly repeats: number;
  readonly dependence?: readonly string[];
  readonly grid: number;
  readonly background?: string;
  readonly reference?: string;
  readonly output?: string;
  readonly rows: number;
  readonly seed: number;
}

/** Rows that are looked at, shuffles of a column, points of a curve: where nothing is said. */
const USUAL = { rows: 10_000, repeats: 5, grid: 100 };
const MOST = { repeats: 1000, grid: 1000 };

export const importanceCommand: DefineCommand = (command, terminal) => {
  withModelFileOptions(command, UNREAD_OPTIONS)
    .description(
      'Says which columns move the answers of a model file most, over the rows of a file, offline.',
    )
    .argument('<file>', 'model file')
    .requiredOption(
      '--input <rows>',
      'rows to ask about: .json, .jsonl, .csv or .parquet, or - for standard input',
    )
    .option('--labels <column>', 'column of these rows with what they turned out to be')
    .addOption(
      new Option(
        '--method <method>',
        'mean attributions, what a score loses where a column is shuffled, or both (default: both with --labels, else shap)',
      ).choices(['shap', 'permutation', 'both']),
    )
    .addOption(
      new Option(
        '--scoring <name>',
        'score of the permutations, by its name in scikit-learn (default: accuracy, or r2)',
      ).choices(SCORINGS),
    )
    .option('--repeats <n>', 'shuffles of each column', between('--repeats', 1, MOST.repeats), USUAL.repeats)
    .option(
      '--dependence <columns...>',
      'also what is answered along these columns: partial dependence, and the curve of each row',
    )
    .option('--grid <points>', 'points of such a curve', between('--grid', 2, MOST.grid), USUAL.grid)
    .option(
      '--background <rows>',
      'rows whose values stand for those of a column that is not known (default: trees by their paths, else some of the rows)',
    )
    .option(
      '--reference <rows>',
      'rows of another time: also how far what moves the answers has shifted since',
    )
    .option('--output <name>', 'output to explain: predict_proba, decision_function, predict or raw')
    .option(
      '--rows <n>',
      'rows to look at, at most: a sample of the file',
      between('--rows', 1, 2 ** 31),
      USUAL.rows,
    )
    .option(
      '--seed <number>',
      'seed of what is left to chance: random_state of scikit-learn',
      between('--seed', 0, 2 ** 32 - 1),
      0,
    )
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ plimsoll importance model.joblib --input train.csv',
        '  $ plimsoll importance model.joblib --input train.csv --labels churned --scoring roc_auc',
        '  $ plimsoll importance model.joblib --input train.csv --dependence age plan --json',
        '  $ plimsoll importance model.joblib --input this-week.csv --reference train.csv',
      ].join('\n'),
    )
    .action(async (file: string) => {
      const options = command.optsWithGlobals<ImportanceOptions>();
      const document = await weigh(file, options, terminal);
      const { importancePage } = await import('./importance-page.ts');
      terminal.answer(document, () => importancePage(document));
    });
};

/** Errors: USAGE where labels are needed that are not named, those of reading a model and rows, of explaining and predicting. */
async function weigh(
  file: string,
  options: ImportanceOptions,
  terminal: Terminal,
): Promise<ImportanceDocument> {
  const { labels, method = labels === undefined ? 'shap' : 'both', output, seed } = options;
  if (method !== 'shap' && labels === undefined)
    throw usage(`--method ${method} compares answers with what came true: name their column with --labels`);
  if (method === 'permutation' && options.reference !== undefined)
    throw usage('--reference compares attributions: leave out --method permutation');
  const { openModelFile } = await import('./explained-model.ts');
  const { importanceOf } = await import('../../importance/importance-of.ts');
  const { model, close } = await openModelFile(file, options, terminal);
  const { signature } = model.content;
  const progress = terminal.progress(model.name);
  try {
    progress.update('reading rows');
    const sample = { most: options.rows, seed };
    const { batch, labels: truth, rowsGiven } = await labelledRows(options.input, signature, labels, sample);
    const rowsOf = async (path: string | undefined) =>
      path === undefined ? null : (await labelledRows(path, signature, undefined, sample)).batch;
    const background = await rowsOf(options.background);
    const reference = await rowsOf(options.reference);
    const { repeats, scoring, dependence, grid } = options;
    const request = {
      attributions: method === 'permutation' ? undefined : { output, background, reference },
      permutation: method === 'shap' || truth === null ? undefined : { labels: truth, scoring, repeats },
      dependence: dependence && { columns: dependence, points: grid, output },
      ...{ mostRows: options.rows, rowsGiven, seed },
    };
    return await importanceOf(model, batch, request, (text, share) => progress.update(text, share));
  } finally {
    progress.done();
    await close();
  }
}

/** The rows of a file or a sample of them, and what its column of labels holds. */
async function labelledRows(
  path: string,
  signature: Signature,
  labels: string | undefined,
  sample: SampleChoice,
) {
  const { sampledBody } = await import('../files/rows/sampled-body.ts');
  const { separateIds } = await import('../files/rows/ids.ts');
  const { decodeInput } = await import('../../serving/rows/decode.ts');
  const column = labels ?? null;
  const read = await sampledBody(path, signature, column, sample);
  const { body, ids } = separateIds(read.body, column, signature);
  return {
    batch: decodeInput(body, signature, { extra: 'ignore' }),
    labels: labels === undefined || ids === null ? null : { name: labels, values: ids },
    rowsGiven: read.rowsGiven ?? undefined,
  };
}

/** Reads an option that takes a whole number within bounds. */
function between(option: string, least: number, most: number): (text: string) => number {
  const read = wholeNumber('importance', option);
  return (text) => {
    const value = read(text);
    if (value >= least && value <= most) return value;
    throw usage(`${option} is ${value}, expected ${least} to ${most}`);
  };
}

const usage = (reason: string): PlimsollError =>
  new PlimsollError('USAGE', { reason, command: 'importance' });
