import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect } from 'vitest';
import { keysOf } from '../access/server.ts';
import { hasBrowser, inBrowser } from '../browser.ts';
import { example, folder, plimsoll, type Served, served } from '../cli.ts';
import { giveKey, lookAt, PHONE, tabTo, Visitor } from './visits.ts';

/** The console as people use it, over a server that wants keys, with a rollout on its way. */

/** Bytes of a first visit, as they travel. */
const FIRST_LOAD_MOST = 250_000;

const { keys, option } = keysOf({ ana: 'operator', bob: 'viewer' });
const data = folder();
/** The same model in other bytes. */
const again = join(folder(), 'again.joblib');
writeFileSync(again, deflateSync(inflateSync(readFileSync(example('iris.joblib'))), { level: 1 }));

let server: Served;
let visitor: Visitor;
let rollout: string;

beforeAll(async () => {
  if (!hasBrowser) return;
  const files = [example('iris.joblib'), example('churn.joblib')];
  server = await served([...files, '--data', data, '--keys', 'required', ...option, '--workers', '1']);
  const pushed = plimsoll('push', again, '--name', 'iris', '--data', data);
  expect(pushed.status, pushed.stderr).toBe(0);
  const stages = [{ weight: 50, bake: '1h' }, { weight: 100 }];
  const policy = { window: '250ms', watermark: '100ms', stages };
  const begun = await ask('POST', '/api/v1/endpoints/iris/rollouts', {
    ...{ candidate: 2, strategy: 'canary', policy, force: true },
  });
  rollout = begun['id'] as string;
  visitor = await Visitor.to(server.said.url);
}, 90_000);

afterAll(async () => {
  await visitor?.close();
  await server?.stop();
});

