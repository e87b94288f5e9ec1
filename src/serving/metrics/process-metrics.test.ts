import { expect, test } from 'vitest';
import { mergeFamilies } from '../../metrics/metric-family.ts';
import { parseText } from '../../metrics/parse-prometheus-text.ts';
import { prometheusText } from '../../metrics/prometheus-text.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import { loadProcessMetrics } from './process-metrics.ts';

const joinFamilies = (texts: readonly string[]): string =>
  prometheusText(mergeFamilies(texts.flatMap(parseText)));

const SAMPLE = /^(\w+?)(?:_bucket|_sum|_count)?(?:\{.*\})? /;

test('the processes are told apart by their labels, and each family has one head with all its lines', async () => {
  const texts = await Promise.all(
    ['1', '2'].map(async (worker) => (await loadProcessMetrics(() => [], { worker }))()),
  );
  const lines = joinFamilies(texts).split('\n');
  const heads = lines.filter((line) => line.startsWith('# TYPE '));
  expect(new Set(heads).size).toBe(heads.length);
  expect(heads.toSorted()).toEqual(
    texts[0]!
      .split('\n')
      .filter((line) => line.startsWith('# TYPE '))
      .toSorted(),
  );
  let family = '';
  for (const line of lines.filter((text) => text !== '')) {
    family = /^# TYPE (\w+)/.exec(line)?.[1] ?? family;
    if (!line.startsWith('#')) expect([family, `${family}_total`]).toContain(SAMPLE.exec(line)?.[1]);
  }
  for (const worker of [1, 2]) {
    expect(
      lines.filter((line) => line.startsWith(`nodejs_eventloop_lag_seconds{worker="${worker}"}`)),
    ).toHaveLength(1);
  }
  const samples = (text: string): string[] =>
    text
      .split('\n')
      .filter((line) => /^[^#]/.test(line))
      .map((line) => line.replace(/le="(\d+)"/, 'le="$1.0"').replaceAll(/(?:,le=|le=)"([^"]*)",?/g, '$1'));
  expect(samples(lines.join('\n')).length).toBe(texts.flatMap(samples).length);
});

test('workers of engines are shown for each version that has some', async () => {
  const status = { workers: 2, up: 1, restarts: 3, waiting: 4, rss: [1000, 24] };
  const engine = { id: 'python', infer: () => ({}), close: () => undefined, status: () => status } as const;
  const versions = [
    { model: 'churn', version: 2, engine },
    { model: 'iris', version: 1, engine: { ...engine, status: undefined } },
    { model: 'digits', version: 1, engine: { ...engine, id: 'onnx' } },
  ] as unknown as readonly LoadedVersion[];
  const text = await (await loadProcessMetrics(() => versions))();
  const labels = '{model_name="churn",model_version="2"}';
  expect(text.split('\n').filter((line) => line.startsWith('python_'))).toEqual([
    `python_workers_up${labels} 1`,
    `python_worker_restarts_total${labels} 3`,
    `python_queue_depth${labels} 4`,
    `python_worker_resident_memory_bytes${labels} 1024`,
  ]);
  const ofGraph = '{model_name="digits",model_version="1"}';
  expect(text.split('\n').filter((line) => line.startsWith('graph_'))).toEqual([
    `graph_workers_up${ofGraph} 1`,
    `graph_worker_restarts_total${ofGraph} 3`,
    `graph_queue_depth${ofGraph} 4`,
    `graph_worker_resident_memory_bytes${ofGraph} 1024`,
  ]);
});

test('no process gives no text', () => {
  expect(joinFamilies([])).toBe('');
});
