import { expect, test } from 'vitest';
import { prometheusText } from '../../metrics/prometheus-text.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import { metricFamilies as families } from './exposition.ts';
import { addMetricsSnapshot, takeMetricsSnapshot } from './metrics-snapshot.ts';
import { ServingMetrics, STAGE } from './serving-metrics.ts';

const expose = (...given: Parameters<typeof families>): string => prometheusText(families(...given));

const version = {
  model: 'a "b"\\c',
  version: 2,
  manifest: {
    digest: 'd',
    runtime: 'native',
    framework: { name: 'scikit-learn' },
    verification: { proof: 'golden' },
  },
} as unknown as LoadedVersion;

test('counts, histograms and labels follow the Prometheus text format', () => {
  const metrics = new ServingMetrics();
  const series = metrics.seriesOf(version.model, version.version);
  expect(metrics.seriesOf(version.model, version.version)).toBe(series);
  // 2^-17 s = 7.63 µs is the lowest bound, 2^-10 s = 976.6 µs one of the others.
  for (const seconds of [1e-6, 2 ** -17, 8e-6, 2 ** -10, 1e3]) series.observe(STAGE.predict, seconds * 1000);
  series.answered(3, 1000);
  series.count('invalid');
  const text = expose(metrics, [version], 5000, 2000);
  const labels = 'model_name="a \\"b\\"\\\\c",model_version="2"';
  for (const line of [
    '# TYPE inference_requests_total counter',
    `inference_requests_total{${labels},outcome="ok"} 1`,
    `inference_requests_total{${labels},outcome="invalid"} 1`,
    `inference_request_duration_seconds_bucket{${labels},stage="predict",le="7.62939453125e-06"} 2`,
    `inference_request_duration_seconds_bucket{${labels},stage="predict",le="1.52587890625e-05"} 3`,
    `inference_request_duration_seconds_bucket{${labels},stage="predict",le="0.00048828125"} 3`,
    `inference_request_duration_seconds_bucket{${labels},stage="predict",le="0.0009765625"} 4`,
    `inference_request_duration_seconds_bucket{${labels},stage="predict",le="64.0"} 4`,
    `inference_request_duration_seconds_bucket{${labels},stage="predict",le="+Inf"} 5`,
    `inference_request_duration_seconds_count{${labels},stage="predict"} 5`,
    `inference_batch_size_bucket{${labels},le="2.0"} 0`,
    `inference_batch_size_bucket{${labels},le="4.0"} 1`,
    `inference_batch_size_sum{${labels}} 3`,
    `model_last_prediction_timestamp_seconds{${labels}} 6`,
    `model_info{${labels},digest="d",runtime="native",framework="scikit-learn",proof="golden",device="cpu"} 1`,
  ]) {
    expect(text.split('\n')).toContain(line);
  }
});

test('a version that is not loaded any more is shown for an hour after its last answer, and goes on where it was', () => {
  const metrics = new ServingMetrics();
  const series = metrics.seriesOf('gone', 1);
  metrics.seriesOf('never', 1);
  series.answered(1, 1000);
  const shown = (now: number, versions: LoadedVersion[] = []): number =>
    Number(
      /^inference_requests_total\{model_name="gone",model_version="1",outcome="ok"\} (\d+)/m.exec(
        expose(metrics, versions, 0, now),
      )?.[1],
    );
  expect(shown(2000)).toBe(1);
  expect(shown(3_600_999)).toBe(1);
  expect(shown(3_601_000)).toBeNaN();
  expect(shown(9e9, [{ ...version, model: 'gone', version: 1 }])).toBe(1);
  series.answered(1, 9e9);
  expect(shown(9e9)).toBe(2);
  expect(expose(metrics, [], 0, 2000)).not.toContain('never');
});

