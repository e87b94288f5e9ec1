import { expect, test } from 'vitest';
import { ALIAS_SETS, aliasSets } from './alias-sets.ts';
import { aliasFamilies } from './aliases.ts';
import { DURATION_CELLS, durationCell, durationHistogram } from './duration-buckets.ts';
import type { MetricFamily } from './metric-family.ts';
import { prometheusText } from './prometheus-text.ts';

function served(): readonly MetricFamily[] {
  const cells = new Float64Array(DURATION_CELLS);
  for (const millis of [1, 2, 300]) cells[durationCell(millis)]!++;
  const versions = ['1', '2'].map((model_version) => ({ model_name: 'm', model_version }));
  const outcomes = { ok: 3, invalid: 4, overloaded: 0, error: 1, cancelled: 0 };
  const stages = ['queue', 'preprocess', 'predict', 'postprocess', 'total'];
  return [
    {
      ...{ name: 'inference_requests_total', type: 'counter', help: '' },
      points: versions.flatMap((labels) =>
        Object.entries(outcomes).map(([outcome, value]) => ({ labels: { ...labels, outcome }, value })),
      ),
    },
    {
      ...{ name: 'inference_request_duration_seconds', type: 'histogram', help: '' },
      points: versions.flatMap((labels) =>
        stages.map((stage) => ({ labels: { ...labels, stage }, histogram: durationHistogram(cells, 0.303) })),
      ),
    },
    {
      ...{ name: 'inference_batch_size', type: 'histogram', help: '' },
      points: versions.map((labels) => ({ labels, histogram: { bounds: [1], counts: [1, 2], sum: 9 } })),
    },
    {
      ...{ name: 'inference_requests_in_flight', type: 'gauge', help: '' },
      points: [{ labels: {}, value: 5 }],
    },
    {
      ...{ name: 'model_loaded', type: 'gauge', help: '' },
      points: versions.map((labels) => ({ labels, value: 1 })),
    },
  ];
}

const lines = prometheusText(aliasFamilies(served(), ALIAS_SETS)).split('\n');

test.each([
  'model_infer_request_success_total{model="m",version="1"} 3',
  'model_infer_request_failure_total{model="m",version="2"} 5',
  'model_infer_request_duration_count{model="m",version="1"} 3',
  'rest_server_requests_total{method="POST",status_code="422"} 8',
  'rest_server_requests_in_progress{method="POST"} 5',
  'request_predict_seconds_count{model_name="m"} 6',
  'request_predict_seconds_sum{model_name="m"} 0.606',
  'nv_inference_count{model="m",version="1"} 9',
  'nv_inference_queue_duration_us{model="m",version="2"} 303000',
  'bentoml_service_request_total{service_name="m",service_version="1",endpoint="/predict",http_response_code="200"} 3',
  'ts_inference_requests_total{model_name="m",model_version="1"} 8',
  'seldon_model_infer_total{model="m",method_type="rest",code="500"} 2',
  'seldon_loaded_model_gauge{model="m"} 2',
])('boards made for other servers find %s', (line) => {
  expect(lines).toContain(line);
});

test('no series comes twice, however many versions a model has', () => {
  const series = lines.filter((line) => /^[^#]/.test(line)).map((line) => line.replace(/ \S+$/, ''));
  expect(new Set(series).size).toBe(series.length);
});

test('sets are named in a list, and an unknown one is refused', () => {
  expect(aliasSets(' kserve, mlserver,kserve,')).toEqual(['kserve', 'mlserver']);
  expect([aliasSets(''), aliasSets('kserve;x')]).toEqual([[], null]);
});
