import { commandGroup } from '../group.ts';
import { compare } from './compare.ts';
import { dashboard } from './dashboard.ts';
import { monitorQuality } from './quality.ts';
import { replay } from './replay.ts';
import { rules } from './rules.ts';
import { monitorSet } from './set.ts';
import { monitorShow } from './show.ts';
import { monitorStatus } from './status.ts';

/** `monitor`: each command loads what it needs when it runs. */
export const monitor = commandGroup({
  description:
    'Watches the inputs and answers of models: drift, data quality, accuracy, latency; sends alerts.',
  examples: [
    'plimsoll monitor replay --reference train.parquet --stream last-quarter.parquet --time at',
    'plimsoll monitor compare --reference train.parquet --current today.parquet',
    'plimsoll monitor status churn',
  ],
  commands: {
    status: { summary: 'show the monitor of each endpoint', define: monitorStatus, ignores: ['quiet'] },
    show: { summary: 'compare every feature with its reference', define: monitorShow, ignores: ['quiet'] },
    quality: {
      summary: 'show accuracy and data quality over time',
      define: monitorQuality,
      ignores: ['quiet'],
    },
    set: { summary: 'set the monitor policy of an endpoint', define: monitorSet, ignores: ['quiet'] },
    replay: { summary: 'run a monitor over recorded rows', define: replay, ignores: ['data'] },
    compare: { summary: 'score two files as other tools do', define: compare, ignores: ['data'] },
    rules: { summary: 'write alerting rules for Prometheus', define: rules, ignores: ['data', 'quiet'] },
    dashboard: { summary: 'write a dashboard for Grafana', define: dashboard, ignores: ['data', 'quiet'] },
  },
});
