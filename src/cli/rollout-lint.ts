import type { Command } from 'commander';
import { PlimsollError } from '../core/errors.ts';
import type { PolicyReport } from '../rollout/policy/lint.ts';
import type { Terminal } from './terminal.ts';

interface LintOptions {
  readonly policy: string;
  readonly rate: number;
  readonly errorRate: number;
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
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll rollout lint --policy policy.yaml --rate 10 --error-rate 0.005',
    )
    .action((options: LintOptions) => run(options, terminal));
};

async function run({ policy: file, rate, errorRate }: LintOptions, terminal: Terminal): Promise<void> {
  const { readPolicy } = await import('./rollout-policy.ts');
  const { checkPolicy } = await import('../rollout/policy/lint.ts');
  const { formatDuration } = await import('../rollout/policy/duration.ts');
  const policy = await readPolicy(file);
  const report = checkPolicy(policy, { rate, errorRate });
  terminal.answer(report, () => said(report, (time) => (time === null ? 'never' : formatDuration(time))));
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
