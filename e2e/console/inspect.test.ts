import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { keysOf } from '../access/server.ts';
import { hasBrowser, inBrowser } from '../browser.ts';
import { example, folder, ROOT, type Served, served } from '../cli.ts';
import { lookAt, PHONE, tabTo, type Visit, Visitor } from './visits.ts';

/** A file is looked into by the browser alone: nothing of it is run, nothing of it leaves. */

const { option } = keysOf({ bob: 'viewer' });
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
  server = await served([example('iris.joblib'), '--keys', 'required', ...option, '--workers', '1']);
  visitor = await Visitor.to(server.said.url);
}, 90_000);

afterAll(async () => {
  await visitor?.close();
  await server?.stop();
});

/** The page once everything that it needs is there, out of reach of any server. */
async function opened(options: Parameters<Visitor['visit']>[2] = {}): Promise<Visit> {
  const visited = await visitor.visit('/inspect', null, options);
  const { page } = visited;
  await page.getByRole('heading', { name: 'Look into a model file' }).waitFor();
  await expect.poll(() => page.workers().length).toBe(1);
  // The thread has loaded all of its code once it answers.
  await page.workers()[0]!.evaluate('1');
  await page.waitForLoadState('networkidle');
  await page.context().setOffline(true);
  visited.requests.length = 0;
  return visited;
}

const choose = (page: Page, path: string): Promise<void> =>
  page.getByLabel(/^Choose (a|another) file$/).setInputFiles(path);

/** Nothing was asked for since the page was there. */
async function leaveUnheard(visited: Visit): Promise<void> {
  expect(visited.requests).toEqual([]);
  await visitor.leave(visited);
}

inBrowser('a model is told, drawn and found fit to be served, and no request leaves', async () => {
  const visited = await opened();
  const { page } = visited;
  await lookAt(page, 'inspect-empty-light');
  await choose(page, example('churn.joblib'));
  await page.getByRole('heading', { name: 'churn.joblib' }).waitFor();
  await page.getByText('Two engines run it, without Python').waitFor();
  await page.getByText('plimsoll serve churn.joblib').waitFor();
  await page.getByLabel('Diagram of the model').getByText('onehotencoder', { exact: true }).waitFor();
  await page.getByRole('region', { name: 'Takes and answers' }).getByText('predict_proba').first().waitFor();
  await page.getByRole('region', { name: 'Names in the file' }).getByText('understood as data').waitFor();
  await page.getByText('scikit-learn other than 1.9.1').waitFor();
  await lookAt(page, 'inspect-churn-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await lookAt(page, 'inspect-churn-dark');
  await leaveUnheard(visited);
});

inBrowser('a forest is walked tree by tree on a phone, by keyboard', async () => {
  const visited = await opened({ viewport: PHONE });
  const { page } = visited;
  await choose(page, example('iris.joblib'));
  const root = page.getByRole('treeitem').first();
  await root.waitFor();
  const next = page.getByRole('button', { name: 'The next tree' });
  await tabTo(page, next);
  await page.keyboard.press('Enter');
  await page.getByRole('tree', { name: 'Tree 2' }).waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  await lookAt(page, 'inspect-forest-phone');
  await leaveUnheard(visited);
});

inBrowser('a pickle that would run a command is shown as what it is', async () => {
  const visited = await opened();
  const { page } = visited;
  await choose(page, file('evil.pkl', "cos\nsystem\n(S'touch /tmp/owned'\ntR."));
  await page.getByText('Loading it in Python would run os.system').waitFor();
  await page.getByText('Calls it while loading: it can run anything').waitFor();
  await page.getByText('There is no model in it that is read as data').waitFor();
  expect(await page.getByRole('region', { name: 'Pipeline' }).count()).toBe(0);
  await lookAt(page, 'inspect-evil-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await lookAt(page, 'inspect-evil-dark');
  await leaveUnheard(visited);
});

inBrowser('what cannot be read says why, where, and what to do', async () => {
  const visited = await opened({ viewport: PHONE });
  const { page } = visited;
  const whole = readFileSync(example('churn.joblib'));
  const why = page.getByRole('region', { name: 'Why it is not read' });
  await choose(page, file('cut.joblib', whole.subarray(0, whole.length >> 1)));
  await why.getByText(/^READ_(TRUNCATED|CORRUPT)$/).waitFor();
  await why.getByText(/copy it again from where it was trained/).waitFor();
  await lookAt(page, 'inspect-cut-phone');
  await choose(page, join(ROOT, 'LICENSE'));
  await why.getByText('FORMAT_UNKNOWN').waitFor();
  await why.getByText('a text, and no model').waitFor();
  await choose(page, file('empty.pkl', ''));
  await why.getByText('an empty file').waitFor();
  await choose(page, example('iris.joblib'));
  await page.getByText('Two engines run it').waitFor();
  await leaveUnheard(visited);
});

inBrowser('the policy itself forbids the page and its thread every connection', async () => {
  const answer = await fetch(`${server.said.url}/inspect`);
  expect(answer.status).toBe(200);
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  const visited = await visitor.visit('/inspect', null);
  const { page, complaints } = visited;
  await page.getByRole('heading', { name: 'Look into a model file' }).waitFor();
  await expect.poll(() => page.workers().length).toBe(1);
  const reach = `fetch('${server.said.url}/healthz').then(() => 'reached', () => 'forbidden')`;
  expect(await page.evaluate(reach)).toBe('forbidden');
  expect(await page.workers()[0]!.evaluate(reach)).toBe('forbidden');
  // That it was forbidden is what the browser complains of.
  expect(complaints.join('\n')).toMatch(/Content Security Policy/);
  complaints.length = 0;
  await visitor.leave(visited);
});
