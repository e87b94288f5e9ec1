/** What the dashboard shows, row by row. Pure. */
import { EXPERIMENT_PANELS } from './experiment-panels.ts';
import type { PanelSpec } from './panel-spec.ts';

const REQUESTS = 'model_name=~"$model",model_version=~"$version"';
const WATCHED = `endpoint=~"$endpoint",${REQUESTS}`;

const DURATION = 'inference_request_duration_seconds';
const VERSION_NAME = '{{model_name}} v{{model_version}}';

/** By classic buckets, or by native ones where Prometheus keeps those instead. */
const quantile = (share: number): string =>
  `histogram_quantile(${share}, sum by (le, model_name, model_version) (rate(${DURATION}_bucket{${REQUESTS},stage="total"}[$__rate_interval]))) or histogram_quantile(${share}, sum by (model_name, model_version) (rate(${DURATION}{${REQUESTS},stage="total"}[$__rate_interval])))`;

/** Mean of a histogram, whichever kind Prometheus keeps. */
const mean = (name: string, labels: string, by: string): string => {
  const rate = (suffix: string): string =>
    `sum by (${by}) (rate(${name}${suffix}{${labels}}[$__rate_interval]))`;
  return `${rate('_sum')} / ${rate('_count')} or histogram_sum(${rate('')}) / histogram_count(${rate('')})`;
};

const outcomes = (more: string): string =>
  `sum by (model_name, model_version) (rate(inference_requests_total{${REQUESTS}${more}}[$__rate_interval]))`;

