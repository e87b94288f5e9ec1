import { afterAll, beforeAll, expect } from 'vitest';
import { keysOf } from '../access/server.ts';
import { hasBrowser, inBrowser } from '../browser.ts';
import { example, type Served, served } from '../cli.ts';
import { giveKey, Visitor } from './visits.ts';

/** The page that describes the control API, on a server that wants keys. */

const { keys, option } = keysOf({ bob: 'viewer' });
let server: Served;
let visitor: Visitor;

beforeAll(async () => {
  if (!hasBrowser) return;
  server = await served([example('iris.joblib'), '--keys', 'required', ...option, '--workers', '1']);
  visitor = await Visitor.to(server.said.url);
}, 90_000);

afterAll(async () => {
  await visitor?.close();
  await server?.stop();
});

inBrowser('the control API is described, and asked, with a key that is given there', async () => {
  const visited = await visitor.visit('/api/v1/docs', 'wrong');
  const { page } = visited;
  await page.getByRole('alert').waitFor();
  await giveKey(page, keys.bob);
  await page.locator('#operations-tag-endpoints').click();
  const operation = page.locator('#operations-endpoints-getEndpoints');
  await operation.locator('.opblock-summary').first().click();
  await operation.getByRole('button', { name: 'Execute' }).click();
  await operation.locator('.live-responses-table').getByText('"iris"').first().waitFor();
  await visitor.leave(visited);
});

inBrowser('the key of the console is that of the page, in the same tab', async () => {
  const visited = await visitor.visit('/console/', keys.bob);
  const { page } = visited;
  await page.getByRole('link', { name: 'Control API' }).click();
  await page.locator('#operations-tag-endpoints').waitFor();
  expect(await page.getByLabel('API key').count()).toBe(0);
  await visitor.leave(visited);
});
