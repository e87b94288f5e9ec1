import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { METRIC_CATALOG } from '../../src/metrics/catalog.ts';
import { call } from '../serving/client.ts';
import { ROWS, serve } from '../serving/serve.ts';

const PROTOBUF = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';

async function scraped(url: string, accept: string): Promise<{ type: string; body: Buffer }> {
  const response = await fetch(`${url}/metrics`, { headers: { accept } });
  expect(response.status).toBe(200);
  return { type: response.headers.get('content-type')!, body: Buffer.from(await response.arrayBuffer()) };
}

async function serveSome(): Promise<string> {
  const url = await serve();
  for (let k = 0; k < 3; k++) await call(`${url}/predict`, { body: ROWS });
  return url;
}

test('promtool is content with the page of a server that has answered', async () => {
  const url = await serveSome();
  const { body } = await scraped(url, 'text/plain');
  const { status, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: body, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('a server says every metric that is said of serving in one process', async () => {
  const { body } = await scraped(await serveSome(), 'text/plain');
  const named = new Set(body.toString().match(/(?<=^# TYPE )\S+/gm));
  const wanted = Object.entries(METRIC_CATALOG)
    .filter(([name, { from }]) => from === 'serving' && !name.startsWith('serving_worker'))
    .map(([name]) => name);
  expect(wanted.filter((name) => !named.has(name))).toEqual([]);
});

test('text, OpenMetrics and protobuf are had by asking for them', async () => {
  const url = await serveSome();
  const [text, open, protobuf] = [
    await scraped(url, 'text/plain;version=0.0.4'),
    await scraped(url, 'application/openmetrics-text;version=1.0.0'),
    await scraped(url, PROTOBUF),
  ];
  expect(text.type).toContain('text/plain; version=0.0.4');
  expect(open.type).toContain('application/openmetrics-text');
  expect(open.body.toString()).toMatch(/# EOF\n$/);
  expect(protobuf.type).toContain('application/vnd.google.protobuf');
  expect(protobuf.body.toString('latin1')).toContain('inference_request_duration_seconds');
});

test('names of other servers are shown where a scrape asks for them, or the server was told to', async () => {
  const url = await serveSome();
  const page = async (base: string, query = '') => (await call(`${base}/metrics${query}`)).text;
  expect(await page(url)).not.toContain('request_predict_seconds');
  const asked = await page(url, '?aliases=kserve,mlserver');
  expect(asked).toContain('request_predict_seconds_count{model_name="quick"} 3\n');
  expect(asked).toContain('model_infer_request_success_total{model="quick",version="1"} 3\n');
  const told = await serve({ metricsAliases: ['triton'] });
  expect(await page(told)).toContain('# TYPE nv_inference_request_success counter');
  const refused = await call(`${url}/metrics?aliases=other`);
  expect([refused.status, refused.json.error.code]).toEqual([400, 'METRICS_ALIAS_UNKNOWN']);
});
