import { afterAll, beforeAll, expect } from 'vitest';
import { keysOf } from '../access/server.ts';
import { hasBrowser, inBrowser } from '../browser.ts';
import { example, folder, type Served, served } from '../cli.ts';
import { lookAt, PHONE, Visitor } from './visits.ts';

/** Why one request took as long as it did, and why it was answered so, over a server of two workers. */

const { keys, option } = keysOf({ ana: 'operator', bob: 'viewer' });
const ROW = [6.15, 2.85, 4.8, 1.55];
let server: Served;
let visitor: Visitor;

beforeAll(async () => {
  if (!hasBrowser) return;
  const files = [example('iris.joblib')];
  server = await served([...files, '--data', folder(), '--keys', 'required', ...option, '--workers', '2']);
  await predict('whole', { rows: [ROW, [5.1, 3.5, 1.4, 0.2]], explain: true });
  for (let k = 0; k < 12; k++) await predict(`one-${k}`, { rows: [ROW] });
  await predict('wide', { rows: Array.from({ length: 20_000 }, () => ROW) });
  await predict('wrong', { rows: [['long', 1, 2, 3]] });
  await predict('late', { rows: Array.from({ length: 20_000 }, () => ROW) }, { 'x-request-timeout': '1ms' });
  visitor = await Visitor.to(server.said.url);
}, 90_000);

afterAll(async () => {
  await visitor?.close();
  await server?.stop();
});

async function predict(
  id: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const response = await fetch(`${server.said.url}/models/iris/predict`, {
    method: 'POST',
    // Connections are dealt out among the workers: each request opens one.
    headers: {
      ...{ authorization: `Bearer ${keys.ana}`, 'content-type': 'application/json' },
      ...{ 'x-request-id': id, connection: 'close', ...headers },
    },
    body: JSON.stringify(body),
  });
  await response.text();
}

inBrowser('requests of all workers are listed with where the time of each went', async () => {
  const visited = await visitor.visit('/console/endpoints/iris', keys.bob);
  const { page } = visited;
  const panel = page.getByRole('region', { name: 'Recent requests' });
  await panel.getByRole('button', { name: 'Failed first' }).click();
  await panel.getByText('422 INPUT_INVALID').waitFor();
  await panel.getByText('it could not be answered before its deadline').waitFor();
  await panel.getByText('its rows are not what the model takes').waitFor();
  await panel.getByRole('link', { name: 'All requests that are kept' }).click();
  await page.getByRole('heading', { name: 'Requests', exact: true }).waitFor();
  expect(page.url()).toContain('requests=failed');
  await page.getByRole('button', { name: 'Slowest' }).click();
  // The one of 20,000 rows was scored away from the loop, the explained one waited for its explanation.
  const row = (id: string) => page.getByRole('row').filter({ hasText: id });
  await row('wide').getByText('Scored in a thread').waitFor();
  await row('whole').getByText('its explanation took').waitFor();
  expect(await row('whole').getByRole('img').getAttribute('aria-label')).toMatch(/explaining \d/);
  for (const id of ['wrong', 'one-0', 'one-11']) await row(id).first().waitFor();
  // Who may not see what people sent is not led there.
  expect(await page.getByRole('link', { name: 'whole' }).count()).toBe(0);
  await lookAt(page, 'requests-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await lookAt(page, 'requests-dark');
  await visitor.leave(visited);
});

inBrowser('on a phone each request is a card', async () => {
  const visited = await visitor.visit('/console/endpoints/iris/requests', keys.bob, { viewport: PHONE });
  const { page } = visited;
  await page.getByText('Scored in a thread').first().waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  await lookAt(page, 'requests-phone');
  await visitor.leave(visited);
});

inBrowser('a request that is not in the log says so, and why', async () => {
  const visited = await visitor.visit('/console/requests/nobody', keys.ana);
  const { page } = visited;
  await page.getByText('REQUEST_UNKNOWN').waitFor();
  await page.getByText('The log keeps a share').waitFor();
  await page.context().close();
});

inBrowser('a logged request is drawn from the answer without any column to its own', async () => {
  await expect.poll(inLog, { timeout: 60_000, interval: 500 }).toBe(200);
  const visited = await visitor.visit('/console/endpoints/iris/requests?requests=slowest', keys.ana);
  const { page } = visited;
  await page.getByRole('link', { name: 'whole' }).click();
  await page.getByText('2 rows answered by version 1 of iris').waitFor();
  const waterfall = page.getByRole('table', { name: /What each column adds to versicolor/ });
  await waterfall.getByRole('row', { name: /petal_length/ }).waitFor();
  expect(await waterfall.getByRole('row').first().textContent()).toContain('Without any column');
  expect(await waterfall.getByRole('row').last().textContent()).toContain('The answer');
  await page.getByText('The attributions are those of then, to the last bit.').waitFor();
  await page.getByText('No label has come for this request.').waitFor();
  await lookAt(page, 'request-light');
  await page.getByRole('button', { name: 'Next row' }).click();
  await page.getByRole('table', { name: /What each column adds to setosa/ }).waitFor();
  await page.getByRole('button', { name: 'virginica' }).click();
  await page.getByRole('table', { name: /What each column adds to virginica/ }).waitFor();
  expect(page.url()).toContain('at=1');
  await page.getByText('Row 2 of 2').waitFor();
  await page.emulateMedia({ colorScheme: 'dark' });
  await lookAt(page, 'request-dark');
  await page.setViewportSize(PHONE);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  await lookAt(page, 'request-phone');
  await visitor.leave(visited);
});

const inLog = async (): Promise<number> => {
  const { status } = await fetch(`${server.said.url}/api/v1/requests/whole`, {
    headers: { authorization: `Bearer ${keys.ana}` },
  });
  return status;
};
