import type { Define } from '../commands.ts';
import { compare } from './compare.ts';
import { dashboard } from './dashboard.ts';
import { monitorQuality } from './quality.ts';
import { replay } from './replay.ts';
import { rules } from './rules.ts';
import { monitorSet } from './set.ts';
import { monitorShow } from './show.ts';
import { monitorStatus } from './status.ts';

/** `monitor`: each command loads what it needs when it runs. */
export const monitor: Define = (command, terminal) => {
  command
    .description('Watches what models get and answer: drift, data quality, accuracy, latency; tells people.')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ plimsoll monitor replay --reference train.parquet --stream last-quarter.parquet --time at',
        '  $ plimsoll monitor compare --reference train.parquet --current today.parquet',
        '  $ plimsoll monitor status churn',
      ].join('\n'),
    );
  const add = (name: string, summary: string, define: Define): void =>
    define(command.command(name).summary(summary), terminal);
  add('status', 'how each endpoint is watched, and how it stands', monitorStatus);
  add('show', 'every feature against its reference', monitorShow);
  add('quality', 'how right answers were, as labels come, and what is wrong with rows', monitorQuality);
  add('set', 'what is watched of an endpoint', monitorSet);
  add('replay', 'run a monitor over recorded rows', replay);
  add('compare', 'score two files as other tools do', compare);
  add('rules', 'write alerting rules for Prometheus', rules);
  add('dashboard', 'write a dashboard for Grafana', dashboard);
};
