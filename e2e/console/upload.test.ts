import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { keysOf } from '../access/server.ts';
import { hasBrowser, inBrowser } from '../browser.ts';
import { example, folder, type Served, served } from '../cli.ts';
import { lookAt, PHONE, tabTo, Visitor } from './visits.ts';

/** A file becomes a version in the browser: chosen, sent, checked, and given a strategy; or it is said why not. */

const { keys, option } = keysOf({ root: 'admin', ana: 'operator' });
const things = folder();
const file = (name: string, content: string | Buffer): string => {
  const path = join(things, name);
  writeFileSync(path, content);
  return path;
};

let server: Served;
let visitor: Visitor;

beforeAll(async () => {
  if (!hasBrowser) return;
  server = await served([example('churn.joblib'), '--keys', 'required', ...option, '--workers', '1']);
  visitor = await Visitor.to(server.said.url);
}, 90_000);

afterAll(async () => {
  await visitor?.close();
  await server?.stop();
});

/** Chooses files as a person does, and gives a reason. */
async function choose(page: Page, ...files: readonly string[]): Promise<void> {
  await page.getByLabel(/^(Choose|Add) files$/).setInputFiles([...files]);
  await page.getByLabel('Reason').fill('a test');
}

/** Drops files and folders where the page wants them, as a mouse does. */
async function drop(page: Page, ...files: readonly string[]): Promise<void> {
  const box = await page.getByText('Drop a model here').boundingBox();
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: box!.x + 5, y: box!.y + 5, data });
}

const send = (page: Page): Promise<void> => page.getByRole('button', { name: 'Upload and check' }).click();

