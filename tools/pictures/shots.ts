/** What people are shown of the console: a picture a page. */
import type { Page } from 'playwright-core';
import type { Shot } from './camera.ts';
import type { Scene } from './scene.ts';

const heading = (name: string | RegExp) => (page: Page) =>
  page.getByRole('heading', { name }).first().waitFor();
/** Two looks at the counters, so that there are rates. */
const isLive = (page: Page) => page.getByText(/\d\/s/).first().waitFor();
/** Everything that a page asks for at first is there. */
const isLoaded = async (page: Page) => {
  await page.getByRole('heading', { level: 2 }).first().waitFor();
  await page.locator('.loading').first().waitFor({ state: 'detached' });
};

export const shotsOf = ({ rollout, run, alert }: Scene): readonly Shot[] => [
  { name: 'console-home', path: '/console/', height: 900, ready: isLive },
  {
    name: 'console-endpoint',
    path: '/console/endpoints/churn?range=day',
    height: 900,
    ready: async (page) => {
      await page
        .getByRole('img', { name: /over the last 24 hours/ })
        .first()
        .waitFor();
      await isLive(page);
    },
  },
  {
    name: 'console-rollout',
    path: `/console/rollouts/${rollout}`,
    height: 1250,
    ready: async (page) => {
      await heading('Evidence')(page);
      await isLoaded(page);
    },
  },
  {
    name: 'console-monitoring',
    path: '/console/endpoints/house-prices/monitoring',
    height: 940,
    ready: async (page) => {
      await page.getByText('distance').first().waitFor();
      await isLoaded(page);
    },
  },
  { name: 'console-alert', path: `/console/alerts/${alert}`, height: 900, ready: isLoaded },
  { name: 'console-version', path: '/console/models/iris/versions/1', height: 1100, ready: isLoaded },
  {
    name: 'console-compare',
    path: '/console/models/churn/compare?from=1&to=2',
    height: 1100,
    ready: isLoaded,
  },
  { name: 'console-what-if', path: '/console/endpoints/house-prices/explain', height: 1000, ready: isLoaded },
  { name: 'console-run', path: `/console/jobs/nightly/runs/${run}`, height: 950, ready: isLoaded },
  { name: 'console-audit', path: '/console/audit', height: 800, ready: isLoaded },
];
