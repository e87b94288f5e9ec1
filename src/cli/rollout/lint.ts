import type { Command } from 'commander';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { ExperimentReport } from '../../rollout/experiment/lint.ts';
import type { PolicyReport } from '../../rollout/policy/lint.ts';
import { percent } from '../../text/percent.ts';
import { type ControlOptions, withControlOptions, withServer } from '../connection/control.ts';
import type { Terminal } from '../output/terminal.ts';

interface LintOptions extends ControlOptions {
  readonly policy: string;
  readonly endpoint?: string;
  readonly rate?: number;
  readonly errorRate?: number;
  readonly units?: number;
  readonly deviation: number;
}

interface LintTraffic {
  readonly rate: number;
  readonly errorRate: number;
  readonly units?: number;
  readonly deviation: number;
}

const DEFAULT_RATE = 1;
const DEFAULT_ERROR_RATE = 0.005;

/** `rollout lint`: what a policy can do at given traffic. */
export const rolloutLintCommand = (command: Command, terminal: Terminal): void => {
  withControlOptions(command)
    .description(
      'Shows how long a policy takes to promote and to detect harm at a given traffic; refuses a policy that cannot detect its margin before its deadline.',
    )
    .requiredOption('--policy <file>', 'policy, YAML or JSON; or a plimsoll.yaml, whose only policy is meant')
    .option('--endpoint <name>', 'use the rate, errors and units that a running server has measured')
    .option('--rate <number>', `units a second (default: ${DEFAULT_RATE})`, (text) =>
      numberOf('--rate', text, 1e9),
    )
    .option(
      '--error-rate <share>',
      `share of units that fail on stable (default: ${DEFAULT_ERROR_RATE})`,
      (text) => numberOf('--error-rate', text, 1),
    )
    .option('--units <number>', 'distinct units in total (default: unlimited)', (text) =>
      numberOf('--units', text, 1e12),
    )
    .option(
      '--deviation <number>',
      'of an experiment: standard deviation of the primary metric per unit',
      (text) => numberOf('--deviation', text, 1e12),
      1,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll rollout lint --policy policy.yaml --rate 10 --error-rate 0.005\n  $ plimsoll rollout lint --policy policy.yaml --endpoint churn\n  $ plimsoll rollout lint --policy experiment.yaml --rate 10 --deviation 25',
    )
    .action(() => run(command.optsWithGlobals<LintOptions>(), terminal));
};

async function run(options: LintOptions, terminal: Terminal): Promise<void> {
  const { readYamlDocument } = await import('../files/document.ts');
  const { formatDuration } = await import('../../text/duration.ts');
  const document = policyIn(await readYamlDocument(options.policy));
  const traffic = await trafficOf(options);
  const time = (millis: number | null): string => (millis === null ? 'never' : formatDuration(millis));
  const { endpoint } = options;
  const heading = endpoint === undefined ? '' : `${saidOfTraffic(endpoint, traffic)}\n`;
  const answer = (report: object): object => (endpoint === undefined ? report : { ...report, traffic });
  if (isExperiment(document)) {
    const report = await lintedExperiment(document, traffic);
    terminal.answer(answer(report), () => `${heading}${saidOfExperiment(report, time)}`);
  } else {
    const { checkPolicy } = await import('../../rollout/policy/lint.ts');
    const { parsePolicy } = await import('../../rollout/policy/policy.ts');
    const report = checkPolicy(parsePolicy(document), traffic);
    terminal.answer(answer(report), () => `${heading}${said(report, time)}`);
  }
}

/** Of a file that says what endpoints should be, the one policy that is written there. Throws USAGE. */
function policyIn(document: unknown): unknown {
  const endpoints = isRecord(document) ? document['endpoints'] : undefined;
  if (!isRecord(endpoints)) return document;
  const policies = Object.values(endpoints).flatMap((endpoint) => {
    const rollout = isRecord(endpoint) ? endpoint['rollout'] : undefined;
    return isRecord(rollout) && isRecord(rollout['policy']) ? [rollout['policy']] : [];
  });
  const [only, ...others] = policies;
  if (only !== undefined && others.length === 0) return only;
  const reason = `the file has ${policies.length} policies of endpoints, wanted one`;
  throw new PlimsollError('USAGE', { reason, command: 'rollout lint' });
}

/** As given; what is not given is what was measured, or else the default. Throws TRAFFIC_UNKNOWN. */
async function trafficOf({
  endpoint,
  rate,
  errorRate,
  units,
  deviation,
  ...where
}: LintOptions): Promise<LintTraffic> {
  const given = { ...(units === undefined ? {} : { units }), deviation };
  if (endpoint === undefined)
    return { rate: rate ?? DEFAULT_RATE, errorRate: errorRate ?? DEFAULT_ERROR_RATE, ...given };
  const { traffic } = await withServer(where, (control) => control.endpoint(endpoint));
  if (traffic === null) throw new PlimsollError('TRAFFIC_UNKNOWN', { endpoint });
  const measured = traffic.units === null ? {} : { units: traffic.units };
  return { rate: rate ?? traffic.rate, errorRate: errorRate ?? traffic.errorShare, ...measured, ...given };
}

const saidOfTraffic = (endpoint: string, { rate, errorRate }: LintTraffic): string =>
  `At ${Number(rate.toPrecision(3))} requests/s of ${endpoint}, of which ${percent(errorRate)} fail:`;

/** Only experiments have a metric that decides. */
const isExperiment = (document: unknown): boolean =>
  typeof document === 'object' && document !== null && 'primary' in document;

async function lintedExperiment(document: unknown, traffic: LintTraffic): Promise<ExperimentReport> {
  const { checkExperiment } = await import('../../rollout/experiment/lint.ts');
  const { parseExperiment } = await import('../../rollout/experiment/policy.ts');
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
  { stages, certificate, promotion, detection, warnings }: PolicyReport,
  time: (millis: number | null) => string,
): string {
  const after = (millis: number | null): string => (millis === null ? 'never' : `after ${time(millis)}`);
  const lines = [`Bake times and minimum units: ${time(stages)}`];
  if (certificate !== null) lines.push(`Certificate of no harm expected ${after(certificate.time)}`);
  lines.push(`A candidate that does no harm expected to be promoted ${after(promotion)}`);
  if (detection !== null)
    lines.push(
      `A candidate that fails in ${percent(detection.rate)} expected to be found ${after(detection.time)}`,
    );
  return [...lines, ...warnings.map((warning) => `warning: ${warning}`)].join('\n');
}

function numberOf(option: string, text: string, max: number): number {
  const value = Number(text);
  const least = option === '--rate' ? value > 0 : value >= 0;
  if (least && value <= max && text.trim() !== '') return value;
  throw new PlimsollError('USAGE', {
    reason: `${option} is "${text}", expected a number up to ${max}`,
    command: 'rollout lint',
  });
}
