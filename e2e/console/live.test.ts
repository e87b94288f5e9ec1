import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { keysOf } from '../access/server.ts';
import { hasBrowser, inBrowser } from '../browser.ts';
import { example, folder, plimsoll, type Served, served } from '../cli.ts';
import { Visitor } from './visits.ts';

/** What others change is seen as it happens, in a page that asks for nothing meanwhile. */

const { keys, option } = keysOf({ ana: 'operator', bob: 'viewer' });
const data = folder();
/** The same model in other bytes. */
const again = join(folder(), 'again.joblib');
writeFileSync(again, deflateSync(inflateSync(readFileSync(example('iris.joblib'))), { level: 1 }));

let server: Served;
let visitor: Visitor;

const start = (...more: string[]) =>
  served(['--data', data, '--keys', 'required', ...option, '--workers', '2', ...more]);

beforeAll(async () => {
  if (!hasBrowser) return;
  server = await start(`a=${example('iris.joblib')}`, `b=${example('churn.joblib')}`);
  visitor = await Visitor.to(server.said.url);
}, 90_000);

afterAll(async () => {
  await visitor?.close();
  await server?.stop();
});

const rowOf = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });

inBrowser(
  'what another program changes is shown as it is changed, also by a server that is back',
  async () => {
    const visited = await visitor.visit('/console/', keys.bob);
    const { page, complaints } = visited;
    await page.getByText('Live', { exact: true }).waitFor();
    await rowOf(page, 'a').getByText('nobody has asked yet').waitFor();
    const asked = page.waitForRequest((request) => request.url().includes('/api/v1/endpoints?'), {
      timeout: 5000,
    });
    await expect(asked).rejects.toThrow('Timeout');
    const pushed = plimsoll('push', again, '--name', 'a', '--data', data);
    expect(pushed.status, pushed.stderr).toBe(0);
    const begun = await fetch(`${server.said.url}/api/v1/endpoints/a/rollouts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.ana}`, 'content-type': 'application/json' },
      body: JSON.stringify({ candidate: 2, strategy: 'shadow', force: true }),
    });
    expect(begun.status, await begun.text()).toBe(201);
    await rowOf(page, 'a').getByText('Rolling out').waitFor({ timeout: 3900 });
    const port = new URL(server.said.url).port;
    await server.stop();
    await page.getByText('Not live').waitFor();
    server = await start('--port', port);
    await page.getByText('Live', { exact: true }).waitFor();
    await rowOf(page, 'a').getByText('Rolling out').waitFor();
    // That the server was away is what it complained of.
    complaints.splice(0);
    await visitor.leave(visited);
  },
);
