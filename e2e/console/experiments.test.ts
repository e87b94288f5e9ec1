import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { seededRandom } from '../../src/core/random.ts';
import { hasBrowser, inBrowser } from '../browser.ts';
import { type Served, served } from '../cli.ts';
import { api, begun, ended, fixture, pushed, type Rollout, rows, standing } from '../rollouts/control.ts';
import { type Answered, SteadyTraffic } from '../rollouts/traffic.ts';
import { lookAt, PHONE, Visitor } from './visits.ts';

/** Experiments as people read them: one that finds a winner, one that is still open, over what was posted of units. */

const POLICY = {
  ...{ window: '250ms', watermark: '100ms', segments: 'x-country', maxTime: '1h' },
  primary: { metric: 'converted', bounds: [0, 1], maturity: '500ms', minimumEffect: 0.05 },
  metrics: [{ metric: 'visits', maturity: '500ms' }],
  guardrails: [{ metric: 'refunds', direction: 'down', bounds: [0, 1], margin: 0.3, maturity: '500ms' }],
  guards: { latency: false, outputs: false },
  srm: { concentration: 50 },
};
const POST_MILLIS = 100;

let server: Served;
let visitor: Visitor;
let url: string;
const rollouts = new Map<string, Rollout>();
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  if (!hasBrowser) return;
  const names = ['won', 'open', 'split'];
  server = await served([...names.map((name) => `${name}=${fixture('stable')}`), '--workers', '1']);
  url = server.said.url;
  await Promise.all(names.map((name) => pushed(url, name, fixture('good'))));
  await follow('won', { 1: 0.1, 2: 0.9 });
  await follow('open', { 1: 0.5, 2: 0.5 });
  await follow('split', {}, await unitsOfCandidate('split'));
  visitor = await Visitor.to(url);
}, 90_000);

afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await visitor?.close();
  await server?.stop();
});

async function begin(model: string): Promise<void> {
  rollouts.set(model, await begun(url, model, { strategy: 'ab', policy: POLICY }));
}

/** As if something before the server sent nobody to stable: units that come to the candidate alone. */
async function unitsOfCandidate(model: string): Promise<readonly string[]> {
  await begin(model);
  const arms = await Promise.all(
    Array.from({ length: 160 }, async (_, k) => {
      const unit = `unit-${k}`;
      const { arm } = await api<{ arm: string }>(url, 'GET', `endpoints/${model}/explain?unit=${unit}`);
      return arm === 'candidate' ? [unit] : [];
    }),
  );
  return arms.flat();
}

/** Starts an experiment, asks for it and posts what came of it. */
async function follow(
  model: string,
  converts: Readonly<Record<number, number>>,
  units: readonly string[] = [],
): Promise<void> {
  if (!rollouts.has(model)) await begin(model);
  const random = seededRandom(22);
  const waiting: object[] = [];
  const onAnswer = ({ unit, version }: Answered): void => {
    const of = (metric: string, value: number) => ({ endpoint: model, unit, metric, value });
    if (random.next() < (converts[version] ?? 0)) waiting.push(of('converted', 1));
    waiting.push(of('visits', 1 + Math.floor(3 * random.next())));
    if (random.next() < 0.05) waiting.push(of('refunds', 1));
  };
  const headersOf = (n: number) => ({ 'x-country': n % 3 === 0 ? 'FR' : 'DE' });
  const unitOf = (n: number) => units[n % units.length] ?? `${model}-${n}`;
  const traffic = new SteadyTraffic({ url, model, rate: 100, rows, headersOf, unitOf, onAnswer });
  let posted: Promise<unknown> = Promise.resolve();
  const posting = setInterval(() => {
    if (waiting.length === 0) return;
    posted = posted.then(() => api(url, 'POST', 'feedback', waiting.splice(0)));
    posted.catch(() => undefined);
  }, POST_MILLIS);
  stops.push(async () => {
    clearInterval(posting);
    await traffic.stop();
    await posted.catch(() => undefined);
  });
}

const panel = (page: Page, name: string | RegExp): Locator => page.getByRole('region', { name, exact: true });