export const PANEL_ROWS: readonly { readonly title: string; readonly panels: readonly PanelSpec[] }[] = [
  {
    title: 'Traffic',
    panels: [
      {
        title: 'Requests',
        about: 'Requests a second, by version and by how they ended.',
        unit: 'reqps',
        stacked: true,
        queries: [
          [
            `sum by (model_name, model_version, outcome) (rate(inference_requests_total{${REQUESTS}}[$__rate_interval]))`,
            `${VERSION_NAME} {{outcome}}`,
          ],
        ],
      },
      {
        title: 'Rows a request',
        about: 'Mean number of rows.',
        queries: [[mean('inference_batch_size', REQUESTS, 'model_name, model_version'), VERSION_NAME]],
      },
      {
        title: 'Saturation',
        about:
          'Fullest of what is limited, and how busy event loops are; at 100 % requests are refused, or late.',
        unit: 'percentunit',
        max: 1,
        queries: [
          ['inference_saturation_ratio', 'limits {{instance}}'],
          ['nodejs_eventloop_utilization_ratio', 'event loop {{instance}} {{worker}}'],
        ],
      },
      {
        title: 'In flight and waiting',
        about: 'Requests that are being answered, and those that wait for a scoring thread.',
        queries: [
          ['inference_requests_in_flight', 'in flight {{instance}}'],
          ['inference_queue_depth', 'waiting {{instance}}'],
        ],
      },
      {
        title: 'Versions that answer',
        about: 'What is loaded, what it was made of and what made it ready.',
        type: 'table',
        width: 16,
        queries: [[`model_info{${REQUESTS}}`, '']],
      },
      {
        title: 'Memory',
        about: 'Resident bytes of each process.',
        unit: 'bytes',
        width: 8,
        queries: [['process_resident_memory_bytes', '{{instance}} {{worker}}']],
      },
    ],
  },
  {
    title: 'Latency',
    panels: [
      {
        title: 'Quantiles',
        about: 'Of the whole duration of answered requests.',
        unit: 's',
        queries: [
          [quantile(0.5), `p50 ${VERSION_NAME}`],
          [quantile(0.95), `p95 ${VERSION_NAME}`],
          [quantile(0.99), `p99 ${VERSION_NAME}`],
        ],
      },
      {
        title: 'Heat map',
        about: 'All durations, from native histograms.',
        type: 'heatmap',
        unit: 's',
        queries: [[`sum (rate(${DURATION}{${REQUESTS},stage="total"}[$__rate_interval]))`, '']],
      },
      {
        title: 'Stages',
        about: 'Mean time of each stage.',
        unit: 's',
        stacked: true,
        queries: [[mean(DURATION, `${REQUESTS},stage!="total"`, 'stage'), '{{stage}}']],
      },
    ],
  },
  {
    title: 'Errors',
    panels: [
      {
        title: 'Failed requests',
        about: 'Share of requests that failed on our side, of those that were not at fault themselves.',
        unit: 'percentunit',
        queries: [
          [
            `${outcomes(',outcome=~"error|overloaded"')} / ${outcomes(',outcome=~"ok|error|overloaded"')}`,
            VERSION_NAME,
          ],
        ],
      },
      {
        title: 'Burn rate of the error budget',
        about: 'How many times as fast as it may the budget of 0.1 % is used up, over an hour.',
        queries: [
          [
            `sum by (model_name) (rate(inference_requests_total{${REQUESTS},outcome=~"error|overloaded"}[1h])) / sum by (model_name) (rate(inference_requests_total{${REQUESTS},outcome=~"ok|error|overloaded"}[1h])) / 0.001`,
            '{{model_name}}',
          ],
        ],
      },
      {
        title: 'Refused requests',
        about: 'Requests that the model could not read: who sends them has to change something.',
        unit: 'reqps',
        queries: [[outcomes(',outcome="invalid"'), VERSION_NAME]],
      },
    ],
  },
  {
    title: 'Drift',
    panels: [
      {
        title: 'Features that drift',
        about: 'Share of all features.',
        type: 'stat',
        unit: 'percentunit',
        width: 4,
        queries: [[`model_drifted_features_ratio{${WATCHED}}`, '{{endpoint}} v{{model_version}}']],
      },
      {
        title: 'Evidence',
        about:
          'Logarithm of the evidence that a feature drifts, over what the budget of false alarms asks for: drift is above 1.',
        width: 10,
        queries: [
          [
            `model_drift_evidence{${WATCHED}} / on (endpoint, model_name, model_version) group_left () model_drift_evidence_threshold`,
            '{{feature}}',
          ],
        ],
      },
      {
        title: 'Effect',
        about: 'How far a feature has moved, with the least that is an alert.',
        width: 10,
        queries: [
          [`model_drift_score{${WATCHED},method="psi"}`, '{{feature}}'],
          [`model_drift_threshold{${WATCHED},method="psi"}`, 'threshold'],
        ],
      },
      {
        title: 'Answers',
        about: 'How far what the model answers has moved.',
        queries: [[`model_prediction_drift_score{${WATCHED}}`, '{{output}} {{method}}']],
      },
    ],
  },
  {
    title: 'Data quality',
    panels: [
      {
        title: 'Violations',
        about: 'Rows a second that violate a check.',
        queries: [
          [
            `sum by (endpoint, check) (rate(model_data_violations_total{${WATCHED}}[$__rate_interval]))`,
            '{{check}}',
          ],
        ],
      },
      {
        title: 'Missing values',
        about: 'Share of rows in which a feature is missing.',
        unit: 'percentunit',
        max: 1,
        queries: [[`model_missing_ratio{${WATCHED}}`, '{{feature}}']],
      },
      {
        title: 'Unseen categories',
        about: 'Share of rows with a category that the reference does not have.',
        unit: 'percentunit',
        max: 1,
        queries: [[`model_unseen_ratio{${WATCHED}}`, '{{feature}}']],
      },
    ],
  },
  {
    title: 'Accuracy',
    panels: [
      {
        title: 'By labels',
        about: 'Of the newest cohort that is mature, with its band and the value on the reference.',
        band: true,
        width: 10,
        queries: [
          [`model_quality_realized{${WATCHED}}`, '{{metric}} {{bound}}'],
          [`model_quality_reference{${WATCHED}}`, '{{metric}} reference'],
        ],
      },
      {
        title: 'Without labels',
        about: 'Estimated from the answers alone, with its band.',
        band: true,
        width: 10,
        queries: [
          [`model_quality_estimate{${WATCHED}}`, '{{metric}} {{bound}}'],
          [`model_quality_reference{${WATCHED}}`, '{{metric}} reference'],
        ],
      },
      {
        title: 'Labels',
        about: 'Share of predictions with a label.',
        type: 'stat',
        unit: 'percentunit',
        width: 4,
        queries: [[`model_label_coverage_ratio{${WATCHED}}`, '{{endpoint}}']],
      },
      {
        title: 'Delay of labels',
        about: 'Time from a prediction to its label, by quantile.',
        unit: 's',
        queries: [[`model_label_delay_seconds{${WATCHED}}`, 'p{{quantile}}']],
      },
      {
        title: 'Age of versions',
        about: 'Since they were registered.',
        unit: 's',
        queries: [
          [
            `time() - (model_created_timestamp_seconds{${REQUESTS}} and on (model_name, model_version) model_loaded)`,
            VERSION_NAME,
          ],
        ],
      },
    ],
  },
  { title: 'Experiments', panels: EXPERIMENT_PANELS },
  {
    title: 'The monitor itself',
    panels: [
      {
        title: 'Last look',
        about: 'Time since the monitor last looked and succeeded.',
        type: 'stat',
        unit: 's',
        queries: [['time() - monitor_last_success_timestamp_seconds{endpoint=~"$endpoint"}', '{{endpoint}}']],
      },
      {
        title: 'Time of a look',
        about: 'How long the last look took.',
        unit: 's',
        queries: [['monitor_run_duration_seconds{endpoint=~"$endpoint"}', '{{endpoint}}']],
      },
      {
        title: 'Rows',
        about: 'Rows a second that are taken in, and that are lost for want of room.',
        queries: [
          [
            'sum by (endpoint) (rate(monitor_rows_total{endpoint=~"$endpoint"}[$__rate_interval]))',
            '{{endpoint}}',
          ],
          [
            'sum by (endpoint) (rate(monitor_dropped_samples_total{endpoint=~"$endpoint"}[$__rate_interval]))',
            '{{endpoint}} dropped',
          ],
        ],
      },
      {
        title: 'Alerts that fire',
        about: 'By name and severity.',
        queries: [
          [
            'sum by (endpoint, alertname, severity) (model_alerts_firing{endpoint=~"$endpoint"})',
            '{{endpoint}} {{alertname}} {{severity}}',
          ],
        ],
      },
    ],
  },
];
