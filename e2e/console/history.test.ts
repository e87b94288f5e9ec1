import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { durationCell } from '../../src/metrics/duration-buckets.ts';
import { openStore } from '../../src/store/open.ts';
import { TRAFFIC_STEPS } from '../../src/store/traffic-steps.ts';
import { hasBrowser, inBrowser } from '../browser.ts';
import { example, folder, type Served, served } from '../cli.ts';
import { lookAt, PHONE, Visitor } from './visits.ts';

/** What was answered before the page was opened, and by servers before this one. */

const data = folder();
const ANSWERED = 12;
let server: Served;
let visitor: Visitor;

const start = (...more: string[]) => served(['--data', data, '--workers', '1', ...more]);

async function ask(path: string, body?: unknown): Promise<Record<string, unknown>> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  return (await (await fetch(server.said.url + path, body ? init : {})).json()) as Record<string, unknown>;
}

/** So long at least the last point is one of these, however slow the machine. */
const AHEAD = 600_000;

/** Cells as a server leaves them, ninety days back and a little ahead, slower in the last hour. */
async function remember(): Promise<void> {
  const store = await openStore(`sqlite:${join(data, 'plimsoll.db')}`);
  const now = Date.now();
  for (const { step, kept } of TRAFFIC_STEPS) {
    const first = Math.floor((now - kept) / step) + 1;
    const count = Math.floor((now + AHEAD) / step) + 1 - first;
    await store.tables.traffic.put(
      Array.from({ length: count }, (_, k) => {
        const at = (first + k) * step;
        const cell = durationCell(now - at < 3_600_000 ? 40 : 4);
        return {
          ...{ model: 'iris', step, at, version: 1, replica: 'before' },
          ...{ answered: step / 200, invalid: 0, failed: step / 2000, overloaded: 0, cancelled: 0 },
          times: [[cell, step / 200]],
        };
      }),
    );
  }
  await store.close();
}

beforeAll(async () => {
  if (!hasBrowser) return;
  server = await start(`iris=${example('iris.joblib')}`, `asked=${example('iris.joblib')}`);
  for (let k = 0; k < ANSWERED; k++) await ask('/models/asked/predict', { rows: [[5.1, 3.5, 1.4, 0.2]] });
  await server.stop();
  await remember();
  server = await start();
  visitor = await Visitor.to(server.said.url);
}, 90_000);

afterAll(async () => {
  await visitor?.close();
  await server?.stop();
});

inBrowser(
  'an endpoint shows its last hour, and what else the address says, though nobody looked',
  async () => {
    const visited = await visitor.visit('/console/endpoints/iris', null);
    const { page } = visited;
    const chart = (label: string) => page.getByRole('img', { name: label });
    await chart('Requests a second of version 1 over the last hour').waitFor();
    await chart('Durations of requests over the last hour').waitFor();
    await page.getByText('version 1 5.5/s').waitFor();
    await lookAt(page, 'endpoint-hour');
    await page.getByRole('button', { name: '90 d' }).click();
    await page.getByRole('button', { name: 'Errors' }).click();
    await chart('Share of requests that failed of version 1 over the last 90 days').waitFor();
    await page.getByText('version 1 9.1 %').waitFor();
    expect(new URL(page.url()).search).toBe('?range=quarter&measure=errors');
    await page.reload();
    await chart('Durations of requests over the last 90 days').waitFor();
    await page.setViewportSize(PHONE);
    await lookAt(page, 'endpoint-quarter-phone');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
    await page.getByRole('button', { name: 'Live', exact: true }).click();
    await page.getByText('Nobody has asked since this page was opened').waitFor();
    await visitor.leave(visited);
  },
);

inBrowser('a server that stops has kept what it answered', async () => {
  const { versions, step } = await ask('/api/v1/endpoints/asked/traffic?last=86400000');
  expect(step).toBe(600_000);
  const [{ points }] = versions as [{ points: { requests: number }[] }];
  expect(points.map(({ requests }) => requests).reduce((sum, count) => sum + count)).toBe(ANSWERED);
});
