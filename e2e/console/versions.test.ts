import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect } from 'vitest';
import { keysOf } from '../access/server.ts';
import { hasBrowser, inBrowser } from '../browser.ts';
import { example, folder, plimsoll, ROOT, type Served, served } from '../cli.ts';
import { lookAt, PHONE, Visitor } from './visits.ts';

/** What a data scientist opens after training: what is in a version, and what is new in the next one. */

const { keys, option } = keysOf({ bob: 'viewer' });
const data = folder();
const GRAPH = fileURLToPath(new URL('../../fixtures/onnx/zipmap-off.onnx', import.meta.url));
const pick = (...parts: string[]): string => join(example('golden'), ...parts);

let server: Served;
let visitor: Visitor;

beforeAll(async () => {
  if (!hasBrowser) return;
  const files = [example('churn.joblib'), example('iris.joblib'), `graph=${GRAPH}`];
  server = await served([...files, '--data', data, '--keys', 'required', ...option, '--workers', '1']);
  const beside = ['--golden', pick('next', 'churn.json'), '--note', 'of May', '--data', data];
  const pushed = plimsoll('push', example('next/churn.joblib'), '--name', 'churn', ...beside);
  expect(pushed.status, pushed.stderr).toBe(0);
  expect(plimsoll('push', join(ROOT, 'LICENSE'), '--name', 'churn', '--data', data).status).toBe(3);
  visitor = await Visitor.to(server.said.url);
}, 90_000);

afterAll(async () => {
  await visitor?.close();
  await server?.stop();
});

inBrowser('models are found from the bar, with where each answers', async () => {
  const visited = await visitor.visit('/console/', keys.bob);
  const { page } = visited;
  await page.getByRole('link', { name: 'Models', exact: true }).click();
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'churn' }) });
  await row.getByText('with version 1').first().waitFor();
  await lookAt(page, 'models-light');
  await page.getByRole('searchbox').fill('graph');
  await row.waitFor({ state: 'detached' });
  expect(page.url()).toContain('search=graph');
  await page.getByRole('link', { name: 'graph' }).first().click();
  await page.getByRole('link', { name: 'Version 1' }).click();
  await page.getByRole('heading', { name: 'graph, version 1' }).waitFor();
  await page.getByRole('heading', { name: 'Graph', exact: true }).waitFor();
  await page.getByRole('rowheader').first().waitFor();
  await lookAt(page, 'version-graph');
  await visitor.leave(visited);
});

inBrowser('a version shows its steps, weights, proof, golden rows and what Python would import', async () => {
  const visited = await visitor.visit('/console/models/churn/versions/2', keys.bob);
  const { page } = visited;
  const diagram = page.getByLabel('Diagram of the model');
  await diagram.getByText('onehotencoder', { exact: true }).waitFor();
  await diagram.getByText('3 columns: age, monthly_fee').waitFor();
  await page.getByText('as a list').click();
  await page.getByText('handle_unknown').first().waitFor();
  await page.getByText('gives the golden answers').waitFor();
  await page.getByText('plan = basic').waitFor();
  await page
    .getByRole('region', { name: 'Golden rows' })
    .getByText('nothing')
    .or(page.getByText(/e-1\d/))
    .first()
    .waitFor();
  await page.getByRole('region', { name: 'Python' }).getByText('of scikit-learn').waitFor();
  await page.getByText('of May').waitFor();
  await lookAt(page, 'version-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await lookAt(page, 'version-dark');
  await visitor.leave(visited);
});

inBrowser('a version that was refused says why, and has nothing to look into', async () => {
  const visited = await visitor.visit('/console/models/churn/versions/3', keys.bob);
  const { page } = visited;
  await page.getByText('It was refused').waitFor();
  await page.getByText('FORMAT_UNKNOWN').first().waitFor();
  expect(await page.getByRole('heading', { name: 'Pipeline' }).count()).toBe(0);
  await visitor.leave(visited);
});

inBrowser('a tree is walked by arrows and opened where it is folded', async () => {
  const visited = await visitor.visit('/console/models/iris/versions/1?depth=2', keys.bob);
  const { page } = visited;
  const root = page.getByRole('treeitem', { name: 'petal_width ≤ 0.75' }).first();
  await root.waitFor();
  await lookAt(page, 'version-trees');
  await root.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.getByText('68.7 % of the training rows come here').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page
    .getByRole('list', { name: 'From the root to here' })
    .getByText('petal_width ≤ 0.75: no')
    .waitFor();
  expect(page.url()).toContain('node=');
  await page.getByLabel('Tree', { exact: true }).fill('50');
  await page.getByRole('tree', { name: 'Tree 50' }).waitFor();
  expect(page.url()).toMatch(/tree=50(?!.*node=)/);
  await visitor.leave(visited);
});

inBrowser(
  'two versions stand side by side: steps, libraries, checks, and answers to the same rows',
  async () => {
    const visited = await visitor.visit('/console/models/churn/versions/2', keys.bob);
    const { page } = visited;
    await page.getByRole('link', { name: 'Compare with version 1' }).click();
    await page.getByRole('heading', { name: 'churn: version 2 beside 1' }).waitFor();
    await page.getByText('No label changes, numbers differ in').first().waitFor();
    await page.getByRole('region', { name: 'Steps and parameters' }).getByText('learned').first().waitFor();
    await page.getByText('lie furthest apart').click();
    await page.getByRole('rowheader', { name: 'golden' }).waitFor();
    await lookAt(page, 'compare-light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await lookAt(page, 'compare-dark');
    await page.getByLabel('From version').selectOption('2');
    await page.getByText('Both have the same steps').waitFor();
    expect(page.url()).toContain('from=2');
    await visitor.leave(visited);
  },
);

inBrowser('on a phone nothing is wider than the phone', async () => {
  const visited = await visitor.visit('/console/models', keys.bob, { viewport: PHONE });
  const { page } = visited;
  await page.getByRole('link', { name: 'churn' }).first().waitFor();
  for (const [path, wanted] of [
    ['models/churn/versions/2', 'onehotencoder'],
    ['models/iris/versions/1', 'petal_width ≤ 0.75'],
    ['models/churn/compare?from=1&to=2', 'Mean distance'],
  ] as const) {
    await page.goto(`${server.said.url}/console/${path}`);
    await page.getByText(wanted).first().waitFor();
    // Others are looked at above: here it is the width that counts.
    if (path === 'models/churn/versions/2') await lookAt(page, 'phone-version');
    expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, PHONE.width]);
  }
  await visitor.leave(visited);
});
