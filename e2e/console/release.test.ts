import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { keysOf } from '../access/server.ts';
import { hasBrowser, inBrowser } from '../browser.ts';
import { example, folder, plimsoll, ROOT, runWith, type Served, served } from '../cli.ts';
import { type Answered, SteadyTraffic } from '../rollouts/traffic.ts';
import { lookAt, Visitor } from './visits.ts';

/**
 * A release from its file to its report, clicked through: version 2 is uploaded, begins as a canary under traffic, goes bad as
 * labels come in, is taken back by evidence while somebody looks on, and leaves an account that a stranger can check.
 */

const { keys, option } = keysOf({ root: 'admin' });
const kept = folder();

/**
 * Seconds instead of minutes. Labels alone judge beside errors: what is asked again and again here are five rows, which the next
 * model answers a little differently by right, and how quickly is up to what else runs on the machine.
 */
const POLICY = {
  window: '250ms',
  watermark: '200ms',
  stages: [{ weight: 50, bake: '1h' }, { weight: 100 }],
  guards: { outputs: false, latency: false, labels: { maturity: '1s' } },
};

const golden = JSON.parse(readFileSync(example('golden/churn.json'), 'utf8'));
const { columns, data } = golden.input.dataframe_split;
const rows = data.map((cells: unknown[]) =>
  Object.fromEntries(columns.map((name: string, k: number) => [name, cells[k]])),
);

let server: Served;
let visitor: Visitor;
let labels: LabelSource;

beforeAll(async () => {
  if (!hasBrowser) return;
  const config = join(folder(), 'plimsoll.yaml');
  writeFileSync(config, JSON.stringify({ endpoints: { churn: { rollout: { policy: POLICY } } } }));
  const args = ['--data', kept, '--config', config, '--keys', 'required', ...option, '--workers', '1'];
  server = await served([example('churn.joblib'), ...args]);
  labels = new LabelSource(server.said.url);
  visitor = await Visitor.to(server.said.url);
}, 90_000);

afterAll(async () => {
  await labels?.stop();
  await visitor?.close();
  await server?.stop();
});

/** Traffic, and what turned out to be true of each answer: told a moment later, a hundred at a time. */
class LabelSource {
  /** Whether what version 2 answers turns out to be wrong. */
  isBad = false;
  readonly #url: string;
  readonly #traffic: SteadyTraffic;
  readonly #timer: NodeJS.Timeout;
  #waiting: object[] = [];
  /** Answers of version 2 so far. */
  seen = 0;

  constructor(url: string) {
    this.#url = url;
    this.#traffic = new SteadyTraffic({
      ...{ url, model: 'churn', rate: 120, rows },
      headersOf: () => ({ authorization: `Bearer ${keys.root}` }),
      onAnswer: (answered) => this.#label(answered),
    });
    this.#timer = setInterval(() => void this.#tell(), 200);
  }

  #label({ requestId, version, body }: Answered): void {
    if (version === 2) this.seen++;
    const [said] = JSON.parse(body).predictions;
    const other = said === 'leaves' ? 'stays' : 'leaves';
    // One in twenty is wrong in any case: nothing is perfect.
    const isWrong = (version === 2 && this.isBad) || this.#traffic.answered.length % 20 === 0;
    this.#waiting.push({ endpoint: 'churn', requestId, label: isWrong ? other : said });
  }

  async #tell(): Promise<void> {
    const items = this.#waiting;
    this.#waiting = [];
    if (items.length === 0) return;
    await fetch(`${this.#url}/api/v1/feedback`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.root}`, 'content-type': 'application/json' },
      body: JSON.stringify(items),
    });
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#traffic.stop();
  }
}

inBrowser('a release: uploaded, a canary, gone bad, taken back by evidence, and accounted for', async () => {
  const visited = await visitor.visit('/console/upload?model=churn', keys.root);
  const { page } = visited;
  await page.getByLabel('Choose files').setInputFiles(example('next/churn.joblib'));
  await page.getByLabel('Reason').fill('trained on half as many customers again');
  await page.getByRole('button', { name: 'Upload and check' }).click();
  await page.getByRole('link', { name: 'Choose a strategy' }).click();

  // As plimsoll.yaml says, and nothing else is chosen: a canary is what comes by itself.
  await page.getByText('As plimsoll.yaml says for this endpoint').waitFor();
  await page.getByText(/answers that labels prove wrong/).waitFor();
  await page.getByRole('button', { name: 'Begin the canary' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByLabel('Reason').fill('more customers');
  await dialog.getByRole('button', { name: 'Begin the canary' }).click();
  await page.getByText('Running', { exact: true }).waitFor();
  await expect.poll(() => labels.seen, { timeout: 20_000 }).toBeGreaterThan(50);
  await lookAt(page, 'release-canary');

  labels.isBad = true;
  // Nobody does anything: the page that is open says what has happened, and why.
  await page.getByText('Rolled back', { exact: true }).first().waitFor();
  await page
    .getByText(/labels/)
    .first()
    .waitFor();
  expect(await page.getByRole('button', { name: 'Abort and roll back' }).count()).toBe(0);
  await lookAt(page, 'release-rolled-back');

  await page.getByRole('link', { name: 'Signed report' }).click();
  await page.getByText('Signature holds').waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  const report = join(folder(), 'report.json');
  await (await download).saveAs(report);
  const verified = plimsoll('rollout', 'verify', report, '--data', kept);
  expect([verified.status, verified.stderr]).toEqual([0, '']);
  expect(verified.stdout).toMatch(/of churn, version 2 against version 1\nIt is rolled-back: .*labels/);
  const { status, stdout } = runWith(process.execPath, [join(ROOT, 'examples/verify-evidence.mjs'), report]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/: rolled-back\nsignature {2}valid/);

  await page.goto(`${server.said.url}/console/endpoints/churn`);
  await page.getByText('buckets 0 to 9,999').waitFor();
  await visitor.leave(visited);
});
