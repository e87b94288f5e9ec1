import { basename } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import type { AlertRuleOptions } from '../../monitor/prometheus/alerting-rules.ts';
import type { DefineCommand } from '../command.ts';

interface RulesOptions {
  readonly output?: string;
  readonly tests?: string;
  readonly model?: string;
  readonly availability: string;
  readonly latency?: string;
  readonly maxAge?: string;
  readonly silence?: string;
  readonly prometheus: string;
  readonly runbook?: string;
}

/** `monitor rules`: alerts for those who have a Prometheus. */
export const monitorRulesCommand: DefineCommand = (command, terminal) => {
  command
    .description(
      'Writes the alerting rules for a Prometheus that scrapes /metrics, as promtool accepts them.',
    )
    .argument('[endpoint]', 'endpoint that is watched (default: all)')
    .option('-o, --output <file>', 'file to write (default: stdout)')
    .option('--tests <file>', 'write tests of the rules, too, for `promtool test rules`; needs --output')
    .option('--model <name>', 'model whose requests are counted (default: all)')
    .option('--availability <share>', 'share of requests that must be answered', '0.999')
    .option('--latency <time:share>', 'time within which a share of requests must be answered, as 250ms:0.99')
    .option('--max-age <time>', 'age after which a version is stale, as 90d')
    .option('--silence <time>', 'time without a request that is an alert, as 1h')
    .option('--prometheus <version>', 'version that reads the file', '2.42')
    .option('--runbook <url>', 'page that the alerts point to')
    .addHelpText('after', HELP)
    .action(async (endpoint: string | undefined, options: RulesOptions) => {
      const { alertRules } = await import('../../monitor/prometheus/alerting-rules.ts');
      const wanted = await optionsOf(endpoint ?? null, options);
      const document = alertRules(wanted);
      const { output, tests } = options;
      if (tests !== undefined && output === undefined)
        throw usage("option '--tests' requires option '--output', whose file they test");
      const text = await yaml(document);
      if (output === undefined) return terminal.answer(document, () => text.trimEnd());
      const { writeOutputFile } = await import('../files/text-file.ts');
      writeOutputFile(output, text);
      if (tests !== undefined) {
        const { ruleTests } = await import('../../monitor/prometheus/rule-tests.ts');
        writeOutputFile(tests, await yaml(ruleTests(wanted, basename(output))));
      }
      const count = document.groups.flatMap((group) => group.rules).length;
      terminal.answer(
        { output, tests: tests ?? null, rules: count },
        () => `${count} rules written to ${output}`,
      );
    });
};

const HELP = `
Burn rates of the error budget (and of a latency budget, with --latency), drift,
decaying accuracy, violations of data quality, stale versions, silence, and a monitor
that does not look any more. Thresholds of drift and accuracy come with the metrics,
so the file does not change with the policy of an endpoint.

Examples:
  $ plimsoll monitor rules -o plimsoll-rules.yml --latency 250ms:0.99
  $ promtool check rules plimsoll-rules.yml
  $ plimsoll monitor rules churn --model churn --silence 1h --tests rules-test.yml -o plimsoll-rules.yml
`;

/** The document, without aliases, which Prometheus does not read. */
async function yaml(document: object): Promise<string> {
  // A CommonJS package: inside the bundle only its default export is there.
  const { stringify } = (await import('yaml')).default;
  return stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 });
}

async function optionsOf(endpoint: string | null, options: RulesOptions): Promise<AlertRuleOptions> {
  const { parseDuration } = await import('../../text/duration.ts');
  const { RUNBOOK } = await import('../../monitor/prometheus/alerting-rules.ts');
  const seconds = (option: string, text: string | undefined): number | null => {
    if (text === undefined) return null;
    const millis = parseDuration(text);
    if (millis === undefined || millis <= 0)
      throw usage(`${option} is "${text}", expected a time such as 250ms, 1h or 90d`);
    return millis / 1000;
  };
  if (!/^\d+\.\d+/.test(options.prometheus))
    throw usage(`--prometheus is "${options.prometheus}", expected a version such as 2.42`);
  return {
    endpoint,
    model: options.model ?? null,
    availability: shareOf('--availability', options.availability),
    latency: latencyIn(options.latency, seconds),
    maxAge: seconds('--max-age', options.maxAge),
    silence: seconds('--silence', options.silence),
    prometheus: options.prometheus,
    runbook: options.runbook ?? RUNBOOK,
  };
}

function latencyIn(
  text: string | undefined,
  seconds: (option: string, text: string) => number | null,
): AlertRuleOptions['latency'] {
  if (text === undefined) return null;
  const [time = '', share, more] = text.split(':');
  if (share === undefined || more !== undefined)
    throw usage(`--latency is "${text}", expected a time and a share such as 250ms:0.99`);
  const within = seconds('--latency', time);
  return within === null ? null : { seconds: within, share: shareOf('--latency', share) };
}

function shareOf(option: string, text: string): number {
  const share = text.trim() === '' ? Number.NaN : Number(text);
  if (share > 0 && share < 1) return share;
  throw usage(`${option} has the share "${text}", expected a number between 0 and 1`);
}

const usage = (reason: string): PlimsollError =>
  new PlimsollError('USAGE', { reason, command: 'monitor rules' });
