import { afterAll, beforeAll, expect } from 'vitest';
import { keysOf } from '../access/server.ts';
import { hasBrowser, inBrowser } from '../browser.ts';
import { example, folder, type Served, served } from '../cli.ts';
import { lookAt, PHONE, tabTo, Visitor } from './visits.ts';

/** From what is needed to a pattern, as somebody sees it who may only look. */

const { keys, option } = keysOf({ bob: 'viewer' });
/** A page of advice is worked out by a process of its own, which a busy machine starts late. */
const PATIENCE = { timeout: 120_000 };

let server: Served;
let visitor: Visitor;

beforeAll(async () => {
  if (!hasBrowser) return;
  const access = ['--data', folder(), '--keys', 'required', ...option];
  server = await served([example('churn.joblib'), ...access, '--workers', '1']);
  visitor = await Visitor.to(server.said.url);
}, 90_000);

afterAll(async () => {
  await visitor?.close();
  await server?.stop();
});

inBrowser(
  'a version and a rate, typed by keyboard, become a pattern with reasons, costs, a curve and files',
  PATIENCE,
  async () => {
    const visited = await visitor.visit('/console/advise', keys.bob);
    const { page } = visited;
    await page.getByText('Name a model, and how much is asked of it.').waitFor();
    await tabTo(page, page.getByLabel('Model', { exact: true }));
    await page.keyboard.insertText('churn@1');
    await tabTo(page, page.getByLabel('Requests, on average'));
    await page.keyboard.insertText('40/s');
    const advice = page.getByRole('region', { name: 'Advice' });
    await advice.getByText(/^Real-time endpoint: /).waitFor();
    await expect(advice.getByText(/Next best: /).count()).resolves.toBe(1);
    const table = page.getByRole('region', { name: 'Patterns', exact: true }).first();
    await expect(table.getByRole('row').count()).resolves.toBe(8);
    await expect(table.getByRole('row', { name: /Real-time.*advised/ }).count()).resolves.toBe(1);
    await expect(table.getByRole('row', { name: /Scheduled batch.*nearest/ }).count()).resolves.toBe(1);
    await page.getByRole('rowheader', { name: /one row a request/ }).waitFor();
    // What was assumed stands in the fields that nobody has filled in.
    await expect(page.getByLabel('Requests at the peak').getAttribute('placeholder')).resolves.toBe('120/s');
    const files = page.getByRole('region', { name: 'Files' });
    await files.getByText('plimsoll.yaml', { exact: true }).click();
    await files
      .getByText(/workers: /)
      .first()
      .waitFor();
    await files.getByText(/^plimsoll serve /).waitFor();
    await lookAt(page, 'advise');
    // The address is all that somebody else needs.
    await page.reload();
    await page.getByText(/^Real-time endpoint: /).waitFor();
    await visitor.leave(visited);
  },
);

inBrowser(
  'a batch of known customers is weighed against a real-time endpoint along a curve',
  PATIENCE,
  async () => {
    const needs = { model: '2ms', requests: '300/s', population: '2 M customers', freshness: '24h' };
    const at = `/console/advise?needs=${encodeURIComponent(JSON.stringify(needs))}`;
    const visited = await visitor.visit(at, keys.bob, { colorScheme: 'dark' });
    const { page } = visited;
    const curve = page.getByRole('img', {
      name: /^Cost a month of .+ and .+ against .+\. They cost the same/,
    });
    await curve.waitFor();
    await page.getByText('The model did not run here').waitFor();
    await lookAt(page, 'advise-dark');
    await visitor.leave(visited);
  },
);

inBrowser('a number without its unit is told with the unit that was likely meant', PATIENCE, async () => {
  const visited = await visitor.visit('/console/advise', keys.bob, { viewport: PHONE });
  const { page } = visited;
  await page.getByLabel('Model', { exact: true }).fill('churn@1');
  await page.getByLabel('Requests, on average').fill('40');
  await page.getByText('did you mean "40/s"?').waitFor();
  await page.getByLabel('Requests, on average').fill('40/s');
  await page.getByText(/^Real-time endpoint: /).waitFor();
  const width = await page.evaluate('document.documentElement.scrollWidth');
  expect(width).toBeLessThanOrEqual(PHONE.width);
  await lookAt(page, 'advise-phone');
  await visitor.leave(visited);
});

inBrowser(
  'wishes that contradict each other are told first, with the nearest that can be had',
  PATIENCE,
  async () => {
    const needs = { model: 'churn@1', asked: 'schedule', rows: '3 M/day', latency: '5ms' };
    const at = `/console/advise?needs=${encodeURIComponent(JSON.stringify(needs))}`;
    const visited = await visitor.visit(at, keys.bob);
    const told = visited.page.getByRole('region', { name: 'Advice' }).getByRole('alert').first();
    await expect(told.textContent()).resolves.toMatch(/nearest that can be had/i);
    await visitor.leave(visited);
  },
);

inBrowser(
  'an endpoint leads to its advice, which says what is missing while nobody has asked',
  PATIENCE,
  async () => {
    const visited = await visitor.visit('/console/endpoints/churn', keys.bob);
    const { page } = visited;
    await page.locator('main').getByRole('link', { name: 'Advise' }).click();
    await expect(page.getByLabel('Model', { exact: true }).inputValue()).resolves.toBe('churn@1');
    await page.getByText(/requests, rows and population are missing/).waitFor();
    await visitor.leave(visited);
  },
);
