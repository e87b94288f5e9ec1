import { commandGroup } from '../group.ts';
import { monitorCompareCommand } from './compare.ts';
import { monitorDashboardCommand } from './dashboard.ts';
import { monitorQualityCommand } from './quality.ts';
import { monitorReplayCommand } from './replay.ts';
import { monitorRulesCommand } from './rules.ts';
import { monitorSetCommand } from './set.ts';
import { monitorShowCommand } from './show.ts';
import { monitorStatusCommand } from './status.ts';

/** `monitor`: each command loads what it needs when it runs. */
export const monitorCommand = commandGroup({
  description:
    'Watches the inputs and answers of models: drift, data quality, accuracy, latency; sends alerts.',
  examples: [
    'plimsoll monitor replay --reference train.parquet --stream last-quarter.parquet --time at',
    'plimsoll monitor compare --reference train.parquet --current today.parquet',
    'plimsoll monitor status churn',
  ],
  commands: {
    status: {
      summary: 'show the monitor of each endpoint',
      define: monitorStatusCommand,
      ignores: ['quiet'],
    },
    show: {
      summary: 'compare every feature with its reference',
      define: monitorShowCommand,
      ignores: ['quiet'],
    },
    quality: {
      summary: 'show accuracy and data quality over time',
      define: monitorQualityCommand,
      ignores: ['quiet'],
    },
    set: { summary: 'set the monitor policy of an endpoint', define: monitorSetCommand, ignores: ['quiet'] },
    replay: { summary: 'run a monitor over recorded rows', define: monitorReplayCommand, ignores: ['data'] },
    compare: {
      summary: 'score two files as other tools do',
      define: monitorCompareCommand,
      ignores: ['data'],
    },
    rules: {
      summary: 'write alerting rules for Prometheus',
      define: monitorRulesCommand,
      ignores: ['data', 'quiet'],
    },
    dashboard: {
      summary: 'write a dashboard for Grafana',
      define: monitorDashboardCommand,
      ignores: ['data', 'quiet'],
    },
  },
});
