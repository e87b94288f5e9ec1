import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { hasBrowser, inBrowser } from '../browser.ts';
import { folder, ROOT, runWith, type Served, served } from '../cli.ts';
import { api, begun, ended, fixture, pushed, type Rollout, rows } from '../rollouts/control.ts';
import { SteadyTraffic } from '../rollouts/traffic.ts';
import { lookAt, PHONE, tabTo, Visitor } from './visits.ts';

/** Rollouts as people follow and steer them: real models under traffic, one of them bad. */

/** Windows that close quickly; latency is left out, as a busy machine has its own. */
const QUICK = { window: '250ms', watermark: '100ms', guards: { latency: false, outputs: false } };
const BAD = {
  ...QUICK,
  segments: 'x-country',
  stages: [{ weight: 20, bake: '1500ms', minUnits: 10 }, { weight: 50, bake: '1h' }, { weight: 100 }],
};
const STEERED = {
  ...{ ...QUICK, certificate: false },
  stages: [
    { weight: 20, bake: '500ms', minUnits: 10, approval: true },
    { weight: 50, bake: '1h' },
    { weight: 100 },
  ],
};
const SHADOWED = { ...QUICK, stages: [{ shadow: 100, bake: '1h' }] };

let server: Served;
let visitor: Visitor;
let url: string;
const rollouts = new Map<string, Rollout>();
const traffic: SteadyTraffic[] = [];

beforeAll(async () => {
  if (!hasBrowser) return;
  const names = ['bad', 'steered', 'shadowed', 'at-once'];
  server = await served([...names.map((name) => `${name}=${fixture('stable')}`), '--workers', '1']);
  url = server.said.url;
  const fileOf = (name: string) => fixture(name === 'bad' ? 'erroring' : 'good');
  await Promise.all(names.map((name) => pushed(url, name, fileOf(name))));
  const headersOf = (n: number) => ({ 'x-country': n % 3 === 0 ? 'FR' : 'DE' });
  const begin = async (model: string, strategy: string, policy?: object): Promise<void> => {
    const body = policy === undefined ? { strategy } : { strategy, policy };
    rollouts.set(model, await begun(url, model, body));
    if (policy !== undefined) traffic.push(new SteadyTraffic({ url, model, rate: 100, rows, headersOf }));
  };
  await begin('bad', 'canary', BAD);
  await begin('steered', 'canary', STEERED);
  await begin('shadowed', 'shadow', SHADOWED);
  await begin('at-once', 'immediate');
  visitor = await Visitor.to(url);
}, 90_000);

afterAll(async () => {
  await Promise.all(traffic.map((one) => one.stop()));
  await visitor?.close();
  await server?.stop();
});

const pathOf = (model: string): string => `/console/rollouts/${rollouts.get(model)?.id}`;
const panel = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });

/** Says why, and does it. */
async function confirm(page: Page, verb: string, reason: string): Promise<void> {
  await page.getByRole('button', { name: verb, exact: true }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: verb, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

inBrowser('a canary that went bad before anybody looked is told from its first window on', async () => {
  const over = await ended(url, { id: rollouts.get('bad')!.id }, 60_000);
  expect(over.state).toBe('rolled-back');
  const visited = await visitor.visit(pathOf('bad'), null);
  const { page } = visited;
  await page.getByText('Rolled back', { exact: true }).first().waitFor();
  const evidence = panel(page, 'Evidence');
  const chart = await evidence.getByRole('img').first().getAttribute('aria-label');
  expect(chart).toMatch(/^Evidence in errors over time, as odds to 1\. Harm is at .* rolls back at 250 to 1/);
  // By keyboard: the figures of the curve as a table.
  await tabTo(page, evidence.getByText('As a table').first());
  await page.keyboard.press('Enter');
  const figures = evidence.getByRole('table').first().getByRole('row');
  expect(await figures.count()).toBeGreaterThan(5);
  expect(await figures.last().textContent()).toContain('none');
  await panel(page, 'Stages').getByText('ended here').waitFor();
  const decisions = panel(page, 'Decisions');
  await decisions.getByText(/^Rolled back · /).waitFor();
  await decisions.getByText('Began at 20 %').waitFor();
  const segments = panel(page, 'Failures by segment');
  await segments.getByRole('rowheader', { name: 'FR' }).waitFor();
  for (const name of ['Abort and roll back', 'Promote', 'Pause'])
    expect([name, await page.getByRole('button', { name }).count()]).toEqual([name, 0]);
  await lookAt(page, 'rollout-bad-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await lookAt(page, 'rollout-bad-dark');
  await page.setViewportSize(PHONE);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  await lookAt(page, 'rollout-bad-phone');
  await visitor.leave(visited);
});

inBrowser('its signed report is read, kept and verified', async () => {
  const visited = await visitor.visit(pathOf('bad'), null);
  const { page } = visited;
  await page.getByRole('link', { name: 'Signed report' }).click();
  await page.getByText('Signature holds').waitFor();
  await panel(page, 'What it says').getByText('on account of the candidate').waitFor();
  await panel(page, 'How to verify it').getByText('verify-evidence.mjs').waitFor();
  await lookAt(page, 'report-light');
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  const kept = join(folder(), 'report.json');
  await (await saving).saveAs(kept);
  expect(JSON.parse(readFileSync(kept, 'utf8'))).toHaveProperty('envelope.payload');
  const verified = runWith(process.execPath, [join(ROOT, 'examples/verify-evidence.mjs'), kept]);
  expect(verified.status, verified.stdout + verified.stderr).toBe(0);
  await page.setViewportSize(PHONE);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  await visitor.leave(visited);
});

inBrowser('a person approves, pauses, resumes, promotes and goes back, each with a reason', async () => {
  const visited = await visitor.visit(pathOf('steered'), null);
  const { page } = visited;
  await page.getByText('Waits for approval', { exact: true }).waitFor();
  const gates = panel(page, 'What this stage waits for');
  await gates.getByText('Waits: A person must approve').waitFor();
  await gates.getByText(/Passed: Units: \d+ of the candidate/).waitFor();
  await panel(page, 'If nobody does anything').getByText('until somebody approves').waitFor();
  await lookAt(page, 'rollout-approval-light');
  await confirm(page, 'Approve', 'errors look fine');
  const stages = panel(page, 'Stages');
  await stages.getByRole('listitem').filter({ hasText: '50 %' }).getByText('now', { exact: true }).waitFor();
  await panel(page, 'If nobody does anything').getByText('Harm that reaches a bound').waitFor();
  await confirm(page, 'Pause', 'wait for the shift');
  await page.getByText('Paused', { exact: true }).first().waitFor();
  await confirm(page, 'Resume', 'all are here');
  const decisions = panel(page, 'Decisions');
  for (const reason of ['errors look fine', 'wait for the shift', 'all are here'])
    await decisions.getByText(reason).waitFor();
  await confirm(page, 'Promote', 'needed today');
  await page.getByText('Promoted', { exact: true }).first().waitFor();
  await confirm(page, 'Roll back', 'support is called');
  await page.getByRole('button', { name: 'Roll back' }).waitFor();
  expect(await api(url, 'GET', 'endpoints/steered')).toMatchObject({ stable: 1, previous: 2 });
  await visitor.leave(visited);
});

inBrowser('a shadow and a replacement are shown as what they are', async () => {
  const visited = await visitor.visit(pathOf('shadowed'), null);
  const { page } = visited;
  await page.getByRole('heading', { name: 'Shadow of shadowed, version 1 to 2' }).waitFor();
  await page.getByText('answers nobody').first().waitFor();
  await panel(page, 'Arms').getByText('requests were copied to the candidate').waitFor();
  await panel(page, 'Stages').getByText('Shadow 100 %').waitFor();
  expect(await page.getByRole('button', { name: 'Promote' }).count()).toBe(0);
  await lookAt(page, 'rollout-shadow-light');
  await page.goto(url + pathOf('at-once'));
  await page.getByText('No evidence was asked for.').waitFor();
  await panel(page, 'Evidence').getByText('This strategy asks for no evidence').waitFor();
  await visitor.leave(visited);
});

inBrowser('all rollouts are listed, and what is chosen of them is in the address', async () => {
  const visited = await visitor.visit('/console/', null);
  const { page } = visited;
  await page.getByRole('link', { name: 'Rollouts', exact: true }).click();
  await page.getByRole('heading', { name: 'Rollouts', level: 1 }).waitFor();
  const row = (name: string) => page.getByRole('row').filter({ hasText: name });
  await row('bad, version 1 → 2').getByText('evidence of harm in errors').waitFor();
  await row('shadowed, version 1 → 2').getByText('Running').waitFor();
  await lookAt(page, 'rollouts-light');
  await page.getByRole('combobox', { name: 'State' }).selectOption('rolled-back');
  await row('shadowed').waitFor({ state: 'detached' });
  await row('bad').waitFor();
  expect(page.url()).toContain('state=rolled-back');
  await page.goto(`${url}/console/rollouts?endpoint=shadowed&strategy=shadow`);
  await row('shadowed').waitFor();
  expect(await page.getByRole('row').count()).toBe(2);
  expect(await page.getByRole('combobox', { name: 'Endpoint' }).inputValue()).toBe('shadowed');
  await page.getByRole('combobox', { name: 'Endpoint' }).selectOption('bad');
  await page.getByText('No rollout of bad').waitFor();
  await page.setViewportSize(PHONE);
  await page.goto(`${url}/console/rollouts`);
  await page.getByRole('link', { name: /bad/ }).waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  await page.emulateMedia({ colorScheme: 'dark' });
  await lookAt(page, 'rollouts-phone-dark');
  await visitor.leave(visited);
});
