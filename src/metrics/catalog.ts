/** Every metric of ours, as data: exposition takes its words from here, and so does `docs/metrics.md`. Pure. */
import { countedBy, type MetricEntry } from './metric-entry.ts';
import type { MetricFamily, MetricPoint } from './metric-family.ts';

const VERSION = ['model_name', 'model_version'];
const WATCHED = ['endpoint', 'model_name', 'model_version'];

const serving = countedBy('serving');
const experiments = countedBy('experiments');
const monitor = countedBy('monitor');

export const METRIC_CATALOG = {
  inference_requests_total: serving(
    'counter',
    'requests',
    [...VERSION, 'outcome'],
    'Prediction requests by how they ended: ok, invalid, overloaded, error, cancelled.',
  ),
  inference_request_duration_seconds: serving(
    'histogram',
    'seconds',
    [...VERSION, 'stage'],
    'Time of each stage of answered requests: queue, preprocess, predict, postprocess, total.',
  ),
  inference_batch_size: serving('histogram', 'rows', VERSION, 'Rows of answered requests.'),
  inference_requests_in_flight: serving('gauge', 'requests', [], 'Requests being received or scored.'),
  inference_requests_receiving: serving(
    'gauge',
    'requests',
    [],
    'Requests in flight whose bodies are still being received; they hold no place of those that are scored.',
  ),
  inference_queue_depth: serving('gauge', 'requests', [], 'Requests waiting for a scoring thread.'),
  inference_queue_limit: serving(
    'gauge',
    'requests',
    [],
    'Requests that may wait for scoring threads; one more is refused as overloaded.',
  ),
  inference_queue_predicted_seconds: serving(
    'gauge',
    'seconds',
    ['endpoint'],
    'Predicted time until the requests that are let in are answered, from the measured pace.',
  ),
  inference_loop_delay_seconds: serving(
    'gauge',
    'seconds',
    [],
    'Length of the last turn of the event loop, of the latest process; 0 while it is idle.',
  ),
  inference_shed_total: serving(
    'counter',
    'requests',
    ['endpoint', 'reason'],
    'Requests that were not served: queue, loop_delay, deadline, stale, expired, abandoned.',
  ),
  inference_explanations_total: serving(
    'counter',
    'answers',
    ['model_name', 'result'],
    'Answers whose explanation was asked for: explained, or without one for this reason: unfit, large, busy, late, crashed, failed.',
  ),
  inference_explanation_duration_seconds: serving(
    'histogram',
    'seconds',
    ['model_name'],
    'How long answers waited for their explanation, of those that got it; no part of the other durations.',
  ),
  inference_saturation_ratio: serving(
    'gauge',
    'ratio',
    [],
    'Fullest of what is limited (requests, bytes, queue), 0 to 1; at 1 requests are refused.',
  ),
  model_info: serving(
    'gauge',
    '1',
    [...VERSION, 'digest', 'runtime', 'framework', 'proof', 'device'],
    'Versions that answer, and what made them ready.',
  ),
  model_loaded: serving('gauge', 'boolean', VERSION, 'Whether a version is loaded.'),
  model_load_duration_seconds: serving(
    'gauge',
    'seconds',
    VERSION,
    'How long it took to load a version and warm it up.',
  ),
  model_last_prediction_timestamp_seconds: serving(
    'gauge',
    'seconds since the epoch',
    VERSION,
    'When a version last answered.',
  ),
  plimsoll_shadow_total: serving(
    'counter',
    'copies',
    ['model_name', 'outcome'],
    'Copies of requests for candidates that answer nobody.',
  ),
  plimsoll_route_generation: serving(
    'gauge',
    'number',
    ['endpoint'],
    'Number of the route that every process follows.',
  ),
  plimsoll_recorder_units_total: serving(
    'counter',
    'units',
    [],
    'Units noted for rollouts, once a window and arm.',
  ),
  plimsoll_slow_bodies_total: serving(
    'counter',
    'bodies',
    [],
    'Bodies that were given up (408): below the least rate, or the slowest where all places were taken.',
  ),
  plimsoll_connections_open: serving('gauge', 'connections', [], 'Connections of clients.'),
  plimsoll_connections_limit: serving(
    'gauge',
    'connections',
    [],
    'Connections that there may be at once; then one that waits for a request makes room for the next.',
  ),
  plimsoll_connections_refused_total: serving(
    'counter',
    'connections',
    [],
    'Connections that were closed as they came: all others were being answered, or no descriptor was left.',
  ),
  plimsoll_connections_evicted_total: serving(
    'counter',
    'connections',
    [],
    'Connections that were closed while they waited for a request, to make room for others.',
  ),
  plimsoll_requests_refused_total: serving(
    'counter',
    'requests',
    ['reason'],
    'Requests that were let in by nobody: unauthorized, forbidden, limited, cross-site.',
  ),
  serving_workers_ready: serving('gauge', 'processes', [], 'Processes that answer.'),
  serving_worker_restarts_total: serving(
    'counter',
    'processes',
    [],
    'Processes that ended and were replaced.',
  ),
  nodejs_eventloop_utilization_ratio: serving(
    'gauge',
    'ratio',
    ['worker'],
    'Share of the time since the last scrape in which the event loop was busy.',
  ),
  python_workers_up: serving(
    'gauge',
    'processes',
    [...VERSION, 'worker'],
    'Python workers of a version that answer.',
  ),
  python_worker_restarts_total: serving(
    'counter',
    'processes',
    [...VERSION, 'worker'],
    'Python workers that ended or had grown, and were replaced.',
  ),
  python_queue_depth: serving(
    'gauge',
    'requests',
    [...VERSION, 'worker'],
    'Requests waiting for a Python worker.',
  ),
  python_worker_resident_memory_bytes: serving(
    'gauge',
    'bytes',
    [...VERSION, 'worker'],
    'Resident memory of the Python workers of a version together.',
  ),
  graph_workers_up: serving(
    'gauge',
    'processes',
    [...VERSION, 'worker'],
    'Processes of a foreign graph that answer.',
  ),
  graph_worker_restarts_total: serving(
    'counter',
    'processes',
    [...VERSION, 'worker'],
    'Processes of a foreign graph that ended or had grown, and were replaced.',
  ),
  graph_queue_depth: serving(
    'gauge',
    'requests',
    [...VERSION, 'worker'],
    'Requests waiting for a process of a foreign graph.',
  ),
  graph_worker_resident_memory_bytes: serving(
    'gauge',
    'bytes',
    [...VERSION, 'worker'],
    'Resident memory of the processes of a foreign graph together.',
  ),
  experiment_metric_difference: experiments(
    'gauge',
    'of the metric',
    ['endpoint', 'metric', 'arm', 'segment', 'bound'],
    'Difference of an arm to control, with an interval that holds at every look: point, lower, upper. The segment is all, or (of the metric that decides) a header with its value.',
  ),
  experiment_metric_units: experiments(
    'gauge',
    'units',
    ['endpoint', 'metric', 'arm', 'segment'],
    'Units of an arm whose value of the metric is complete.',
  ),
  experiment_segments_differ: experiments(
    'gauge',
    'boolean',
    ['endpoint', 'metric', 'arm'],
    'Whether the effect of an arm differs between two segments.',
  ),
  model_created_timestamp_seconds: monitor(
    'gauge',
    'seconds since the epoch',
    VERSION,
    'When a version was registered: now less this is its age.',
  ),
  model_drift_score: monitor(
    'gauge',
    'score',
    [...WATCHED, 'feature', 'method'],
    'Distance of a feature from its reference, corrected for both sample sizes; of the features with most evidence.',
  ),
  model_drift_threshold: monitor(
    'gauge',
    'score',
    [...WATCHED, 'method'],
    'Least score, at its lower bound, that is an alert.',
  ),
  model_drift_evidence: monitor(
    'gauge',
    'nats',
    [...WATCHED, 'feature'],
    'Natural logarithm of the evidence that a feature drifts; of the features with most evidence.',
  ),
  model_drift_evidence_threshold: monitor(
    'gauge',
    'nats',
    WATCHED,
    'Evidence at which a feature drifts, under the budget of false alarms.',
  ),
  model_drifted_features_ratio: monitor('gauge', 'ratio', WATCHED, 'Share of features that drift.'),
  model_prediction_drift_score: monitor(
    'gauge',
    'score',
    [...WATCHED, 'output', 'method'],
    'Distance of an output from its reference.',
  ),
  model_quality_estimate: monitor(
    'gauge',
    'of the metric',
    [...WATCHED, 'metric', 'bound'],
    'Quality without labels, and its band: point, lower, upper.',
  ),
  model_quality_realized: monitor(
    'gauge',
    'of the metric',
    [...WATCHED, 'metric', 'bound'],
    'Quality by labels of the newest cohort that is mature: point, lower, upper.',
  ),
  model_quality_reference: monitor(
    'gauge',
    'of the metric',
    [...WATCHED, 'metric'],
    'Quality on the reference data.',
  ),
  model_label_coverage_ratio: monitor(
    'gauge',
    'ratio',
    WATCHED,
    'Share of the predictions of mature cohorts that have a label.',
  ),
  model_label_delay_seconds: monitor('gauge', 'seconds', [...WATCHED, 'quantile'], 'Prediction to label.'),
  model_data_violations_total: monitor(
    'counter',
    'rows',
    [...WATCHED, 'check'],
    'Rows that violate a check of data quality.',
  ),
  model_missing_ratio: monitor(
    'gauge',
    'ratio',
    [...WATCHED, 'feature'],
    'Share of rows in which a feature is missing; of the features with most evidence.',
  ),
  model_unseen_ratio: monitor(
    'gauge',
    'ratio',
    [...WATCHED, 'feature'],
    'Share of rows with a category that the reference does not have.',
  ),
  model_alerts_firing: monitor(
    'gauge',
    'alerts',
    ['endpoint', 'model_name', 'alertname', 'severity'],
    'Alerts that fire.',
  ),
  background_process_resident_memory_bytes: monitor(
    'gauge',
    'bytes',
    ['process'],
    'Resident memory of the process that monitors; 0 while it is not there. `process_resident_memory_bytes` is of those that answer.',
  ),
  monitor_last_success_timestamp_seconds: monitor(
    'gauge',
    'seconds since the epoch',
    ['endpoint'],
    'When the monitor last looked at an endpoint and succeeded.',
  ),
  monitor_run_duration_seconds: monitor('gauge', 'seconds', ['endpoint'], 'How long the last look took.'),
  monitor_rows_total: monitor('counter', 'rows', ['endpoint'], 'Rows that the monitor has taken in.'),
  monitor_captured_rows_total: monitor(
    'counter',
    'rows',
    ['endpoint'],
    'Rows that serving has left behind for the monitor; the endpoint is empty where a request names the version.',
  ),
  monitor_dropped_samples_total: monitor(
    'counter',
    'rows',
    ['endpoint'],
    'Rows that were to be captured and were not, for want of room.',
  ),
} as const satisfies Readonly<Record<string, MetricEntry>>;

export type MetricName = keyof typeof METRIC_CATALOG;

/** A family of ours. */
export const catalogFamily = (name: MetricName, points: readonly MetricPoint[]): MetricFamily => ({
  name,
  type: METRIC_CATALOG[name].type,
  help: METRIC_CATALOG[name].help,
  points,
});
