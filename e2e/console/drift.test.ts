import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { CapturedBlock } from '../../src/capture/block.ts';
import { encodeBlock } from '../../src/capture/block-codec.ts';
import { blockFile, spoolPath } from '../../src/capture/paths.ts';
import { seededRandom } from '../../src/core/random.ts';
import { openMonitoring } from '../../src/store/monitoring/open.ts';
import { monitoringUrl } from '../../src/store/monitoring/url.ts';
import { keysOf } from '../access/server.ts';
import { hasBrowser, inBrowser } from '../browser.ts';
import { example, folder, plimsoll, type Served, served } from '../cli.ts';
import { lookAt, PHONE, Visitor } from './visits.ts';

/**
 * A flower that is no longer as it was: from the alert to the histogram, to a changed policy, to what that would have said, to the alert
 * that ends. The rows of the days before were answered by the same server, as the blocks say that one leaves behind.
 */

const NAMES = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'];
const SPECIES = ['setosa', 'versicolor', 'virginica'];
const [HOUR, DAY] = [3_600_000, 86_400_000];
const random = seededRandom(20261130);
const normal = (): number =>
  Math.sqrt(-2 * Math.log(random.next() || 1e-12)) * Math.cos(2 * Math.PI * random.next());
const flower = (shift: number): number[] => [
  5.8 + 0.8 * normal() + shift,
  3 + 0.4 * normal(),
  3.7 + 1.7 * normal(),
  1.2 + 0.7 * normal(),
];

const { keys, option } = keysOf({ ada: 'admin', bob: 'viewer' });
const data = folder();
let server: Served;
let visitor: Visitor;

beforeAll(async () => {
  if (!hasBrowser) return;
  const reference = join(folder(), 'reference.csv');
  const lines = [NAMES.join(','), ...Array.from({ length: 4000 }, () => flower(0).join(','))];
  writeFileSync(reference, `${lines.join('\n')}\n`);
  const config = join(folder(), 'plimsoll.json');
  const monitor = {
    alerts: { for: '0s', coolDown: '0s', groupWait: '0s' },
    receivers: { ops: { kind: 'webhook', url: 'http://127.0.0.1:9/hook' } },
  };
  writeFileSync(config, JSON.stringify({ monitorShare: '50%', monitors: { iris: monitor } }));
  const model = ['push', example('iris.joblib'), '--name', 'iris', '--reference', reference, '--data', data];
  const pushed = plimsoll(...model);
  expect(pushed.status, pushed.stderr).toBe(0);
  await remember();
  server = await served([
    '--data',
    data,
    '--config',
    config,
    '--keys',
    'required',
    ...option,
    '--workers',
    '1',
  ]);
  visitor = await Visitor.to(server.said.url);
  for (let ago = 60; ago >= 1; ago--) await leaveHour(ago);
  for (let k = 0; k < 5; k++) await predict('/models/iris/predict', flowers(SHIFT));
}, 90_000);

afterAll(async () => {
  await visitor?.close();
  await server?.stop();
});

const SHIFT = 1;
const ROWS = 60;
const flowers = (shift: number): number[][] => Array.from({ length: ROWS }, () => flower(shift));

interface Answers {
  readonly predictions: readonly string[];
  readonly probabilities: readonly (readonly number[])[];
}

