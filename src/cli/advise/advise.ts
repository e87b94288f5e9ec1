import type { Needs } from '../../advise/needs/needs.ts';
import { PlimsollError } from '../../core/errors.ts';
import { saidOfModel } from '../bench/said-of-model.ts';
import type { DefineCommand } from '../command.ts';
import { withControlOptions } from '../connection/control.ts';
import { withReadingOptions } from '../model/file-options.ts';
import type { Terminal } from '../output/terminal.ts';
import type { AdviseOptions } from './advise-options.ts';
import { AMOUNT_FLAGS, addNeedFlags, needsInFlags, problemOfFlag } from './need-flags.ts';
import type { KnownNeeds } from './questions.ts';

/** `advise`: from a few questions to the pattern that serves a model, what it costs, and files that run it. */
export const adviseCommand: DefineCommand = (command, terminal) => {
  addNeedFlags(withReadingOptions(withControlOptions(command)));
  const said = saidOfModel(command);
  command
    .description(
      'Recommends how to serve a model: pattern, replicas, latency and cost, from what is needed and from what this model measurably costs. Asks on a terminal for what no flag says.',
    )
    .argument('[model]', 'model file, or M, M@VERSION, M@ALIAS of a registered one')
    .option('-f, --file <file>', 'what is needed, in YAML or JSON; flags have the last word')
    .option('--prices <file>', 'prices of machines, in place of the built-in table (docs/prices.yaml)')
    .option('-o, --output <folder>', 'write the files that run what is advised')
    .option('--measure', 'measure under load for half a minute (default: of a file; kept for the next time)')
    .option('--no-measure', 'rely on what was measured at registration (default: of a version)')
    .option('--force', 'replace files of these names in --output')
    .addHelpText('after', HELP)
    .action((model: string | undefined) =>
      run(model, { ...command.optsWithGlobals<AdviseOptions>(), said }, terminal),
    );
};

const HELP = `
Every number has its unit. What is left out is assumed; the answer says what, and
what half and twice of it would come to.

Examples:
  $ plimsoll advise
  $ plimsoll advise churn.joblib --requests 40/s --peak 200/s --latency 50ms
  $ plimsoll advise churn@3 --asked schedule --rows "3 M/day" --fresh 24h --output nightly
  $ plimsoll advise -f needs.yaml --prices prices.yaml --json
`;

async function run(model: string | undefined, options: AdviseOptions, terminal: Terminal): Promise<void> {
  const needs = await neededOf(model, options, terminal);
  if (options.output !== undefined && typeof needs.model !== 'string') throw noFiles();
  const { advisedModel } = await import('./advised-model.ts');
  const { advise } = await import('../../advise/advice/advise.ts');
  const { cost, note, files } = await advisedModel(needs, options, terminal);
  const advice = advise(needs, cost, await pricesIn(options.prices), note);
  const { advisedFolder, folderPage } = await import('./advised-folder.ts');
  const { output, force } = options;
  const named = output === undefined ? null : files(output);
  const folder = named === null ? null : advisedFolder(advice, named, output!, force);
  const { advicePage } = await import('./advice-page.ts');
  terminal.answer(folder === null ? advice : { ...advice, output: folder }, () =>
    [advicePage(advice), ...(folder === null ? [] : [folderPage(folder)])].join('\n\n'),
  );
}

/** What the file says, then the flags, then whoever sits at the terminal. Throws ADVICE_INVALID, which names flags where they said it. */
async function neededOf(
  model: string | undefined,
  options: AdviseOptions,
  terminal: Terminal,
): Promise<Needs> {
  const { parseNeeds } = await import('../../advise/needs/needs.ts');
  const flags = needsInFlags(options);
  const given: KnownNeeds = {
    ...(await needsInFile(options.file)),
    ...flags,
    ...(model === undefined ? {} : { model }),
  };
  const known = options.file === undefined && !terminal.json && !terminal.quiet ? await asked(given) : given;
  const isAmountMissing = ['requests', 'rows', 'population'].every((need) => known[need] === undefined);
  const missing = [
    ...(isAmountMissing ? [`how much is asked for is missing: ${AMOUNT_FLAGS}`] : []),
    ...(known['model'] === undefined
      ? ['the model is missing: MODEL, or `model` in the file of --file']
      : []),
  ];
  if (missing.length > 0) throw new PlimsollError('ADVICE_INVALID', invalid(missing));
  return retold(
    () => parseNeeds(known),
    (problem) => problemOfFlag(problem, flags),
  );
}

const noFiles = (): PlimsollError => {
  const problem = 'a model that is only described has no files: name its file or version';
  return new PlimsollError('ADVICE_INVALID', { what: '--output', problems: problem, list: [problem] });
};

const invalid = (list: readonly string[]) => ({ what: 'these needs', problems: list.join('; '), list });

/** What `read` answers; of its refusal, each problem in the words of `tell`. */
function retold<T>(read: () => T, tell: (problem: string) => string): T {
  try {
    return read();
  } catch (error) {
    const list = problemsIn(error);
    if (list === null) throw error;
    throw new PlimsollError('ADVICE_INVALID', invalid(list.map(tell)));
  }
}

/** Null of any other error. */
const problemsIn = (error: unknown): readonly string[] | null =>
  error instanceof PlimsollError && error.code === 'ADVICE_INVALID'
    ? (error.details['list'] as readonly string[])
    : null;

async function needsInFile(path: string | undefined): Promise<KnownNeeds> {
  if (path === undefined) return {};
  const { readYamlDocument } = await import('../files/document.ts');
  const { isRecord } = await import('../../core/record.ts');
  const document = await readYamlDocument(path);
  if (isRecord(document)) return document;
  throw new PlimsollError('ADVICE_INVALID', invalid([`${path} holds no needs such as requests: 40/s`]));
}

/** What is missing, asked for where somebody is there to answer. */
async function asked(given: KnownNeeds): Promise<KnownNeeds> {
  const { canAsk, askNeeds } = await import('./ask.ts');
  if (!canAsk()) return given;
  const { MODEL_QUESTION, modelNeedOf, QUESTIONS } = await import('./questions.ts');
  const { parseNeeds } = await import('../../advise/needs/needs.ts');
  return askNeeds({
    questions: [MODEL_QUESTION, ...QUESTIONS],
    known: given,
    readAnswer: (need, answer) => (need === 'model' ? modelNeedOf(answer) : answer),
    problemOf: (needs, need) => {
      try {
        parseNeeds({ requests: '1/s', ...needs });
        return null;
      } catch (error) {
        return problemsIn(error)?.find((problem) => problem.startsWith(need)) ?? null;
      }
    },
  });
}

async function pricesIn(path: string | undefined) {
  const { builtInPrices } = await import('../../advise/prices/built-in.ts');
  if (path === undefined) return builtInPrices();
  const { readYamlDocument } = await import('../files/document.ts');
  const { parsePrices } = await import('../../advise/prices/prices.ts');
  return parsePrices(await readYamlDocument(path));
}
