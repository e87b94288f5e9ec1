/** What people are shown of the console: a picture a page. */
import type { Page } from 'playwright-core';
import type { Shot } from './camera.ts';
import type { Scene } from './scene.ts';

const heading = (name: string | RegExp) => (page: Page) =>
  page.getByRole('heading', { name }).first().waitFor();
/** Two looks at the counters, so that there are rates. */
const isLive = (page: Page) => page.getByText(/\d\/s/).first().waitFor();

export const shotsOf = ({ rollout }: Scene): readonly Shot[] => [
  { name: 'console-home', path: '/console/', height: 760, ready: isLive },
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
    height: 1000,
    ready: heading('Evidence'),
  },
  {
    name: 'console-monitoring',
    path: '/console/endpoints/house-prices/monitoring',
    height: 1000,
    ready: (page) => page.getByText('distance').first().waitFor(),
  },
  { name: 'console-versions', path: '/console/models/churn', height: 900, ready: heading(/Version 2/) },
];
