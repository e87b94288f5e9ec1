import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { acceptFile } from '../src/registry/accept.ts';
import { type RunningServer, startServer } from '../src/server/start.ts';
import { hasBrowser, inBrowser, keepPicture, openBrowser } from './browser.ts';

const FLAGS = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let dataDir: string;
let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  if (!hasBrowser) return;
  dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-docs-'));
  const accept = (name: string) =>
    acceptFile(join(import.meta.dirname, '../examples', `${name}.joblib`), { dataDir, name });
  const versions = [await accept('iris'), await accept('churn'), await accept('reviews')];
  server = await startServer({ versions, port: 0 });
  browser = await openBrowser(...FLAGS);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  if (dataDir) rmSync(dataDir, { recursive: true, force: true });
});

interface Visit {
  readonly page: Page;
  /** Everything the page asked for, and everything it complained about. */
  readonly requests: string[];
  readonly complaints: string[];
}

async function visit(path: string): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 1600 } });
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('requestfailed', (request) => complaints.push(`${request.url()} failed`));
  await page.goto(server.url + path, { waitUntil: 'networkidle' });
  return { page, requests, complaints };
}

async function leave({ page, requests, complaints }: Visit, name: string): Promise<void> {
  await keepPicture(page, name);
  await page.context().close();
  const elsewhere = requests.filter((url) => !url.startsWith(server.url) && !/^(?:data|blob):/.test(url));
  expect(elsewhere).toEqual([]);
  expect(requests.length).toBeGreaterThan(1);
  expect(complaints).toEqual([]);
}

inBrowser('Swagger UI shows the features and its example row is answered', { timeout: 60_000 }, async () => {
  const visited = await visit('/docs');
  const { page } = visited;
  const operation = page.locator('#operations-iris-predict_iris');
  await operation.locator('.opblock-summary').click();
  const body = operation.locator('textarea.body-param__text');
  await body.waitFor();
  const example = JSON.parse(await body.inputValue());
  expect(Object.keys(example.rows[0])).toEqual([
    'sepal_length',
    'sepal_width',
    'petal_length',
    'petal_width',
  ]);
  await operation.locator('button.execute').click();
  const live = operation.locator('.live-responses-table');
  await live.waitFor();
  expect(await live.locator('tbody .response-col_status').first().textContent()).toContain('200');
  expect(await live.textContent()).toContain('"predictions"');
  await leave(visited, 'docs');
});

inBrowser('ReDoc shows every model with its own columns', { timeout: 60_000 }, async () => {
  const visited = await visit('/redoc');
  const { page } = visited;
  await page.getByText('petal_width').filter({ visible: true }).first().waitFor();
  const text = await page.locator('body').textContent();
  for (const word of ['Predict with the current version of iris', 'churn', 'reviews'])
    expect(text).toContain(word);
  await leave(visited, 'redoc');
});

inBrowser('the landing page names the models and leads to the docs', { timeout: 60_000 }, async () => {
  const visited = await visit('/');
  const { page } = visited;
  expect(await page.locator('tbody tr').count()).toBe(3);
  await page.setViewportSize({ width: 360, height: 800 });
  expect(await page.evaluate('document.documentElement.scrollWidth'), 'on a phone').toBe(360);
  await page.getByText('the API page').click();
  await page.locator('.swagger-ui .info .title').waitFor();
  await page.waitForLoadState('networkidle');
  await leave(visited, 'landing');
});
