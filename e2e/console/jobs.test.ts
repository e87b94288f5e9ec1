import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { keysOf } from '../access/server.ts';
import { hasBrowser, inBrowser } from '../browser.ts';
import { example, folder, type Served, served } from '../cli.ts';
import { lookAt, PHONE, Visitor } from './visits.ts';

/** A batch job as people look after it: run, read, put right, replayed, held back. */

const { keys, option } = keysOf({ ana: 'operator', bob: 'viewer', eve: 'admin' });
const data = folder();
const desk = folder();
const input = join(desk, 'customers.csv');
const output = join(desk, 'scored.csv');

let server: Served;
let visitor: Visitor;

beforeAll(async () => {
  if (!hasBrowser) return;
  writeFileSync(input, customers(600));
  server = await served([
    ...[example('churn.joblib'), '--data', data, '--keys', 'required'],
    ...[...option, '--workers', '1'],
  ]);
  await ask(keys.eve, 'PUT', '/jobs/nightly', {
    ...{ model: 'churn@1', input, key: 'id', columns: ['plan'], output },
    options: { chunkRows: 300, lanes: 1, holdRows: 0.5 },
    schedule: { triggers: [{ kind: 'cron', cron: '30 2 * * *', timeZone: 'Europe/Berlin' }, 'webhook'] },
  });
  visitor = await Visitor.to(server.said.url);
}, 90_000);

afterAll(async () => {
  await visitor?.close();
  await server?.stop();
});

/** Two rows of them have an age that is none, one has too few cells. */
function customers(count: number): string {
  const rows = Array.from(
    { length: count },
    (_, k) => `${k},${k % 300 === 7 ? 'old' : 20 + (k % 50)},${10 + (k % 40)}.5,${k % 60},plus,debit`,
  );
  return ['id,age,monthly_fee,months,plan,payment', ...rows, '9999,12,1', ''].join('\n');
}

async function ask(
  key: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${server.said.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.ok, `${method} ${path}: ${response.status}`).toBe(true);
  return (await response.json()) as Record<string, unknown>;
}

const scored = (): readonly string[] => readFileSync(output, 'utf8').trim().split('\n').slice(1);

inBrowser('a job is run with a reason, and its run says what came of every row', async () => {
  const visited = await visitor.visit('/console/jobs', keys.ana);
  const { page } = visited;
  await page.getByText('every day at 02:30 (Europe/Berlin)').waitFor();
  await lookAt(page, 'jobs-light');
  await page.getByRole('link', { name: 'nightly' }).click();
  await page.getByText('When its webhook is called', { exact: false }).waitFor();
  await page.getByRole('button', { name: 'Run now' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByLabel('Reason').fill('the table of today');
  await dialog.getByRole('button', { name: 'Run now' }).click();
  await page.getByRole('heading', { name: 'Run 1 of nightly' }).waitFor();
  await page.getByText('601 rows, 3 without an answer').waitFor();
  await page.getByText('Nothing to compare with').waitFor();
  await page.getByText('Write a number', { exact: false }).first().waitFor();
  await lookAt(page, 'run-light');
  expect(scored()).toHaveLength(598);
  await page.goto(`${server.said.url}/console/jobs/nightly`);
  await lookAt(page, 'job-light');
  await visitor.leave(visited);
});

inBrowser('rows without an answer are put right in the page, scored again, and join the output', async () => {
  const visited = await visitor.visit('/console/jobs/nightly', keys.ana);
  const { page } = visited;
  await page.getByRole('link', { name: 'Run 1' }).click();
  await page.getByRole('button', { name: 'Show these' }).first().click();
  expect(new URL(page.url()).searchParams.get('reason')).toBe('number_type:age');
  await page.getByText('2 rows shown').waitFor();
  for (const field of await page.getByLabel('age', { exact: true }).all()) await field.fill('33');
  await page.getByText('2 rows put right.').first().waitFor();
  // They stay put right while others are looked at.
  await page.getByRole('button', { name: 'Show these' }).first().click();
  await page.getByText('1 row shown').waitFor();
  expect(await page.getByText('2 rows put right.').count()).toBeGreaterThan(0);
  await lookAt(page, 'rejects-light');
  await page.getByRole('button', { name: 'Replay' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByLabel('Reason').fill('ages were words');
  await dialog.getByRole('button', { name: 'Replay' }).click();
  await page.getByRole('heading', { name: 'Run 2 of nightly' }).waitFor();
  await page.getByText('1 without an answer', { exact: false }).waitFor();
  expect(scored()).toHaveLength(600);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Signed receipt' }).click();
  const envelope = JSON.parse(readFileSync(await (await download).path(), 'utf8'));
  expect(envelope.payloadType).toBe('application/vnd.plimsoll.receipt+json');
  await visitor.leave(visited);
});

inBrowser(
  'a run that a check holds back waits for a person, who sees how it moved and publishes it',
  async () => {
    writeFileSync(input, customers(100));
    const visited = await visitor.visit('/console/jobs/nightly', keys.ana);
    const { page } = visited;
    const { run } = await ask(keys.ana, 'POST', '/jobs/nightly/runs', { reason: 'the table of today' });
    const { id } = run as { id: string };
    await page.goto(`${server.said.url}/console/jobs/nightly/runs/${id}`);
    await page.getByText('Held back', { exact: true }).waitFor();
    await page.getByText('Beside those of').waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    await lookAt(page, 'run-held-dark');
    await page.getByRole('button', { name: 'Publish' }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByLabel('Reason').fill('it is a holiday');
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Done', { exact: true }).waitFor();
    await page.goto(`${server.said.url}/console/jobs?show=act`);
    await page.getByText('No job is like that.').waitFor();
    const audit = JSON.stringify(await ask(keys.ana, 'GET', '/audit?what=job&limit=1000'));
    for (const reason of ['the table of today', 'ages were words', 'it is a holiday'])
      expect(audit).toContain(reason);
    await visitor.leave(visited);
  },
);

inBrowser('who may only look sees counts, but neither rows of people nor buttons', async () => {
  const visited = await visitor.visit('/console/jobs/nightly', keys.bob, { viewport: PHONE });
  const { page } = visited;
  await page.getByRole('link', { name: 'Run 1' }).waitFor();
  for (const name of ['Run now', 'Pause'])
    expect([name, await page.getByRole('button', { name }).count()]).toEqual([name, 0]);
  await lookAt(page, 'job-phone');
  await page.getByRole('link', { name: 'Run 1' }).click();
  await page.getByText('3 rows without an answer', { exact: false }).waitFor();
  expect(await page.getByRole('button', { name: 'Replay' }).count()).toBe(0);
  await lookAt(page, 'run-phone');
  for (const path of ['', '/nightly']) {
    await page.goto(`${server.said.url}/console/jobs${path}`);
    await page.getByRole('heading', { level: 2 }).first().waitFor();
    expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, PHONE.width]);
  }
  await visitor.leave(visited);
});
