import { setTimeout as sleep } from 'node:timers/promises';
import type { MonitoringApi, MonitorView } from '../../monitor/port.ts';
import { grouped } from '../../text/numbers.ts';
import type { DefineCommand } from '../command.ts';
import { type ControlOptions, withControlOptions } from '../connection/control.ts';
import { withMonitoring } from '../connection/monitoring.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';
import { terminalWidth } from '../output/terminal.ts';

interface StatusOptions extends ControlOptions {
  readonly watch?: boolean;
}

const LOOK_MILLIS = 2000;
const CLEAR = '\u001b[H\u001b[J';

/** `monitor status`: how each endpoint is watched, and how it stands. */
export const monitorStatusCommand: DefineCommand = (command, terminal) => {
  withControlOptions(command)
    .description('Shows the monitor of each endpoint and its current state.')
    .argument('[endpoint]', 'name of an endpoint')
    .option('--watch', 'refresh every two seconds')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll monitor status\n  $ plimsoll monitor status churn --watch',
    )
    .action(async (endpoint: string | undefined) => {
      const options = command.optsWithGlobals<StatusOptions>();
      for (;;) {
        const views = await withMonitoring(options, (monitoring) => viewsOf(monitoring, endpoint));
        const again = options.watch === true && !terminal.json;
        if (again && process.stdout.isTTY) process.stdout.write(CLEAR);
        terminal.answer(endpoint === undefined ? views : views[0], () => statusText(views));
        if (!again) return;
        await sleep(LOOK_MILLIS);
      }
    });
};

async function viewsOf(
  monitoring: MonitoringApi,
  endpoint: string | undefined,
): Promise<readonly MonitorView[]> {
  if (endpoint !== undefined) return [await monitoring.monitor(endpoint)];
  const { allRows } = await import('../../store/pages.ts');
  return allRows((page) => monitoring.monitors(page));
}

function statusText(views: readonly MonitorView[]): string {
  if (views.length === 0) return 'There are no endpoints yet: plimsoll push --help';
  const head = ['endpoint', 'version', 'rows/hour', 'rows/day', 'firing', 'pending', 'reference'];
  const rows = views.map(({ endpoint, version, traffic, alerts, reference }) => [
    printable(endpoint),
    version === null ? '' : String(version),
    grouped(traffic.hour),
    grouped(traffic.day),
    String(alerts.firing),
    String(alerts.pending),
    reference === null ? 'none yet' : `${grouped(reference.rows)} rows (${reference.source})`,
  ]);
  const said = views.map(({ endpoint, sentence }) => `${printable(endpoint)}: ${printable(sentence)}`);
  return [formatTable([head, ...rows], terminalWidth() < 80 ? '' : '  '), '', ...said].join('\n');
}
