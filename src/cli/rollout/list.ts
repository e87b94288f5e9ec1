import { type Command, Option } from 'commander';
import type { RolloutQuery, RolloutSummary } from '../../control/port.ts';
import { ROLLOUT_STATES } from '../../rollout/decide/status.ts';
import { type ControlOptions, withControlOptions, withReadableControl } from '../connection/control.ts';
import { printable } from '../output/printable.ts';
import { fittedTable } from '../output/table.ts';
import { type Terminal, terminalWidth } from '../output/terminal.ts';

interface ListOptions extends ControlOptions {
  readonly state?: NonNullable<RolloutQuery['state']>;
}

/** The newest that are listed: older ones are in the API, part by part. */
const LIMIT = 1000;

/** `rollout list`: rollouts of all endpoints, or of one. */
export const rolloutListCommand = (command: Command, terminal: Terminal): void => {
  withControlOptions(command)
    .description(`Lists rollouts, newest first: the last ${LIMIT}.`)
    .argument('[endpoint]', 'endpoint (default: all of them)')
    .addOption(
      new Option(
        '--state <state>',
        'only those of this state: what runs or waits is active, the rest over',
      ).choices(['active', 'over', ...ROLLOUT_STATES]),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll rollout list\n  $ plimsoll rollout list churn --state over',
    )
    .action(async (endpoint: string | undefined) => {
      const options = command.optsWithGlobals<ListOptions>();
      const query = { endpoint, state: options.state, limit: LIMIT };
      const { items } = await withReadableControl(options, (control) => control.allRollouts(query));
      terminal.answer({ items }, () => rolloutTable(items, terminalWidth()));
    });
};

const HEAD = ['ROLLOUT', 'ENDPOINT', 'STRATEGY', 'VERSIONS', 'STATE', 'BEGUN', 'WHY'];

/** One line a rollout. */
export function rolloutTable(items: readonly RolloutSummary[], width: number): string {
  if (items.length === 0) return 'No rollouts: "rollout start" begins one';
  const rows = items.map(({ id, endpoint, strategy, stableVersion, candidate, state, startedAt, ...rest }) =>
    [
      ...[id, endpoint, strategy, `${stableVersion} to ${candidate}`],
      rest.weight === null ? state : `${state} at ${rest.weight} %`,
      ...[startedAt.slice(0, 16).replace('T', ' '), rest.reason ?? ''],
    ].map(printable),
  );
  return fittedTable([HEAD, ...rows], width, ['STRATEGY', 'BEGUN']);
}
