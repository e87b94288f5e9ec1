import { PlimsollError } from '../../core/errors.ts';
import type { GoldenSource } from '../../monitor/log/golden-rows.ts';
import { countText } from '../../text/count.ts';
import { percent } from '../../text/percent.ts';
import type { DefineCommand } from '../command.ts';
import { writeOutputFile } from '../files/text-file.ts';
import {
  bundleFolder,
  type LogRangeOptions,
  logEmptyError,
  parseLogRange,
  parsePositiveInteger,
  versionSegments,
  withPredictionLog,
  withRangeOptions,
} from './log.ts';

interface GoldenOptions extends LogRangeOptions {
  readonly output: string;
  readonly region?: string;
  readonly drifted?: boolean;
  readonly rows: string;
  readonly seed: string;
}

const COMMAND = 'requests golden';

/** `requests golden`: rows that came as expected answers of later versions. */
export const requestsGoldenCommand: DefineCommand = (command, terminal) => {
  withRangeOptions(
    command
      .description(
        'Writes logged rows with the answers that were given, as golden rows for `verify` and `push`.',
      )
      .argument('<endpoint>', 'name of the endpoint')
      .requiredOption('-o, --output <file>', 'file to write: golden.json'),
  )
    .option('--region <feature=bin>', 'only rows in one bin of the reference profile')
    .option('--drifted', 'only rows in the bin whose share grew most against the reference')
    .option('--rows <number>', 'maximum number of rows', '100')
    .option('--seed <number>', 'seed of the sample', '1')
    .addHelpText('after', HELP)
    .action(async (endpoint: string) => {
      const options = command.optsWithGlobals<GoldenOptions>();
      const wanted = wantedOf(options);
      const rows = parsePositiveInteger('--rows', options.rows, COMMAND);
      const seed = parsePositiveInteger('--seed', options.seed, COMMAND);
      const range = await parseLogRange(endpoint, options, COMMAND);
      const progress = terminal.progress(endpoint);
      progress.update('reading the log');
      const made = await goldenOf(options, range, wanted, rows, seed).finally(() => progress.done());
      writeOutputFile(options.output, `${JSON.stringify(made.golden)}\n`);
      const { golden: _, ...about } = made;
      terminal.answer({ ...about, output: options.output }, () => {
        const { region } = made;
        const where =
          region === null
            ? ''
            : `\n${region.feature} in ${region.name}: ${percent(region.reference)} of the reference, ${percent(region.current)} of ${countText(made.looked, 'row')}`;
        return `${countText(made.rows, 'row')} of ${endpoint}, version ${made.version}, written to ${options.output}${where}`;
      });
    });
};

function wantedOf({ region, drifted }: GoldenOptions): GoldenSource {
  const usage = (reason: string) => new PlimsollError('USAGE', { reason, command: COMMAND });
  if (region !== undefined && drifted === true)
    throw usage("options '--region' and '--drifted' exclude each other");
  if (drifted === true) return { kind: 'drifted' };
  if (region === undefined) return { kind: 'everywhere' };
  const at = region.indexOf('=');
  if (at <= 0) throw usage(`--region is "${region}", expected a feature and a bin such as country=DE`);
  return { kind: 'bin', feature: region.slice(0, at), bin: region.slice(at + 1) };
}

async function goldenOf(
  { data }: GoldenOptions,
  range: Awaited<ReturnType<typeof parseLogRange>>,
  wanted: GoldenSource,
  rows: number,
  seed: number,
) {
  const { goldenRows } = await import('../../monitor/log/golden-rows.ts');
  const { withMemoryDuckDB } = await import('../../monitor/log/find-request.ts');
  const { parseProfile } = await import('../../monitor/reference/parse-profile.ts');
  const { readManifest } = await import('../../registry/bundle.ts');
  const { seededRandom } = await import('../../core/random.ts');
  return withPredictionLog({ data }, async (log) => {
    const { version, newest, segments } = await versionSegments(log, range);
    const model = await loggedModel(newest.file);
    const bundle = await bundleFolder(data, model, version);
    const manifest = readManifest(bundle);
    if (manifest === null) throw new PlimsollError('BUNDLE_GONE', { model, version, digest: bundle });
    const known = await log.store.profile(model, version);
    const profile = known === null ? null : parseProfile(known.profile);
    const options = { ...range, version, signature: manifest.signature, profile, wanted, rows };
    const found = await withMemoryDuckDB((db) =>
      goldenRows(db, segments, { ...options, random: seededRandom(seed) }),
    );
    if (found === null) throw await logEmptyError({ ...range, version });
    return { ...found, version };
  });
}

/** The model that a file of the log is about. */
export async function loggedModel(file: string): Promise<string> {
  const { readShapes } = await import('../../monitor/log/segment-scan.ts');
  const { withMemoryDuckDB } = await import('../../monitor/log/find-request.ts');
  const [found] = await withMemoryDuckDB((db) => readShapes(db, [file]));
  if (found !== undefined) return found.shape.model;
  throw new PlimsollError('INPUT_INVALID', { problem: `${file}: it is no file of a prediction log` });
}

const HELP = `
The newest version that is logged is taken, unless --model-version names another. Bins are
those of its reference profile, as \`monitor status\` names them. Answers that the log
does not have to the last digit are left out: wide outputs, lists of matrices.

Examples:
  $ plimsoll requests golden churn -o golden.json --from 7d
  $ plimsoll requests golden churn --drifted --rows 50 -o drifted.json
  $ plimsoll requests golden churn --region country=DE -o germany.json
  $ plimsoll verify churn-v4.joblib --golden drifted.json
`;
