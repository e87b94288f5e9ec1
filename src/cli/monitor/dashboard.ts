import type { DefineCommand } from '../command.ts';

/** `monitor dashboard`: what there is to see, for those who have a Grafana. */
export const monitorDashboardCommand: DefineCommand = (command, terminal) => {
  command
    .description(
      'Writes a Grafana dashboard over /metrics: traffic, latency, errors, drift, quality, accuracy.',
    )
    .option('-o, --output <file>', 'file to write (default: stdout)')
    .option('--title <text>', 'title of the dashboard', 'Plimsoll')
    .addHelpText('after', HELP)
    .action(async ({ output, title }: { readonly output?: string; readonly title: string }) => {
      const { grafanaDashboard } = await import('../../monitor/prometheus/grafana-dashboard.ts');
      const document = grafanaDashboard(title);
      const text = JSON.stringify(document, null, 2);
      if (output === undefined) return terminal.answer(document, () => text);
      const { writeOutputFile } = await import('../files/text-file.ts');
      writeOutputFile(output, `${text}\n`);
      const panels = document.panels.filter(({ type }) => type !== 'row').length;
      terminal.answer(
        { output, panels },
        () => `${panels} panels written to ${output}: import it in Grafana`,
      );
    });
};

const HELP = `
It has variables for the source of data, model, version and endpoint, and needs
nothing but a Prometheus that scrapes /metrics. The heat map of latency wants native
histograms: start Prometheus with --enable-feature=native-histograms.

Examples:
  $ plimsoll monitor dashboard -o plimsoll-dashboard.json
  $ plimsoll monitor dashboard --title "Models of the bank" > dashboard.json
`;