test('what rollouts need is counted over processes: copies and units add up, of routes the oldest shows', () => {
  const [one, other, sum] = [new ServingMetrics(), new ServingMetrics(), new ServingMetrics()];
  one.shadowOf('m').mirrored = 3;
  other.shadowOf('m').dropped = 2;
  [one.units, other.units] = [5, 7];
  one.generations.set('e', 4);
  other.generations.set('e', 3);
  for (const metrics of [one, other]) addMetricsSnapshot(sum, takeMetricsSnapshot(metrics, 0));
  const lines = expose(sum, [], 0, 0).split('\n');
  for (const line of [
    'plimsoll_shadow_total{model_name="m",outcome="mirrored"} 3',
    'plimsoll_shadow_total{model_name="m",outcome="dropped"} 2',
    'plimsoll_recorder_units_total 12',
    'plimsoll_route_generation{endpoint="e"} 3',
  ])
    expect(lines).toContain(line);
});

test('what was shed adds up over processes, as does the work that waits; of the loops the latest shows', () => {
  const [one, other, sum] = [new ServingMetrics(), new ServingMetrics(), new ServingMetrics()];
  one.shedOf('e').count('queue');
  for (const metrics of [one, other]) metrics.shedOf('e').count('deadline');
  one.waiting = () => new Map([['e', 0.25]]);
  other.waiting = () => new Map([['e', 0.5]]);
  [one.loopDelay, other.loopDelay] = [() => 8, () => 2];
  for (const metrics of [one, other]) addMetricsSnapshot(sum, takeMetricsSnapshot(metrics, 0));
  const lines = expose(sum, [], 0, 0).split('\n');
  for (const line of [
    'inference_shed_total{endpoint="e",reason="queue"} 1',
    'inference_shed_total{endpoint="e",reason="deadline"} 2',
    'inference_shed_total{endpoint="e",reason="stale"} 0',
    'inference_queue_predicted_seconds{endpoint="e"} 0.75',
    'inference_loop_delay_seconds 0.008',
  ])
    expect(lines).toContain(line);
});

test('explanations add up over processes: how many came, why others did not, and how long answers waited', () => {
  const [one, other, sum] = [new ServingMetrics(), new ServingMetrics(), new ServingMetrics()];
  for (const metrics of [one, other]) metrics.explanationsOf('m').count(null, 250);
  one.explanationsOf('m').count('EXPLANATION_LATE', 1000);
  other.explanationsOf('m').count('INTERNAL', 1);
  for (const metrics of [one, other]) addMetricsSnapshot(sum, takeMetricsSnapshot(metrics, 0));
  const lines = expose(sum, [], 0, 0).split('\n');
  for (const line of [
    'inference_explanations_total{model_name="m",result="explained"} 2',
    'inference_explanations_total{model_name="m",result="late"} 1',
    'inference_explanations_total{model_name="m",result="failed"} 1',
    'inference_explanations_total{model_name="m",result="busy"} 0',
    'inference_explanation_duration_seconds_bucket{model_name="m",le="0.25"} 2',
    'inference_explanation_duration_seconds_sum{model_name="m"} 0.5',
  ])
    expect(lines).toContain(line);
});

test('every line is a comment or a sample', () => {
  const metrics = new ServingMetrics();
  metrics.seriesOf('m', 1);
  for (const line of expose(metrics, [version], 0, 0).split('\n')) {
    expect(line).toMatch(
      /^$|^# (?:HELP|TYPE) [a-z_]+ |^[a-z_]+(?:\{.*\})? (?:[-+]?Inf|-?[\d.]+(?:e[-+]?\d+)?)$/,
    );
  }
});

test('two hundred versions that nobody has asked take a few kilobytes, and count from zero', () => {
  const metrics = new ServingMetrics();
  const versions = Array.from({ length: 200 }, (_, n) => ({ ...version, model: `m${n}` }) as LoadedVersion);
  for (const { model, version: number } of versions) metrics.seriesOf(model, number);
  const idle = expose(metrics, versions, 0, 0);
  expect(idle.length).toBeLessThan(250_000);
  expect(idle).toContain('inference_requests_total{model_name="m7",model_version="2",outcome="ok"} 0');
  expect(idle).not.toContain('_bucket{');
  metrics.seriesOf('m7', 2).answered(1, 1000);
  const models = expose(metrics, versions, 0, 0).match(/batch_size_count\{model_name="[^"]*"/g);
  expect(models).toEqual(['batch_size_count{model_name="m7"']);
});
