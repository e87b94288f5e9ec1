import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { sendingMetrics } from '../../src/server/metrics-export.ts';
import { SILENT_LOGGER, startServer } from '../../src/server/start.ts';
import { DataPlane } from '../../src/serving/data-plane.ts';
import { ServingMetrics } from '../../src/serving/metrics/serving-metrics.ts';
import { call } from '../serving/client.ts';
import { fakeVersion } from '../serving/fake-models.ts';
import { ROWS } from '../serving/serve.ts';

/** What a collector is sent, as JSON. */
interface Export {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeMetrics: readonly { readonly metrics: readonly SentMetric[] }[];
  }[];
}
interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue: string };
}
interface SentPoint {
  readonly attributes: readonly Attribute[];
  readonly asDouble?: number;
  readonly count?: number;
  readonly sum?: number;
  readonly scale?: number;
  readonly zeroCount?: number;
  readonly positive?: { readonly bucketCounts: readonly (number | string)[] };
}
interface SentMetric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: {
    readonly isMonotonic: boolean;
    readonly aggregationTemporality: number;
    readonly dataPoints: readonly SentPoint[];
  };
  readonly gauge?: { readonly dataPoints: readonly SentPoint[] };
  readonly exponentialHistogram?: { readonly dataPoints: readonly SentPoint[] };
}

const servers: Server[] = [];
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  for (const server of servers.splice(0)) server.close();
});

async function collector() {
  const exports: Export[] = [];
  const paths: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      paths.push(request.url!);
      const isPacked = request.headers['content-encoding'] === 'gzip';
      exports.push(JSON.parse((isPacked ? gunzipSync(body) : body).toString()) as Export);
      response.setHeader('content-type', 'application/json');
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, exports, paths };
}

async function serveSending(env: Readonly<Record<string, string>>, more = '') {
  const [metrics, plane] = [new ServingMetrics(), new DataPlane([fakeVersion('quick')])];
  const server = await startServer({ versions: [], plane, metrics, port: 0 });
  const sending = await sendingMetrics(server, {
    ...{ env, worker: 'r/1', epoch: 1, metrics, plane, logger: SILENT_LOGGER },
    moreMetrics: async () => more,
  });
  closing.push(() => sending.close());
  return sending;
}

const metricsOf = (sent: Export): readonly SentMetric[] =>
  sent.resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
const attribute = (attributes: readonly Attribute[], name: string): string | undefined =>
  attributes.find(({ key }) => key === name)?.value.stringValue;

test('a collector gets what was counted, under names of OpenTelemetry, and once more at the end', async () => {
  const { url, exports, paths } = await collector();
  const more =
    '# TYPE model_drift_score gauge\nmodel_drift_score{endpoint="e",model_name="quick",model_version="1",feature="age",method="psi"} 0.25\n# TYPE plimsoll_batch_paused gauge\nplimsoll_batch_paused{job="j"} 1\n';
  const server = await serveSending(
    { PLIMSOLL_OTLP_ENDPOINT: `${url}/`, OTEL_METRIC_EXPORT_INTERVAL: '200' },
    more,
  );
  for (let k = 0; k < 7; k++) await call(`${server.url}/predict`, { body: ROWS });
  await server.close();
  expect(paths[0]).toBe('/v1/metrics');
  const last = exports.at(-1)!;
  const sent = new Map(metricsOf(last).map((metric) => [metric.name, metric]));
  const { attributes } = last.resourceMetrics[0]!.resource;
  expect(attribute(attributes, 'service.name')).toBe('plimsoll');
  expect(attribute(attributes, 'service.instance.id')).toBe('r/1/1');

  const requests = sent.get('inference.requests')!;
  expect([requests.unit, requests.sum!.isMonotonic, requests.sum!.aggregationTemporality]).toEqual([
    '{request}',
    true,
    2,
  ]);
  const ok = requests.sum!.dataPoints.find((point) => attribute(point.attributes, 'outcome') === 'ok')!;
  expect([ok.asDouble, attribute(ok.attributes, 'model.name')]).toEqual([7, 'quick']);

  const [duration] = sent.get('http.server.request.duration')!.exponentialHistogram!.dataPoints;
  expect([Number(duration!.count), duration!.scale]).toEqual([7, 3]);
  const buckets = duration!.positive!.bucketCounts.reduce<number>((sum, count) => sum + Number(count), 0);
  expect(buckets + Number(duration!.zeroCount ?? 0)).toBe(7);
  expect(attribute(duration!.attributes, 'http.response.status_code')).toBe('200');
  expect(sent.get('http.server.active_requests')!.sum!.isMonotonic).toBe(false);
  expect(sent.get('model.drift.score')!.gauge!.dataPoints[0]!.asDouble).toBe(0.25);
  expect([...sent.keys()].filter((name) => /_total$|batch_paused/.test(name))).toEqual([]);
});

test('nothing is sent where no collector is named, or the SDK is switched off', async () => {
  const { url, exports } = await collector();
  await (await serveSending({})).close();
  await (await serveSending({ PLIMSOLL_OTLP_ENDPOINT: url, OTEL_SDK_DISABLED: 'true' })).close();
  expect(exports).toEqual([]);
});

test('a collector that is not there holds up no answer', async () => {
  const server = await serveSending({
    PLIMSOLL_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    OTEL_METRIC_EXPORT_INTERVAL: '100',
  });
  for (let k = 0; k < 20; k++) expect((await call(`${server.url}/predict`, { body: ROWS })).status).toBe(200);
});