async function predict(path: string, rows: readonly (readonly number[])[]): Promise<Answers> {
  const response = await fetch(server.said.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${keys.ada}` },
    body: JSON.stringify({ rows }),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Answers;
}

/** The rows of an hour so many hours ago; of the last six they are others. */
async function leaveHour(ago: number): Promise<void> {
  const rows = flowers(ago <= 6 ? SHIFT : 0);
  const { predictions, probabilities } = await predict('/models/iris/versions/1/predict', rows);
  const from = Date.now() - ago * HOUR;
  const block: CapturedBlock = {
    ...{ worker: 'before', epoch: 1, seq: 100 - ago, endpoint: 'iris', model: 'iris', version: 1 },
    ...{ from, to: from + ROWS, rows: ROWS, requests: 1, rowsSeen: ROWS, dropped: 0 },
    inputs: NAMES.map((name, k) => ({
      name,
      values: Float64Array.from(rows, (row) => row[k] ?? Number.NaN),
    })),
    outputs: [
      { name: 'predict', values: predictions },
      ...SPECIES.map((name, k) => ({
        name: `predict_proba_${name}`,
        values: Float64Array.from(probabilities, (row) => row[k] ?? Number.NaN),
      })),
    ],
    meta: {
      at: Float64Array.from({ length: ROWS }, (_, k) => from + k),
      requestId: rows.map((_, k) => `before-${ago}-${k}`),
      row: new Uint32Array(ROWS),
      unit: rows.map(() => null),
      arm: new Int8Array(ROWS).fill(-1),
      role: rows.map(() => null),
      segment: rows.map(() => null),
      millis: new Float32Array(ROWS).fill(1),
      weight: new Float32Array(ROWS).fill(1),
    },
  };
  const path = join(spoolPath(data), blockFile(block));
  mkdirSync(spoolPath(data), { recursive: true });
  writeFileSync(`${path}.tmp`, encodeBlock(block));
  renameSync(`${path}.tmp`, path);
}

/** What days of labels have left: accuracy by day, and a message that nobody took. */
async function remember(): Promise<void> {
  const store = await openMonitoring(monitoringUrl(data, null));
  const today = Math.floor(Date.now() / DAY) * DAY;
  for (let ago = 40; ago >= 1; ago--) {
    const arrived = Math.min(1, ago / 8);
    const value = 0.93 - (ago < 15 ? 0.004 * (15 - ago) : 0) + 0.01 * normal();
    const known = (centre: number, width: number) => ({
      value: centre,
      lower: centre - width,
      upper: centre + width,
    });
    await store.addCohort({
      ...{
        endpoint: 'iris',
        version: 1,
        from: today - ago * DAY,
        to: today - (ago - 1) * DAY,
        computedAt: Date.now(),
      },
      body: {
        ...{ schema: 1, task: 'multiclass', metric: 'accuracy' },
        realised: ago < 3 ? null : { ...known(value, 0.02 / Math.sqrt(arrived)), error: 0.01, rows: 400 },
        estimate: { ...known(0.925, 0.03), level: 0.9, periods: 12 },
        ...{ corrected: null, residual: null, rows: 400, traffic: 400 },
        ...{ labelled: Math.round(400 * arrived), coverage: arrived, arrived, mature: ago >= 8 },
        ...{ revised: 0, segments: [], ask: [], delays: [] },
      },
    });
  }
  await store.setDelivery({
    ...{
      id: 'lost',
      receiver: 'ops',
      groupKey: 'iris',
      body: { endpoint: 'iris' },
      state: 'dead',
      attempts: 9,
    },
    ...{ notBefore: 0, error: '404 Not Found', createdAt: Date.now() - DAY, receipt: null },
  });
  await store.close();
}

inBrowser(
  'an alert of drift leads to the histogram, to a policy that is tried on what came, and ends when that is saved',
  { timeout: 120_000 },
  async () => {
    const visited = await visitor.visit('/console/', keys.ada);
    const { page } = visited;
    await page
      .getByRole('heading', { name: 'The endpoint needs you' })
      .or(page.getByRole('heading', { name: '1 of 1 endpoint needs you' }))
      .waitFor();
    await page
      .getByText(/sepal_length moved: PSI/)
      .first()
      .waitFor();
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Alerts' }).click();
    const row = page.getByRole('row').filter({ hasText: 'FeatureDrift of sepal_length' });
    await row.getByText('Firing').waitFor();
    await page.getByText('404 Not Found').waitFor();
    await lookAt(page, 'alerts-light');
    await row.getByRole('link', { name: 'FeatureDrift of sepal_length' }).click();
    await page.getByText('Sent to ops (first notification)').waitFor();
    await page.getByText('What to do.').waitFor();
    await lookAt(page, 'alert-light');

    await page.getByRole('link', { name: 'See it in the histogram' }).click();
    await page.getByText(/^Not by chance: the odds are/).waitFor();
    await page.getByRole('img', { name: /^PSI of sepal_length by hour/ }).waitFor();
    await page.getByRole('img', { name: /^accuracy by cohort/ }).waitFor();
    await lookAt(page, 'monitoring-light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await lookAt(page, 'monitoring-dark');

    await page.getByRole('link', { name: 'Monitor settings' }).click();
    await page.getByRole('textbox', { name: 'Ignore' }).fill('sepal_length');
    await page.getByText('Replay it first').waitFor();
    expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Replay' }).click();
    await page
      .getByText(/^The changed policy would have fired .*, the one in force (once|\d times), in 2 d/)
      .waitFor();
    const lane = page.getByRole('row').filter({ hasText: 'FeatureDrift of sepal_length' });
    await lane.getByText('in force alone').waitFor();
    await page.getByRole('row').filter({ hasText: 'drift.ignore' }).getByText('["sepal_length"]').waitFor();
    await lookAt(page, 'settings-dark');
    await page.getByRole('button', { name: 'Save' }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByLabel('Reason').fill('a new camera measures them');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Nothing is changed yet.').waitFor();

    await page.goto(`${server.said.url}/console/alerts?show=over`);
    await page
      .getByRole('row')
      .filter({ hasText: 'FeatureDrift of sepal_length' })
      .getByText('Over', { exact: true })
      .waitFor();
    await page.getByRole('link', { name: 'FeatureDrift of sepal_length' }).click();
    await page.getByText('Withdrawn: its rule is no longer in force.').waitFor();
    await visitor.leave(visited);
  },
);

inBrowser(
  'who may only look can try a policy, and neither saves nor acknowledges; a phone shows it all',
  { timeout: 60_000 },
  async () => {
    const visited = await visitor.visit('/console/alerts?show=over', keys.bob, { viewport: PHONE });
    const { page } = visited;
    await page.getByText('FeatureDrift of sepal_length').waitFor();
    const pages = {
      'alerts?show=over': ['alerts-phone', 'FeatureDrift of sepal_length'],
      'endpoints/iris/monitoring?feature=petal_width&side=input': [
        'monitoring-phone',
        'counts as drift from',
      ],
      'endpoints/iris/monitoring/settings': ['settings-phone', 'Nothing is changed yet.'],
    } as const;
    for (const [path, [name, text]] of Object.entries(pages)) {
      await page.goto(`${server.said.url}/console/${path}`);
      await page.getByText(text).waitFor();
      await lookAt(page, name);
      expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([
        path,
        PHONE.width,
      ]);
    }
    await page.getByText('Text', { exact: true }).click();
    await page.getByLabel('Policy as JSON').fill('{ "later": 1 }');
    await page.getByText('To save it takes a key of the scope admin.').waitFor();
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByRole('alert').filter({ hasText: 'later' }).waitFor();
    await page.getByRole('button', { name: 'Forget the changes' }).click();
    await page.getByText('Nothing is changed yet.').waitFor();
    expect(await page.getByLabel('Policy as JSON').inputValue()).not.toContain('later');
    await visitor.leave(visited);
  },
);