inBrowser(
  'a version is uploaded with golden rows, checked in sight, and rolled out with a policy of its own',
  async () => {
    const visited = await visitor.visit('/console/models/churn', keys.root);
    const { page } = visited;
    await page.getByRole('link', { name: 'Upload a version' }).click();
    await page.getByText('Drop a model here').waitFor();
    await lookAt(page, 'upload-empty-light');
    await choose(page, example('next/churn.joblib'), example('golden/next/churn.json'));
    await page.getByText('It becomes version 2 of churn. Version 1 goes on answering everybody').waitFor();
    await page.getByLabel('What churn.json is').selectOption('Golden rows');
    await lookAt(page, 'upload-chosen-light');
    await send(page);
    await page.getByText('Version 2 of churn is ready. It answers nobody yet.').waitFor();
    expect(page.url()).toContain('/console/upload?model=churn&version=2');
    const checks = page.getByRole('region', { name: 'Checks' });
    for (const name of ['golden', 'self-test', 'signature', 'memory'])
      await checks.getByText(name, { exact: true }).waitFor();
    await page.getByRole('region', { name: 'What the file is' }).getByText('LogisticRegression').waitFor();
    await lookAt(page, 'upload-ready-light');
    await page.getByRole('link', { name: 'Choose a strategy' }).click();
    await page
      .getByRole('radio', { name: /^Canary/ })
      .and(page.locator(':checked'))
      .waitFor();
    await page.getByText('How much churn is asked is not known yet').waitFor();
    await page.getByLabel('Requests a second').fill('20');
    await page.getByText(/A version that does no harm has everybody after about \d+ min/).waitFor();
    await lookAt(page, 'strategy-light');
    await page.getByRole('button', { name: 'Change it for this rollout' }).click();
    await page.getByLabel('Percent of stage 2').fill('200');
    await page.getByRole('alert').filter({ hasText: 'stages[1].weight is 200' }).waitFor();
    await page.getByText('It cannot begin like this').waitFor();
    await page.getByLabel('Percent of stage 2').fill('10');
    await page.getByText('10 %', { exact: true }).waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    await lookAt(page, 'strategy-policy-dark');
    await page.setViewportSize(PHONE);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
    await lookAt(page, 'strategy-phone');
    await page.reload();
    await page.getByRole('button', { name: 'Begin the canary' }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByLabel('Reason').fill('more data');
    await dialog.getByRole('button', { name: 'Begin the canary' }).click();
    await page.waitForURL('**/console/rollouts/*');
    await page.getByText('10 %', { exact: true }).first().waitFor();
    await page.goto(`${server.said.url}/console/models/churn/versions/2/rollout`);
    await page.getByText('Version 2 is being rolled out at churn').waitFor();
    await visitor.leave(visited);
  },
);

inBrowser(
  'no strategy gives everybody a version by one click, and an experiment wants its metric',
  async () => {
    const visited = await visitor.visit('/console/upload?model=other', keys.root);
    const { page } = visited;
    await choose(page, example('churn.joblib'));
    await page.getByText('there is nothing to compare it with').waitFor();
    await send(page);
    await page.getByText('Version 1 answers everybody at the endpoint other: it is the first').waitFor();
    await page.goto(`${server.said.url}/console/upload?model=other`);
    await choose(page, example('next/churn.joblib'));
    await send(page);
    await page.getByRole('link', { name: 'Choose a strategy' }).click();
    await page.getByRole('radio', { name: /^A\/B/ }).check();
    await page.getByRole('button', { name: 'Write its policy' }).click();
    await page.getByLabel('Metric that decides').fill('revenue');
    await page.getByText('How much the metric varies is not known yet').waitFor();
    await lookAt(page, 'strategy-experiment-light');
    await page.getByRole('radio', { name: /^At once/ }).check();
    expect(page.url()).toContain('strategy=immediate');
    const blunt = page.getByRole('button', { name: 'Give it to everybody at once' });
    await blunt.waitFor();
    await tabTo(page, blunt);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText('Nothing is compared before').waitFor();
    await lookAt(page, 'strategy-immediate-light');
    expect(await dialog.getByRole('button', { name: 'Give it to everybody at once' }).isDisabled()).toBe(
      true,
    );
    await page.keyboard.press('Escape');
    await visitor.leave(visited);
  },
);

inBrowser('a pickle that would run a command is shown as what it is, and refused', async () => {
  const visited = await visitor.visit('/console/upload', keys.root);
  const { page } = visited;
  await choose(page, file('evil.pkl', "cos\nsystem\n(S'echo'\ntR."));
  await send(page);
  await page.getByText('Version 1 of evil was refused. Nothing has changed for callers.').waitFor();
  await page.getByText('Loading it in Python would run os.system').waitFor();
  await page.getByText('READ_UNSAFE').waitFor();
  await page.getByText('save or export the model without it').waitFor();
  await page.emulateMedia({ colorScheme: 'dark' });
  await lookAt(page, 'upload-refused-dark');
  await visitor.leave(visited);
});

inBrowser('what cannot be sent is told before it is, and what was cut off can be sent again', async () => {
  const visited = await visitor.visit('/console/upload', keys.root, { viewport: PHONE });
  const { page } = visited;
  const saved = join(folder(), 'saved');
  mkdirSync(join(saved, 'data'), { recursive: true });
  for (const name of ['MLmodel', 'data/model.pkl', '.hidden']) writeFileSync(join(saved, name), 'bytes');
  await drop(page, saved, example('iris.joblib'));
  await page.getByText('1 hidden file left out').waitFor();
  expect(await page.getByLabel('What iris.joblib is').inputValue()).toBe('none');
  await page.getByRole('button', { name: 'Take saved away' }).click();
  expect(await page.getByLabel('What iris.joblib is').inputValue()).toBe('file');
  await page.getByRole('button', { name: 'Take iris.joblib away' }).click();
  await choose(page, file('empty.joblib', ''));
  await page.getByRole('alert').filter({ hasText: 'empty.joblib is empty' }).waitFor();
  expect(await page.getByRole('button', { name: 'Upload and check' }).isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Take empty.joblib away' }).click();
  await choose(page, example('iris.joblib'), file('golden.json', '{'));
  await lookAt(page, 'upload-phone');
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  await page.route('**/versions', (route) => route.abort('connectionreset'), { times: 1 });
  await send(page);
  await page.getByRole('alert').filter({ hasText: 'what has arrived whole is the same version' }).waitFor();
  // That the connection is gone is what the browser says, too.
  visited.complaints.length = 0;
  await page.getByRole('button', { name: 'Take golden.json away' }).click();
  await page.getByRole('button', { name: 'Send it again' }).click();
  await page.getByText('answers everybody at the endpoint iris').waitFor();
  await page.goto(`${server.said.url}/console/upload?model=iris`);
  await choose(page, example('iris.joblib'));
  await send(page);
  await page.getByText('These bytes were uploaded before').waitFor();
  await lookAt(page, 'upload-again-phone');
  await visitor.leave(visited);
});

inBrowser('a key that may not add versions is told what it takes', async () => {
  const visited = await visitor.visit('/console/upload', keys.ana);
  const { page } = visited;
  await page.getByText('may not add versions: that takes the scope admin').waitFor();
  expect(await page.getByRole('link', { name: 'Upload' }).count()).toBe(0);
  await visitor.leave(visited);
});
