import type { Command } from 'commander';
import { PlimsollError } from '../core/errors.ts';
import type { ExperimentReport } from '../rollout/experiment/lint.ts';
import type { PolicyReport } from '../rollout/policy/lint.ts';
import type { Terminal } from './terminal.ts';

interface LintOptions {
  readonly policy: string;
  readonly rate: number;
  readonly errorRate: number;
  readonly deviation: number;
}

/** `rollout lint`: what a policy can do at given traffic. */
export const lint = (command: Command, terminal: Terminal): void => {
  command
    .description(
      'Says how long a policy takes to promote and to find harm at given traffic; refuses one that cannot find its margin before its deadline.',
    )
    .requiredOption('--policy <file>', 'policy, YAML or JSON')
    .option('--rate <number>', 'units a second', (text) => numberOf('--rate', text, 1e9), 1)
    .option(
      '--error-rate <share>',
      'share of units that fail on stable',
      (text) => numberOf('--error-rate', text, 1),
      0.005,
    )
    .option(
      '--deviation <number>',
      'of an experiment: standard deviation of the metric that decides, by unit',
      (text) => numberOf('--deviation', text, 1e12),
      1,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll rollout lint --policy policy.yaml --rate 10 --error-rate 0.005\n  $ plimsoll rollout lint --policy experiment.yaml --rate 10 --deviation 25',
    )
    .action((options: LintOptions) => run(options, terminal));
};

async function run(options: LintOptions, terminal: Terminal): Promise<void> {
  const { readDocument } = await import('./rollout-policy.ts');
  const { formatDuration } = await import('../rollout/policy/duration.ts');
  const document = await readDocument(options.policy);
  const time = (millis: number | null): string => (millis === null ? 'never' : formatDuration(millis));
  if (isExperiment(document)) {
    const report = await lintedExperiment(document, options);
    terminal.answer(report, () => saidOfExperiment(report, time));
  } else {
    const { checkPolicy } = await import('../rollout/policy/lint.ts');
    const { parsePolicy } = await import('../rollout/policy/policy.ts');
    const report = checkPolicy(parsePolicy(document), options);
    terminal.answer(report, () => said(report, time));
  }
}

/** Only experiments have a metric that decides. */
const isExperiment = (document: unknown): boolean =>
  typeof document === 'object' && document !== null && 'primary' in document;

async function lintedExperiment(document: unknown, traffic: LintOptions): Promise<ExperimentReport> {
  const { checkExperiment } = await import('../rollout/experiment/lint.ts');
  const { parseExperiment } = await import('../rollout/experiment/policy.ts');
  return checkExperiment(parseExperiment(document), traffic);
}

function saidOfExperiment(
  { arm, units, detectable, time: found }: ExperimentReport,
  time: (millis: number | null) => string,
): string {
  const lines = [
    `Units of ${arm} and control that mature in time: ${units}`,
    `A difference of ${Number(detectable.toPrecision(3))} is expected to be found by then`,
  ];
  return [
    ...lines,
    ...(found === null ? [] : [`The minimum effect is expected to be found after ${time(found)}`]),
  ].join('\n');
}

function said(
  { stages, certificate, detection, warnings }: PolicyReport,
  time: (millis: number | null) => string,
): string {
  const lines = [`Bake times and minimum units: ${time(stages)}`];
  if (certificate !== null) lines.push(`Certificate of no harm expected after ${time(certificate.time)}`);
  if (detection !== null)
    lines.push(
      `A candidate that fails in ${(detection.rate * 100).toPrecision(3)} % expected to be found after ${time(detection.time)}`,
    );
  return [...lines, ...warnings.map((warning) => `warning: ${warning}`)].join('\n');
}

function numberOf(option: string, text: string, max: number): number {
  const value = Number(text);
  const least = option === '--rate' ? value > 0 : value >= 0;
  if (least && value <= max && text.trim() !== '') return value;
  throw new PlimsollError('USAGE', {
    reason: `${option} is "${text}", wanted a number up to ${max}`,
    command: 'rollout lint',
  });
}
