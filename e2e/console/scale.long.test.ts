import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { required } from '../../src/core/element-at.ts';
import { singleVersionRoute } from '../../src/rollout/route.ts';
import { openStore } from '../../src/store/open.ts';
import { hasBrowser, inBrowser } from '../browser.ts';
import { example, folder, type Served, served } from '../cli.ts';
import { lookAt, Visitor } from './visits.ts';

/** Two hundred endpoints on one page: found, ordered, and no burden. */

const ENDPOINTS = 200;
/** Bytes of a first visit as they travel. */
const FIRST_LOAD_MOST = 250_000;

const data = folder();
let server: Served;
let visitor: Visitor;

/** One model under many names: each as if it had been sent and proved under its own. */
async function multiply(): Promise<void> {
  const store = await openStore(`sqlite:${join(data, 'plimsoll.db')}`);
  const { version: _, ...row } = required(await store.tables.versions.get('iris', 1), 'the version');
  const change = { at: Date.now(), by: 'test', reason: 'one of many' };
  for (let k = 1; k < ENDPOINTS; k++) {
    const name = `endpoint-${k}`;
    await store.tables.versions.insert({ ...row, model: name });
    const route = singleVersionRoute(name, name, 1, 1);
    const rest = { stable: 1, previous: null, rollout: null, createdAt: change.at };
    await store.tables.endpoints.insert({ name, model: name, generation: 1, route, ...rest }, change);
  }
  await store.close();
}

beforeAll(async () => {
  if (!hasBrowser) return;
  server = await served([example('iris.joblib'), '--data', data, '--workers', '1']);
  await server.stop();
  await multiply();
  server = await served(['--data', data, '--workers', '1']);
  for (let k = 1; k <= 20; k++)
    await fetch(`${server.said.url}/models/endpoint-${k}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"rows":[[5.1,3.5,1.4,0.2]]}',
    });
  visitor = await Visitor.to(server.said.url);
}, 180_000);

afterAll(async () => {
  await visitor?.close();
  await server?.stop();
});

/** Milliseconds of the processor that the page takes for what is done meanwhile. */
async function processorOf(session: CDPSession, work: () => Promise<unknown>): Promise<number> {
  const taken = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (
      1000 *
      required(
        metrics.find(({ name }) => name === 'TaskDuration'),
        'its time',
      ).value
    );
  };
  const before = await taken();
  await work();
  return (await taken()) - before;
}

const rows = (page: Page) => page.locator('tbody tr');

inBrowser('two hundred endpoints are found and ordered at once, and are no burden at rest', async () => {
  const visited = await visitor.visit('/healthz', null);
  const { page, complaints } = visited;
  const session = await page.context().newCDPSession(page);
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await session.send('Network.enable');
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const shown = await processorOf(session, async () => {
    await page.goto(`${server.said.url}/console/`);
    await expect.poll(() => rows(page).count(), { timeout: 30_000 }).toBe(ENDPOINTS);
  });
  complaints.splice(0);
  await page.getByRole('heading', { name: `None of ${ENDPOINTS} endpoints needs you` }).waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  const atRest = await processorOf(session, () =>
    page.evaluate('new Promise((done) => setTimeout(done, 10_000))'),
  );
  expect(bytes).toBeLessThan(FIRST_LOAD_MOST);
  const ordered = await processorOf(session, async () => {
    await page.getByRole('button', { name: 'Endpoint', exact: true }).click();
    await expect.poll(() => rows(page).first().textContent()).toContain('endpoint-1');
  });
  const found = await processorOf(session, async () => {
    await page.getByRole('searchbox').fill('endpoint-19');
    await expect.poll(() => rows(page).count()).toBe(11);
  });
  expect(shown).toBeLessThan(1000);
  expect(atRest / 10).toBeLessThan(50);
  expect(Math.max(ordered, found)).toBeLessThan(250);
  await page.getByRole('searchbox').fill('');
  await lookAt(page, 'home-200');
  await visitor.leave(visited);
});
