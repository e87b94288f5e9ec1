import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { keysOf } from '../access/server.ts';
import { hasBrowser, inBrowser } from '../browser.ts';
import { example, folder, plimsoll, type Served, served } from '../cli.ts';
import { lookAt, PHONE, Visitor } from './visits.ts';

/** What would be answered if a row were otherwise, and what moves answers in general. */

const { keys, option } = keysOf({ ana: 'operator', bob: 'viewer' });
const data = folder();
const PLANS = ['basic', 'plus', 'pro'];
const PAYMENTS = ['card', 'direct debit', 'invoice'];
const BACKGROUND = Array.from({ length: 60 }, (_, k) => ({
  ...{ age: 20 + ((k * 7) % 60), monthly_fee: 10 + ((k * 13) % 80), months: (k * 5) % 48 },
  ...{ plan: PLANS[k % 3], payment: PAYMENTS[(k * 2) % 3] },
}));
let server: Served;
let visitor: Visitor;

beforeAll(async () => {
  if (!hasBrowser) return;
  const background = join(folder(), 'background.json');
  writeFileSync(background, JSON.stringify(BACKGROUND));
  const pushed = plimsoll(
    'push',
    example('churn.joblib'),
    '--name',
    'churn',
    '--background',
    background,
    '--data',
    data,
  );
  expect(pushed.status, pushed.stderr).toBe(0);
  const files = [example('house-prices.joblib')];
  server = await served([...files, '--data', data, '--keys', 'required', ...option, '--workers', '1']);
  visitor = await Visitor.to(server.said.url);
}, 90_000);

afterAll(async () => {
  await visitor?.close();
  await server?.stop();
});

/** How many requests for an explained answer were under way at once, at most. */
function explainedAtOnce(page: Page): () => number {
  let [now, most] = [0, 0];
  const isExplained = (request: { postData(): string | null }): boolean =>
    request.postData()?.includes('"explain":true') === true;
  page.on('request', (request) => {
    if (isExplained(request)) most = Math.max(most, ++now);
  });
  const end = (request: { postData(): string | null }): void => {
    if (isExplained(request)) now--;
  };
  page.on('requestfinished', end);
  page.on('requestfailed', end);
  return () => most;
}

const answerOf = (page: Page) => page.getByText(/^Version 1 answers/);

inBrowser(
  'a row is moved by sliders and choices, and its answer, its reasons and its curve follow',
  async () => {
    const visited = await visitor.visit('/console/endpoints/churn/explain', keys.ana);
    const { page } = visited;
    const atOnce = explainedAtOnce(page);
    await answerOf(page).waitFor();
    const waterfall = page.getByRole('table', { name: /What each column adds to decision_function/ });
    await waterfall.getByRole('row', { name: /monthly_fee/ }).waitFor();
    const months = page.getByLabel('months, moved');
    expect([await months.getAttribute('min'), await months.getAttribute('max')]).toEqual(['0', '47']);
    await months.focus();
    for (let k = 0; k < 12; k++) await page.keyboard.press('ArrowLeft');
    await page.getByLabel('plan').selectOption('"basic"');
    await page.getByLabel('monthly_fee', { exact: true }).fill('95');
    await expect.poll(() => answerOf(page).textContent()).toContain('leaves');
    await waterfall.getByRole('row', { name: /plan basic/ }).waitFor();
    await page.getByRole('img', { name: /the chance of stays along monthly_fee/ }).waitFor();
    await page.getByText('dashed: on the mean of the rows').waitFor();
    // The chances are shares; what they are drawn along is money.
    expect(await page.locator('.line-chart-x').textContent()).not.toContain('%');
    expect(atOnce()).toBe(1);
    // The row is in the address: it survives a reload, and can be sent to a colleague.
    await expect.poll(() => decodeURIComponent(page.url())).toContain('"monthly_fee":95');
    await page.reload();
    await expect.poll(() => answerOf(page).textContent()).toContain('leaves');
    expect(await page.getByLabel('monthly_fee', { exact: true }).inputValue()).toBe('95');
    await visitor.leave(visited);
  },
);

inBrowser('what would have to change is found, with columns that are to stay, and taken', async () => {
  const visited = await visitor.visit('/console/endpoints/churn/explain', keys.ana);
  const { page } = visited;
  await answerOf(page).waitFor();
  const before = (await answerOf(page).textContent()) ?? '';
  const panel = page.getByRole('region', { name: 'What would have to change' });
  await panel.getByRole('button', { name: 'Find the nearest row' }).click();
  await panel.getByText(/instead of/).waitFor();
  const first = panel.getByRole('row').nth(1);
  const column = (await first.getByRole('rowheader').textContent()) ?? '';
  await first.getByRole('button', { name: 'Keep as it is' }).click();
  await panel.getByText(`Kept as they are: ${column}.`).waitFor();
  await panel.getByRole('button', { name: 'Take these values' }).click();
  await expect.poll(async () => (await answerOf(page).textContent()) !== before).toBe(true);
  await page
    .getByRole('button', { name: /^back to/ })
    .first()
    .waitFor();
  await page.getByRole('table', { name: /Mean size of the attributions/ }).waitFor();
  await page.getByText('over 60 rows that came with the version').waitFor();
  await page.getByText('at least 50 logged rows').waitFor();
  await lookAt(page, 'what-if-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await lookAt(page, 'what-if-dark');
  await page.setViewportSize(PHONE);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  await lookAt(page, 'what-if-phone');
  await visitor.leave(visited);
});

inBrowser(
  'a model of numbers is moved between the thresholds of its trees, where no rows came with it',
  async () => {
    const visited = await visitor.visit('/console/endpoints/house-prices/explain', keys.ana);
    const { page } = visited;
    await answerOf(page).waitFor();
    await page.getByRole('table', { name: /What each column adds to raw/ }).waitFor();
    const area = page.getByLabel('area, moved');
    expect(Number(await area.getAttribute('min'))).toBeLessThan(Number(await area.getAttribute('max')));
    await page.getByText('there are no rows to look at').first().waitFor();
    const panel = page.getByRole('region', { name: 'What would have to change' });
    await panel.getByLabel('Wanted answer').fill('>=500');
    await panel.getByRole('button', { name: 'Find the nearest row' }).click();
    await panel.getByText(/instead of/).waitFor();
    await lookAt(page, 'what-if-numbers');
    await page.context().close();
  },
);

inBrowser('who may not predict is told so, and is offered no search', async () => {
  const visited = await visitor.visit('/console/endpoints/churn/explain', keys.bob);
  const { page } = visited;
  await page.getByText('PREDICTION_FORBIDDEN').waitFor();
  await page.getByRole('table', { name: /Mean size of the attributions/ }).waitFor();
  expect(await page.getByRole('button', { name: 'Find the nearest row' }).count()).toBe(0);
  await page.context().close();
});
