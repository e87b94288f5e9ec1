import { afterAll, beforeAll, expect } from 'vitest';
import { keysOf } from '../access/server.ts';
import { hasBrowser, inBrowser } from '../browser.ts';
import { example, folder, type Served, served } from '../cli.ts';
import { lookAt, PHONE, Visitor } from './visits.ts';

/** What an installation lacks, where it is, as somebody sees it who may only look. */

const { keys, option } = keysOf({ bob: 'viewer' });

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
  'what an endpoint lacks is on the first page, with what was seen and the command that mends it',
  async () => {
    const visited = await visitor.visit('/console/', keys.bob);
    const missing = visited.page.getByRole('region', { name: 'What is missing' });
    await missing.getByText('Nobody is told of its alerts').waitFor();
    await missing.getByText('its monitor has no receiver').waitFor();
    await expect(missing.getByText(/^plimsoll monitor set churn /).count()).resolves.toBe(1);
    await lookAt(visited.page, 'missing');
    await visitor.leave(visited);
  },
);

inBrowser(
  'each of them has an address, which shows it on the page of its endpoint',
  { timeout: 60_000 },
  async () => {
    const visited = await visitor.visit('/console/endpoints/churn#no-receiver-churn', keys.bob, {
      viewport: PHONE,
      colorScheme: 'dark',
    });
    const { page } = visited;
    const named = page.locator('.pitfall-named');
    await named.getByText('Nobody is told of its alerts').waitFor();
    await expect(named.count()).resolves.toBe(1);
    await page.getByRole('region', { name: 'What is missing' }).getByRole('link').first().click();
    await expect(page.url()).toContain('#no-reference-churn');
    await expect(page.evaluate('document.documentElement.scrollWidth')).resolves.toBeLessThanOrEqual(
      PHONE.width,
    );
    await lookAt(page, 'missing-phone');
    await visitor.leave(visited);
  },
);