async function ask(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(server.said.url + path, {
    method,
    headers: {
      authorization: `Bearer ${keys.ana}`,
      'content-type': 'application/json',
      'x-unit-id': `u${sent++}`,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
}
let sent = 0;

const predict = async (count: number): Promise<void> => {
  for (let k = 0; k < count; k++) await ask('POST', '/models/iris/predict', { rows: [[5.1, 3.5, 1.4, 0.2]] });
};

inBrowser(
  'a browser comes to the console, is asked for a key, and sees how every endpoint stands',
  async () => {
    const visited = await visitor.visit('/', null);
    const { page } = visited;
    await page.getByRole('heading', { name: 'This server wants a key' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/console/');
    await lookAt(page, 'key');
    await page.reload();
    await giveKey(page, 'wrong');
    await page.getByRole('heading', { name: 'This server wants a key' }).waitFor();
    await giveKey(page, keys.bob);
    await page.getByRole('heading', { name: 'None of 2 endpoints needs you' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await predict(5);
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'iris' }) });
    await row.getByText('Rolling out').waitFor();
    await row.getByText(/\/(s|min)$/).waitFor();
    expect(await page.getByRole('row').filter({ hasText: 'churn' }).textContent()).toContain(
      'nobody has asked yet',
    );
    await lookAt(page, 'home-light');
    await page.getByRole('button', { name: 'Dark' }).click();
    await lookAt(page, 'home-dark');
    await page.getByRole('searchbox').fill('chu');
    await page.reload();
    const endpoints = page.getByRole('region', { name: 'Endpoints' });
    await endpoints.getByRole('link', { name: 'churn' }).waitFor();
    expect(await endpoints.getByRole('link', { name: 'iris' }).count()).toBe(0);
    await visitor.leave(visited);
  },
);

inBrowser('on a phone nothing is wider than the phone', async () => {
  const visited = await visitor.visit('/console/', keys.bob, { viewport: PHONE });
  const { page } = visited;
  await page.getByRole('region', { name: 'Endpoints' }).getByRole('link', { name: 'iris' }).waitFor();
  await lookAt(page, 'home-phone');
  for (const path of ['', 'endpoints/iris', `rollouts/${rollout}`]) {
    await page.goto(`${server.said.url}/console/${path}`);
    await page.getByRole('heading', { level: 2 }).first().waitFor();
    expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, PHONE.width]);
  }
  await visitor.leave(visited);
});

inBrowser('an endpoint shows who answers, and what its model says to a row', async () => {
  const visited = await visitor.visit('/console/endpoints/iris', keys.ana);
  const { page } = visited;
  await page.getByText('buckets 0 to 4,999').waitFor();
  await page.getByLabel('petal_length').fill('1.4');
  await page.getByRole('button', { name: 'Predict', exact: true }).click();
  await page.getByText('"predictions"').waitFor();
  await page.getByLabel('petal_length').fill('long');
  await page.getByRole('button', { name: 'Predict', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: 'petal_length' }).waitFor();
  await page.getByRole('button', { name: 'Python' }).click();
  await page.getByText('urllib.request.Request').waitFor();
  expect(page.url()).toContain('language=Python');
  await lookAt(page, 'endpoint-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await lookAt(page, 'endpoint-dark');
  await page.getByRole('link', { name: 'Monitoring' }).click();
  await page.getByRole('heading', { name: 'Drift by feature' }).waitFor();
  await page.getByText('Nothing to compare').waitFor();
  await page.getByText('No labels yet').waitFor();
  await lookAt(page, 'monitoring-dark');
  await page.goto(`${server.said.url}/console/models/iris`);
  await page.getByRole('heading', { name: 'Version 2' }).waitFor();
  await page.getByText('all passed').first().click();
  await page.getByText('self-test').first().waitFor();
  await lookAt(page, 'versions-dark');
  await visitor.leave(visited);
});

inBrowser('who may only look sees no buttons that change anything', async () => {
  const visited = await visitor.visit(`/console/rollouts/${rollout}`, keys.bob);
  const { page } = visited;
  await page.getByRole('link', { name: 'Signed report' }).waitFor();
  await page.getByText('bob, viewer').waitFor();
  for (const name of ['Pause', 'Promote', 'Abort and roll back'])
    expect([name, await page.getByRole('button', { name }).count()]).toEqual([name, 0]);
  await visitor.leave(visited);
});

inBrowser('a rollout is rolled back by keyboard alone, with a reason that is kept', async () => {
  const visited = await visitor.visit(`/console/rollouts/${rollout}`, keys.ana);
  const { page } = visited;
  const abort = page.getByRole('button', { name: 'Abort and roll back' });
  await abort.waitFor();
  await page.getByText('rolls back at').first().waitFor();
  await lookAt(page, 'rollout-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await lookAt(page, 'rollout-dark');
  await tabTo(page, abort);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('alertdialog');
  await dialog.waitFor();
  await lookAt(page, 'rollout-dialog');
  await tabTo(page, dialog.getByLabel('Reason'));
  await page.keyboard.type('it looks wrong');
  await tabTo(page, dialog.getByRole('button', { name: 'Abort and roll back' }));
  await page.keyboard.press('Enter');
  await page.getByText('Aborted', { exact: true }).first().waitFor();
  expect(await abort.count()).toBe(0);
  expect(await ask('GET', `/api/v1/rollouts/${rollout}`)).toMatchObject({ state: 'aborted' });
  const audit = JSON.stringify(await ask('GET', '/api/v1/audit?limit=1000'));
  expect(audit).toContain('it looks wrong');
  await visitor.leave(visited);
});

inBrowser(
  'its files are for whoever comes, kept as long as they are the same, and say nothing of the server',
  async () => {
    const get = (path: string, headers = {}) =>
      fetch(server.said.url + path, { redirect: 'manual', headers: { accept: 'text/html', ...headers } });
    const page = await get('/console/rollouts/any');
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const text = await page.text();
    expect(text).not.toMatch(/iris|churn|<style|<script(?! type="module")/);
    const [, script = ''] = /src="([^"]+)"/.exec(text) ?? [];
    const packed = await get(script);
    const plain = await get(script, { 'accept-encoding': 'identity' });
    expect([packed.headers.get('content-encoding'), plain.headers.get('content-encoding')]).toEqual([
      'gzip',
      null,
    ]);
    expect(await packed.text()).toBe(await plain.text());
    expect(packed.headers.get('cache-control')).toContain('immutable');
    const assets = [...new Set(text.match(/\/console\/assets\/[^"]+/g))];
    const files = await Promise.all(assets.map((path) => get(path)));
    const sizes = [page, ...files].map(({ headers }) => Number(headers.get('content-length')));
    expect(Math.min(...sizes)).toBeGreaterThan(100);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(FIRST_LOAD_MOST);
    expect((await get('/console/assets/index-of-before.js')).status).toBe(404);
    expect((await fetch(`${server.said.url}/console/`, { method: 'POST' })).status).toBe(405);
    expect((await get('/', { accept: '*/*' })).status).toBe(401);
    expect((await get('/')).headers.get('location')).toBe('/console/');
  },
);
