import type { AlertRow } from '../../monitor/alerts/alert.ts';
import type { AlertEventRow } from '../../store/monitoring/monitoring.ts';
import { type DefineCommand, ignoreGlobalOptions } from '../command.ts';
import {
  type ActorOptions,
  actorOf,
  type ControlOptions,
  withActorOptions,
  withControlOptions,
} from '../connection/control.ts';
import { withMonitoring } from '../connection/monitoring.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';
import { terminalWidth } from '../output/terminal.ts';

/** `alerts`: alerts that fire, and who has acknowledged them. */
export const alertsCommand: DefineCommand = (command, terminal) => {
  withControlOptions(command)
    .description('Lists alerts that are firing or pending.')
    .argument('[endpoint]', 'name of an endpoint')
    .option('--all', 'include resolved alerts')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ plimsoll alerts',
        '  $ plimsoll alerts churn --all --json',
        '  $ plimsoll alerts show 7d5d98ed4118a54d',
        '  $ plimsoll alerts ack 7d5d98ed4118a54d --reason "looking at the join"',
        '  $ plimsoll alerts test churn ops',
      ].join('\n'),
    )
    .action(async (endpoint: string | undefined) => {
      const options = command.optsWithGlobals<ControlOptions & { readonly all?: boolean }>();
      const { allRows } = await import('../../store/pages.ts');
      const { all } = options;
      const rows = await withMonitoring(options, (monitoring) =>
        allRows((page) => monitoring.alerts({ ...page, endpoint, all })),
      );
      terminal.answer(rows, () => listText(rows));
    });
  const add = (name: string, summary: string, define: DefineCommand): void =>
    define(ignoreGlobalOptions(command.command(name).summary(summary), ['quiet']), terminal);
  add('show', 'show one alert and its history', show);
  add('ack', 'acknowledge an alert', acknowledge);
  add('test', 'send a test notification to a receiver', test);
};

const show: DefineCommand = (command, terminal) => {
  withControlOptions(command)
    .description('Shows one alert and its history.')
    .argument('<alert>', 'fingerprint of the alert')
    .addHelpText('after', '\nExamples:\n  $ plimsoll alerts show 7d5d98ed4118a54d')
    .action(async (fingerprint: string) => {
      const options = command.optsWithGlobals<ControlOptions>();
      const found = await withMonitoring(options, (monitoring) => monitoring.alert(fingerprint));
      terminal.answer(found, () => alertText(found.alert, found.events));
    });
};

const acknowledge: DefineCommand = (command, terminal) => {
  withActorOptions(command)
    .description('Acknowledges an alert: notifications are not repeated while it lasts.')
    .argument('<alert>', 'fingerprint of the alert')
    .addHelpText('after', '\nExamples:\n  $ plimsoll alerts ack 7d5d98ed4118a54d')
    .action(async (fingerprint: string) => {
      const options = command.optsWithGlobals<ActorOptions>();
      const row = await withMonitoring(options, (monitoring) =>
        monitoring.acknowledge(fingerprint, actorOf(options)),
      );
      terminal.answer(row, () => `${nameOf(row)} is acknowledged by ${printable(row.acknowledgedBy ?? '')}`);
    });
};

const test: DefineCommand = (command, terminal) => {
  withActorOptions(command)
    .description('Sends a test notification to a receiver of an endpoint and shows the result.')
    .argument('<endpoint>', 'name of the endpoint')
    .argument('<receiver>', 'name of the receiver in its policy')
    .addHelpText('after', '\nExamples:\n  $ plimsoll alerts test churn ops')
    .action(async (endpoint: string, receiver: string) => {
      const options = command.optsWithGlobals<ActorOptions>();
      const outcome = await withMonitoring(options, (monitoring) =>
        monitoring.testReceiver(endpoint, receiver, actorOf(options)),
      );
      if (!outcome.ok) process.exitCode = 1;
      terminal.answer(
        outcome,
        () => `${outcome.ok ? 'Delivered' : 'Not delivered'}: ${printable(outcome.detail)}`,
      );
    });
};

const nameOf = ({ labels }: AlertRow): string =>
  [labels.alertname, labels.endpoint, labels['feature'] ?? ''].filter(Boolean).map(printable).join(' ');

const time = (millis: number): string => new Date(millis).toISOString().slice(0, 19).replace('T', ' ');

/** With what keeps people from being told of it. */
function stateOf({ state, known, inhibitedBy, acknowledgedBy }: AlertRow): string {
  if (!known) return `${state} (unknown now)`;
  if (inhibitedBy !== null) return `${state} (inhibited by ${inhibitedBy})`;
  return acknowledgedBy === null ? state : `${state} (acknowledged by ${printable(acknowledgedBy)})`;
}

function listText(rows: readonly AlertRow[]): string {
  if (rows.length === 0) return 'No alerts.';
  const head = ['alert', 'severity', 'state', 'since', 'id'];
  const lines = rows.map((row) => [
    nameOf(row),
    row.severity,
    stateOf(row),
    time(row.since),
    row.fingerprint,
  ]);
  const said = rows.map((row) => `${row.fingerprint}: ${printable(row.told.sentence)}`);
  return [formatTable([head, ...lines], terminalWidth() < 80 ? '' : '  '), '', ...said].join('\n');
}

function alertText(row: AlertRow, events: readonly AlertEventRow[]): string {
  const { told } = row;
  const details = Object.entries(told.details).map(
    ([name, value]) => `  ${printable(name)}: ${printable(value)}`,
  );
  return [
    `${nameOf(row)}: ${row.state} since ${time(row.since)}`,
    printable(told.sentence),
    printable(told.advice),
    ...details,
    ...(row.acknowledgedBy === null ? [] : [`acknowledged by ${printable(row.acknowledgedBy)}`]),
    ...events.map(({ at, what }) => `  ${time(at)}  ${printable(what)}`),
  ].join('\n');
}
