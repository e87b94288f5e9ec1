import { type Command, Option } from 'commander';
import type { RolloutView } from '../../control/port.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Strategy } from '../../store/store.ts';
import { type ActorOptions, actorOf, withActorOptions, withControl } from '../connection/control.ts';
import type { Terminal } from '../output/terminal.ts';
import { STRATEGIES } from './strategies.ts';
import type { forecastText } from './view/forecast.ts';

interface StartOptions extends ActorOptions {
  readonly to: number;
  readonly strategy: Strategy;
  readonly policy?: string;
  readonly force?: boolean;
}

/** `rollout start`: lets a version earn its traffic. */
export const rolloutStartCommand = (command: Command, terminal: Terminal): void => {
  withActorOptions(command)
    .description('Starts a rollout of an endpoint to a version that is ready.')
    .argument('<endpoint>', 'name of the endpoint')
    .requiredOption('--to <version>', 'candidate version', parseVersionNumber)
    .addOption(new Option('--strategy <strategy>', 'rollout strategy').choices(STRATEGIES).default('canary'))
    .option('--policy <file>', 'policy in YAML or JSON; missing settings have their defaults')
    .option('--force', 'start even if the policy cannot detect its margin in time')
    .addHelpText('after', HELP)
    .action(async (endpoint: string) => {
      const options = command.optsWithGlobals<StartOptions>();
      const { to: candidate, strategy, force } = options;
      const policy = await policyOf(options.policy);
      const rollout = await withControl(options, (control) =>
        control.startRollout(endpoint, { candidate, strategy, policy, force }, actorOf(options)),
      );
      const { rolloutLine } = await import('./view/line.ts');
      const expected = saidOf((await import('./view/forecast.ts')).forecastText);
      terminal.answer(rollout, () =>
        rollout.state === 'holding'
          ? `${rolloutLine(rollout)}\nLet it begin all the same: plimsoll rollout resume ${endpoint}`
          : `${rolloutLine(rollout)}${expected(rollout)}${warned(rollout)}\nWatch it: plimsoll status ${endpoint} --watch`,
      );
    });
};

/** What is expected, on a line of its own. */
const saidOf =
  (text: typeof forecastText) =>
  ({ forecast, stage }: RolloutView): string =>
    forecast === null ? '' : `\nExpected: ${text(forecast, stage)}`;

/** A line for each thing that it waits for in vain. */

const warned = ({ warnings }: RolloutView): string => warnings.map((line) => `\nwarning: ${line}`).join('');

const HELP = `
Examples:
  $ plimsoll rollout start churn --to 2
  $ plimsoll rollout start churn --to 2 --policy policy.yaml --reason "trained on May"
  $ plimsoll rollout start churn --to 2 --strategy immediate --reason "version 1 is down"
`;

async function policyOf(file: string | undefined): Promise<unknown> {
  if (file === undefined) return undefined;
  const { readYamlDocument } = await import('../files/document.ts');
  return readYamlDocument(file);
}

/** A version number on the command line. */
export function parseVersionNumber(text: string): number {
  const version = Number(text);
  if (Number.isSafeInteger(version) && version >= 1) return version;
  throw new PlimsollError('USAGE', {
    reason: `--to is "${text}", expected the number of a version`,
    command: 'rollout',
  });
}
