/** What a real Prometheus says of a server that it loses sight of. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prometheusSource } from '../../src/control/external/prometheus-source.ts';
import { folder } from '../cli.ts';
import { startPrometheus, stopped } from '../monitoring/prometheus-server.ts';

let server: Server;
let prometheus: Awaited<ReturnType<typeof startPrometheus>>;
const state = { isSeen: true, count: 1000 };

beforeAll(async () => {
  server = createServer((_request, response) => {
    const text = `inference_requests_total{model_name="churn",model_version="3",outcome="ok"} ${state.count}
inference_request_duration_seconds_bucket{model_name="churn",model_version="3",stage="total",le="+Inf"} ${state.count}
`;
    response.writeHead(state.isSeen ? 200 : 503, { 'content-type': 'text/plain; version=0.0.4' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const targets = [`http://127.0.0.1:${(server.address() as AddressInfo).port}`];
  prometheus = await startPrometheus(join(folder(), 'prometheus'), {
    targets,
    alertmanager: null,
    rules: {},
  });
}, 60_000);

afterAll(async () => {
  if (prometheus) await stopped(prometheus.child);
  server.close();
  server.closeAllConnections();
});

test('Of a server that is not scraped for a while the series are gone, but known; they come back under the same names', async () => {
  const source = prometheusSource(prometheus.url);
  const now = async () => (await source.counters('churn', Date.now())).map(({ series }) => series).toSorted();
  await expect.poll(now, { timeout: 20_000 }).toHaveLength(2);
  const series = await now();
  state.isSeen = false;
  await expect.poll(now, { timeout: 20_000 }).toEqual([]);
  expect([...(await source.seriesUntil('churn', Date.now()))].toSorted()).toEqual(series);
  expect(await source.seriesUntil('other', Date.now())).toEqual(new Set());
  [state.isSeen, state.count] = [true, 1010];
  await expect.poll(now, { timeout: 20_000 }).toEqual(series);
});
