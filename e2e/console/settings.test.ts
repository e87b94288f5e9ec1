import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect } from 'vitest';
import { keysOf } from '../access/server.ts';
import { hasBrowser, inBrowser } from '../browser.ts';
import { example, folder, type Served, served } from '../cli.ts';
import { lookAt, PHONE, Visitor } from './visits.ts';

/** Keys, receivers and the log of who did what, as an administrator sees them. */

const { keys, option } = keysOf({ eve: 'admin', ana: 'operator', bob: 'viewer' });

let server: Served;
let visitor: Visitor;
let hook: Server;
const arrived: string[] = [];

beforeAll(async () => {
  if (!hasBrowser) return;
  hook = createServer((request, response) => {
    arrived.push(request.url ?? '');
    request.resume().on('end', () => response.end());
  }).listen(0, '127.0.0.1');
  await once(hook, 'listening');
  server = await served([
    ...[example('churn.joblib'), '--data', folder(), '--keys', 'required'],
    ...[...option, '--workers', '1'],
  ]);
  const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/told`;
  const policy = { receivers: { ops: { kind: 'webhook', url } } };
  await ask(keys.eve, 'PUT', '/endpoints/churn/monitor', { policy });
  visitor = await Visitor.to(server.said.url);
}, 90_000);

afterAll(async () => {
  await visitor?.close();
  await server?.stop();
  hook?.close();
});

const fetched = (key: string, method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(`${server.said.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

async function ask(...asked: Parameters<typeof fetched>): Promise<Record<string, unknown>> {
  const response = await fetched(...asked);
  expect(response.ok, `${asked[1]} ${asked[2]}: ${response.status}`).toBe(true);
  return (await response.json()) as Record<string, unknown>;
}

inBrowser('a key is made, shown once, and ended; the audit log says by whom and why', async () => {
  const visited = await visitor.visit('/console/settings', keys.eve);
  const { page } = visited;
  await page.getByRole('button', { name: 'New key' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByLabel('Name of its holder').fill('dashboards');
  await dialog.getByRole('combobox', { name: 'Scope' }).selectOption('viewer');
  await dialog.getByLabel('Reason').fill('the screen in the hall');
  await lookAt(page, 'settings-new-key');
  await dialog.getByRole('button', { name: 'New key' }).click();
  const once = page.getByRole('status', { name: 'The new key' });
  await once.waitFor();
  const key = (await once.locator('code').textContent()) ?? '';
  expect((await fetched(key, 'GET', '/endpoints')).status).toBe(200);
  await lookAt(page, 'settings-light');
  await page.getByRole('button', { name: 'I have it' }).click();
  expect(await page.getByText(key).count()).toBe(0);

  const row = page.getByRole('row').filter({ hasText: 'dashboards' });
  await row.getByRole('button', { name: 'Revoke' }).click();
  await dialog.getByLabel('Reason').fill('the screen is gone');
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await row.waitFor({ state: 'detached' });
  await expect.poll(async () => (await fetched(key, 'GET', '/endpoints')).status).toBe(401);

  await page.getByRole('link', { name: 'Audit' }).click();
  await page.getByText('each with the hash of the one before', { exact: false }).waitFor();
  await page.getByRole('combobox', { name: 'What' }).selectOption('key');
  await page.getByText('2 entries shown').waitFor();
  await page.getByText('the screen is gone').waitFor();
  await page.getByRole('button', { name: 'Key created' }).click();
  await page.getByText('"scope": "viewer"').waitFor();
  expect(page.url()).toContain('kind=key');
  await lookAt(page, 'audit-light');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download as JSON lines' }).click();
  const lines = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split('\n');
  expect(lines.map((line) => JSON.parse(line).what)).toEqual(['key.created', 'key.revoked']);
  await visitor.leave(visited);
});

inBrowser('a receiver is tested, and the page says how that went', async () => {
  const visited = await visitor.visit('/console/settings', keys.ana);
  const { page } = visited;
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByText('Taken', { exact: true }).waitFor();
  expect(arrived).toEqual(['/told']);
  await page.getByText('SQLite in its data folder').waitFor();
  await page.getByText('BEGIN PUBLIC KEY').waitFor();
  await page.getByText('API keys are for keys of scope admin to see.').waitFor();
  await page.emulateMedia({ colorScheme: 'dark' });
  await lookAt(page, 'settings-dark');
  await visitor.leave(visited);
});

inBrowser('the log is searched by who did what to whom, and leads to it', async () => {
  const visited = await visitor.visit('/console/audit', keys.ana);
  const { page } = visited;
  await page.getByRole('searchbox').fill('MONITOR');
  await page.getByText('1 entry shown').waitFor();
  await page.getByRole('button', { name: /^key:eve/ }).click();
  await page.getByRole('button', { name: /^By key:eve/ }).waitFor();
  await page.reload();
  await page.getByText('1 entry shown').waitFor();
  await page.getByRole('link', { name: 'endpoint/churn' }).click();
  await page.getByRole('heading', { name: 'churn', level: 1 }).waitFor();
  await visitor.leave(visited);
});

inBrowser(
  'on a phone nothing is wider than the phone, and who may only look is told what is not theirs',
  async () => {
    const visited = await visitor.visit('/console/audit', keys.bob, { viewport: PHONE });
    const { page } = visited;
    await page.getByText('a key of scope operator is wanted', { exact: false }).waitFor();
    await page.goto(`${server.said.url}/console/settings`);
    await page.getByText('a key of scope operator may send a test').waitFor();
    expect(await page.getByRole('button', { name: 'New key' }).count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
    await lookAt(page, 'settings-phone');
    await visitor.leave(visited);
  },
);