inBrowser('an experiment that is open says what is known, by look, segment and guardrail', async () => {
  const { id } = rollouts.get('open')!;
  await expect
    .poll(async () => (await standing(url, { id })).experiment?.looks.length ?? 0, { timeout: 60_000 })
    .toBeGreaterThan(8);
  const visited = await visitor.visit(`/console/rollouts/${id}`, null);
  const { page } = visited;
  await page.getByRole('heading', { name: 'Experiment of open, version 1 to 2' }).waitFor();
  await panel(page, 'Conclusion').getByText('Nothing is decided yet.').waitFor();
  const looks = panel(page, 'converted, which decides, at every look');
  expect(await looks.getByRole('img').first().getAttribute('aria-label')).toMatch(
    /^candidate against control in converted at every look: .*between .* one side of no difference/,
  );
  await looks.getByText('As a table').click();
  // Windows that a busy machine counts late are looked at in one moment: a row has others after it.
  await expect.poll(() => looks.getByRole('row').count(), { timeout: 60_000 }).toBeGreaterThan(5);
  const decides = panel(page, 'What decides, and when');
  await decides.getByText('converted decides; more is better.').waitFor();
  await decides.getByText(/^By the deadline about .* units will have matured/).waitFor();
  await decides.getByText(/of about .* units matured/).waitFor();
  const metrics = panel(page, 'Metrics and guardrails');
  await metrics.getByRole('row').filter({ hasText: 'refunds' }).getByText('guardrail').waitFor();
  const segments = panel(page, 'By x-country');
  await segments.getByRole('row').filter({ hasText: 'x-country=FR' }).waitFor();
  await segments.getByRole('button', { name: 'visits' }).click();
  expect(page.url()).toContain('metric=visits');
  await segments.getByRole('row').filter({ hasText: 'x-country=DE' }).waitFor();
  const arms = panel(page, 'Arms of the experiment');
  await arms.getByRole('row').filter({ hasText: 'candidate' }).getByText('50 %').first().waitFor();
  await lookAt(page, 'experiment-open-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await lookAt(page, 'experiment-open-dark');
  await page.setViewportSize(PHONE);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  await lookAt(page, 'experiment-open-phone');
  await visitor.leave(visited);
});

inBrowser('a split that is broken is told before anything else, and nothing is concluded', async () => {
  const { id } = rollouts.get('split')!;
  expect(await ended(url, { id }, 60_000)).toMatchObject({ state: 'holding' });
  const visited = await visitor.visit(`/console/rollouts/${id}`, null);
  const { page } = visited;
  const alarm = page.getByRole('alert', { name: 'Broken split' });
  await alarm.getByText('The router or the recording is at fault').waitFor();
  await page.getByText('Waits for a person', { exact: true }).first().waitFor();
  await panel(page, 'Conclusion').getByText('Nothing can be concluded').waitFor();
  expect(await page.locator('#main section').first().getAttribute('aria-label')).toBe('Broken split');
  await lookAt(page, 'experiment-split-light');
  await visitor.leave(visited);
});

inBrowser(
  'an experiment that has found its winner says so in a sentence, and a person stops the other',
  async () => {
    const over = await ended(url, { id: rollouts.get('won')!.id }, 60_000);
    expect(over).toMatchObject({ state: 'promoted', experiment: { winner: 'candidate' } });
    const visited = await visitor.visit(`/console/experiments/${over.id}`, null);
    const { page } = visited;
    await panel(page, 'Conclusion').getByText('candidate wins and answers everybody.').waitFor();
    await panel(page, 'Metrics and guardrails').getByText('Better', { exact: true }).first().waitFor();
    await panel(page, 'Decisions')
      .getByText(/candidate wins in converted/)
      .waitFor();
    await lookAt(page, 'experiment-won-light');
    const { id } = rollouts.get('open')!;
    await page.goto(`${url}/console/rollouts/${id}`);
    await page.getByRole('button', { name: 'Abort and roll back' }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText('Every arm but control ends').waitFor();
    await dialog.getByLabel('Reason').fill('not worth the wait');
    await dialog.getByRole('button', { name: 'Abort and roll back' }).click();
    await panel(page, 'Conclusion').getByText('Ended by a person before anything was decided.').waitFor();
    await panel(page, 'Decisions').getByText('not worth the wait').waitFor();
    expect(await standing(url, { id })).toMatchObject({ state: 'aborted' });
    await visitor.leave(visited);
  },
);
