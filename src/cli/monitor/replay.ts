import { PlimsollError } from '../../core/errors.ts';
import type { MonitorPolicy } from '../../monitor/policy/policy.ts';
import type { BaselineDetector } from '../../monitor/replay/baselines.ts';
import type { FalseAlarms } from '../../monitor/replay/false-alarms.ts';
import type { DefineCommand } from '../command.ts';
import type { Terminal } from '../output/terminal.ts';

interface ReplayOptions {
  readonly reference: string;
  readonly stream: string;
  readonly time?: string;
  readonly falseAlarms?: string;
  readonly policy?: string;
  readonly minPsi?: string;
  readonly minShare?: string;
  readonly outputs?: string;
  readonly baselines?: string;
  readonly season?: string;
}

const DEFAULT_FALSE_ALARMS = '1/100000';

/** `monitor replay`: what a monitor would have said about rows that are there already. */
export const monitorReplayCommand: DefineCommand = (command, terminal) => {
  command
    .description('Runs a monitor over recorded rows: when it would have fired, and why.')
    .requiredOption('--reference <file>', 'reference data in .parquet or .csv; its column types are used')
    .requiredOption('--stream <file>', 'recorded rows in order of arrival, in .parquet or .csv')
    .option(
      '--time <column>',
      'column with the time of a row: times, or numbers since 1970 in s, ms, µs or ns',
    )
    .option(
      '--false-alarms <n/span>',
      `false drift alarms that are accepted for the whole model, a number of rows or, with --time, a span (default: ${DEFAULT_FALSE_ALARMS})`,
    )
    .option('--policy <file>', 'monitor policy in YAML or JSON, as in plimsoll.yaml below monitors.ENDPOINT')
    .option('--min-psi <psi>', 'minimum effect size, at its lower bound (default: 0.05)')
    .option(
      '--min-share <share>',
      'minimum change of the share of nulls or unseen categories (default: 0.02)',
    )
    .option('--outputs <list>', 'columns that are outputs of the model')
    .option(
      '--season <span>',
      'week: compare with the same hours of the week, by --time, which both files have',
    )
    .option('--baselines <list>', 'other detectors to compare with: adwin, page-hinkley, kswin')
    .addHelpText('after', HELP)
    .action((options: ReplayOptions) => run(options, terminal));
};

const HELP = `
The budget holds at every row: it may be looked at as often as you like. Nulls and
unseen categories count as drift; "quality" has rows that break the schema or the
range of the reference. The exit code is 0 whatever is found.

With --json: {"rows","features","alarms":[{"row","time","feature","kind","effect":
{"value","low","high"},"evidence":{"log"},"sentence"}],"quality":[…],"baselines",
"summary"}

Examples:
  $ plimsoll monitor replay --reference train.parquet --stream quarter.parquet --time at
  $ plimsoll monitor replay --reference train.csv --stream week.csv --false-alarms 1/1000000 --json
  $ plimsoll monitor replay --reference train.csv --stream q.csv --time at --false-alarms 1/90d
`;

async function run(options: ReplayOptions, terminal: Terminal): Promise<void> {
  const usage = (reason: string) => new PlimsollError('USAGE', { reason, command: 'monitor replay' });
  const policy = options.policy === undefined ? null : await policyOf(options.policy);
  const budget = await budgetOf(options, policy, usage);
  const share = (text: string | undefined, flag: string, otherwise: number): number => {
    const value = text === undefined ? otherwise : Number(text);
    if (text?.trim() !== '' && value >= 0 && value < Infinity) return value;
    throw usage(`${flag} is "${text}", expected a number of at least 0`);
  };
  const { DEFAULT_MONITOR } = await import('../../monitor/policy/policy.ts');
  const { replayFiles } = await import('../../monitor/replay/replay-files.ts');
  const progress = terminal.progress('replaying');
  try {
    const found = await replayFiles({
      reference: options.reference,
      stream: options.stream,
      time: options.time ?? null,
      outputs: options.outputs?.split(',').map((name) => name.trim()) ?? [],
      ignore: policy?.drift.ignore ?? [],
      budget,
      quality: (policy ?? DEFAULT_MONITOR).quality,
      baselines: await baselinesIn(options.baselines, usage),
      season: seasonIn(options, policy, usage),
      minimumPsi: share(options.minPsi, '--min-psi', policy?.drift.minimumPsi ?? 0.05),
      minimumShare: share(options.minShare, '--min-share', policy?.drift.minimumShare ?? 0.02),
      progress: (text, done) => progress.update(text, done),
    });
    progress.done();
    const { replayPage } = await import('./replay-page.ts');
    terminal.answer(found.report, () => replayPage(found));
  } finally {
    progress.done();
  }
}

function seasonIn(
  { season, time }: ReplayOptions,
  policy: MonitorPolicy | null,
  usage: (reason: string) => PlimsollError,
): boolean {
  if (season !== undefined && season !== 'week') throw usage(`--season is "${season}", expected week`);
  if (season === undefined && policy?.drift.season !== 'week') return false;
  const asked = season === undefined ? 'drift.season of the policy' : '--season';
  if (time === undefined) throw usage(`${asked} needs --time, the column of the times`);
  return true;
}

async function baselinesIn(
  text: string | undefined,
  usage: (reason: string) => PlimsollError,
): Promise<readonly BaselineDetector[]> {
  if (text === undefined) return [];
  const { BASELINE_DETECTORS: known } = await import('../../monitor/replay/baselines.ts');
  return text.split(',').map((name) => {
    const found = known.find((one) => one === name.trim());
    if (found !== undefined) return found;
    throw usage(`--baselines has "${name.trim()}", expected some of ${known.join(', ')}`);
  });
}

async function budgetOf(
  { falseAlarms, time }: ReplayOptions,
  policy: MonitorPolicy | null,
  usage: (reason: string) => PlimsollError,
): Promise<FalseAlarms> {
  const { parseFalseAlarms } = await import('../../monitor/replay/false-alarms.ts');
  if (falseAlarms === undefined && policy !== null && time !== undefined)
    return { count: policy.falseAlarms.count, per: policy.falseAlarms.span, unit: 'time' };
  const text = falseAlarms ?? DEFAULT_FALSE_ALARMS;
  const parsed = parseFalseAlarms(text);
  if (parsed === undefined)
    throw usage(`--false-alarms is "${text}", expected alarms a number of rows (1/100000) or a span (1/90d)`);
  if (parsed.unit === 'time' && time === undefined)
    throw usage(`--false-alarms is "${text}", a span of time: --time must name the column of times`);
  return parsed;
}

async function policyOf(path: string): Promise<MonitorPolicy> {
  const { parseMonitor } = await import('../../monitor/policy/policy.ts');
  const { readYamlDocument } = await import('../files/document.ts');
  return parseMonitor(path, await readYamlDocument(path));
}
