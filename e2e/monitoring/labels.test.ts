import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CapturedBlock } from '../../src/capture/block.ts';
import { encodeBlock } from '../../src/capture/block-codec.ts';
import { blockFile, blockIdOf, spoolPath } from '../../src/capture/paths.ts';
import type { AlertRow } from '../../src/monitor/alerts/alert.ts';
import type { CohortView, MonitorView, QualityView } from '../../src/monitor/port.ts';
import { plimsoll, type Served, served } from '../cli.ts';
import { childrenOf } from '../processes.ts';
import { api, fixture } from '../rollouts/control.ts';
import { csvOf, NUMBERS, People, type Person } from './people.ts';

/**
 * Labels that come days after their answers. Answers are those of a real server; that some were given days ago is said by the
 * blocks that they are left behind in, as a server would have left them then.
 */

const DAY = 86_400_000;
const TODAY = Math.floor(Date.now() / DAY) * DAY;
const A_DAY = 200;
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-labels-'));
const data = join(folder, 'data');
const people = new People(20261126);

interface Answered extends Person {
  readonly id: string;
  readonly at: number;
  readonly predicted: number;
  readonly chances: readonly [number, number];
}

let server: Served;
/** By days ago. */
const past = new Map<number, readonly Answered[]>();

beforeAll(async () => {
  writeFileSync(join(folder, 'reference.csv'), csvOf(people.many(4000), 'fails'));
  const monitor = {
    accuracy: { metric: 'accuracy', target: 'fails', maturity: '2d' },
    alerts: { for: '0s', coolDown: '0s', resolveAfter: '0s' },
  };
  writeFileSync(
    join(folder, 'plimsoll.json'),
    JSON.stringify({ monitorShare: '50%', monitors: { credit: monitor } }),
  );
  const reference = join(folder, 'reference.csv');
  const model = ['push', fixture('stable'), '--name', 'credit', '--reference', reference, '--data', data];
  const pushed = plimsoll(...model);
  expect(pushed.status, pushed.stderr).toBe(0);
  server = await serve();
  for (let ago = 9; ago >= 3; ago--) past.set(ago, await answeredAgo(ago));
  await server.stop();
  mkdirSync(spoolPath(data), { recursive: true });
  for (const [ago, answers] of past) leave(blockOf(answers, ago));
  server = await serve();
}, 120_000);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const serve = (): Promise<Served> =>
  served(['--data', data, '--config', join(folder, 'plimsoll.json'), '--workers', '1']);

interface Said {
  readonly predictions: readonly number[];
  readonly probabilities: readonly [number, number][];
}

async function post(path: string, rows: readonly Person[]): Promise<Said & { readonly id: string }> {
  const response = await fetch(`${server.said.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rows: rows.map(({ row }) => row) }),
  });
  expect(response.status).toBe(200);
  return { ...((await response.json()) as Said), id: String(response.headers.get('x-request-id')) };
}

/** From five days ago on half of the east does the opposite. */
async function answeredAgo(ago: number): Promise<readonly Answered[]> {
  const drawn = people.many(A_DAY).map(({ row, fails }) => {
    const isTurned = ago <= 5 && row['region'] === 'east' && people.next() < 0.5;
    return { row, fails: isTurned ? ((1 - fails) as 0 | 1) : fails };
  });
  const { predictions, probabilities } = await post('/models/credit/versions/1/predict', drawn);
  return drawn.map((person, i) => ({
    ...person,
    id: `past-${ago}-${i}`,
    at: TODAY - ago * DAY + Math.floor(people.next() * DAY),
    predicted: predictions[i]!,
    chances: probabilities[i]!,
  }));
}

function blockOf(answers: readonly Answered[], seq: number): CapturedBlock {
  const rows = answers.length;
  const times = answers.map(({ at }) => at);
  return {
    ...{ worker: 'before', epoch: 1, seq, endpoint: 'credit', model: 'credit', version: 1 },
    ...{ from: Math.min(...times), to: Math.max(...times), rows, requests: rows, rowsSeen: rows, dropped: 0 },
    inputs: [
      ...NUMBERS.map((name) => ({
        name,
        values: Float64Array.from(answers, ({ row }) => Number(row[name])),
      })),
      { name: 'region', values: answers.map(({ row }) => String(row['region'])) },
    ],
    outputs: [
      { name: 'predict', values: Float64Array.from(answers, ({ predicted }) => predicted) },
      ...[0, 1].map((k) => ({
        name: `predict_proba_${k}`,
        values: Float64Array.from(answers, ({ chances }) => chances[k as 0 | 1]),
      })),
    ],
    meta: {
      at: Float64Array.from(times),
      requestId: answers.map(({ id }) => id),
      row: new Uint32Array(rows),
      unit: answers.map(() => null),
      arm: new Int8Array(rows).fill(-1),
      role: answers.map(() => null),
      segment: answers.map(() => null),
      millis: new Float32Array(rows).fill(1),
      weight: new Float32Array(rows).fill(1),
    },
  };
}

function leave(block: CapturedBlock): void {
  const path = join(spoolPath(data), blockFile(block));
  writeFileSync(`${path}.tmp`, encodeBlock(block));
  renameSync(`${path}.tmp`, path);
}

const feedback = (of: readonly { readonly id: string; readonly fails: number }[]) =>
  api<{ accepted: number }>(
    server.said.url,
    'POST',
    'feedback',
    of.map(({ id, fails }) => ({ endpoint: 'credit', requestId: id, label: fails })),
  );
const monitor = (): Promise<MonitorView> => api(server.said.url, 'GET', 'endpoints/credit/monitor');
const quality = (): Promise<QualityView> => api(server.said.url, 'GET', 'endpoints/credit/quality');
const cohortOf = ({ cohorts }: QualityView, ago: number): CohortView | undefined =>
  cohorts.find(({ from }) => from === TODAY - ago * DAY);
const alert = async (name: string): Promise<AlertRow | undefined> => {
  const { items } = await api<{ items: AlertRow[] }>(server.said.url, 'GET', 'alerts?all=true');
  return items.find(({ labels }) => labels.alertname === name);
};
const watcher = (): number | undefined =>
  childrenOf(server.child.pid!).find(({ command }) => command.includes('monitor.child'))?.pid;
const right = (answers: readonly Answered[]): number =>
  answers.filter(({ predicted, fails }) => predicted === fails).length / answers.length;
/** A look rests for twenty times as long as it took, which on a busy machine may be minutes. */
const PATIENT = { timeout: 300_000, interval: 1000 };

test('answers without labels have estimates, by the labelled rows of the reference', {
  timeout: 360_000,
}, async () => {
  await expect.poll(async () => cohortOf(await quality(), 3)?.estimate ?? null, PATIENT).not.toBeNull();
  const view = await quality();
  expect(view.accuracy).toMatchObject({
    metric: 'accuracy',
    reference: { source: 'file', rows: 4000, isPresumed: false },
    isEstimateTrusted: true,
  });
  // Ten periods of the reference make a band for ten in eleven.
  const days = [9, 8, 7, 6].map((ago) => ({ was: right(past.get(ago)!), ...cohortOf(view, ago)! }));
  for (const { realised, labelled } of days)
    expect({ realised, labelled }).toEqual({ realised: null, labelled: 0 });
  const inside = days.filter(
    ({ was, estimate }) => was > estimate!.lower - 1e-9 && was < estimate!.upper + 1e-9,
  );
  expect(inside.length).toBeGreaterThanOrEqual(3);
});

test('labels of today and of days ago revise their cohorts, and those alone', {
  timeout: 900_000,
}, async () => {
  const hour = async () => (await monitor()).traffic.hour;
  const before = await hour();
  const now = people.many(50);
  const answers: { id: string; fails: number; predicted: number }[] = [];
  for (const person of now) {
    const { id, predictions } = await post('/models/credit/predict', [person]);
    answers.push({ id, fails: person.fails, predicted: predictions[0]! });
  }
  // Labels may come before their answers are logged; those that come later have them looked at soon.
  await feedback(answers.slice(0, 10));
  await expect.poll(hour, PATIENT).toBe(before + 50);
  await feedback(answers.slice(10));
  await feedback([9, 8, 7, 6].flatMap((ago) => past.get(ago)!));
  await expect.poll(async () => cohortOf(await quality(), 6)?.labelled, PATIENT).toBe(A_DAY);
  const view = await quality();
  for (const ago of [9, 8, 7, 6]) {
    const { realised, coverage, mature, revision, revisions } = cohortOf(view, ago)!;
    expect(realised!.value).toBeCloseTo(right(past.get(ago)!), 9);
    expect({ coverage, mature, revision }).toEqual({ coverage: 1, mature: true, revision: 2 });
    expect(revisions.map(({ labelled }) => labelled)).toEqual([0, A_DAY]);
  }
  for (const ago of [5, 4, 3]) expect(cohortOf(view, ago)).toMatchObject({ labelled: 0, revision: 1 });
  await expect.poll(async () => cohortOf(await quality(), 0)?.labelled, PATIENT).toBe(50);
  const scraped = async () => (await fetch(`${server.said.url}/metrics`)).text();
  const of = 'endpoint="credit",model_name="credit",model_version="1"';
  await expect
    .poll(scraped, PATIENT)
    .toContain(`model_quality_realized{${of},metric="accuracy",bound="point"} ${right(past.get(6)!)}\n`);
  const page = await scraped();
  expect(page).toContain(
    `model_quality_reference{${of},metric="accuracy"} ${view.accuracy!.reference!.value}\n`,
  );
  expect(page).toMatch(/^model_label_coverage_ratio\{endpoint="credit",.*\} 0\.\d+$/m);
  expect(page).toMatch(/^model_label_delay_seconds\{endpoint="credit",.*quantile="0\.5"\} \d+/m);
  await expect.poll(async () => (await alert('LabelsLate'))?.state, PATIENT).toBe('firing');
  expect(await alert('AccuracyDecay')).toBeUndefined();
});

test('labels that are days late count once, whatever is killed, and tell what was lost and where', {
  timeout: 900_000,
}, async () => {
  const late = [5, 4, 3].flatMap((ago) => past.get(ago)!);
  const first = watcher()!;
  await feedback(late.slice(0, 250));
  process.kill(first, 'SIGKILL');
  await feedback(late.slice(250));
  await expect.poll(async () => cohortOf(await quality(), 3)?.labelled, PATIENT).toBe(A_DAY);
  expect(watcher()).not.toBe(first);
  const view = await quality();
  for (const ago of [5, 4, 3]) {
    const { realised, labelled, coverage, revised, revisions } = cohortOf(view, ago)!;
    expect({ labelled, coverage, revised }).toEqual({ labelled: A_DAY, coverage: 1, revised: 0 });
    expect(realised!.value).toBeCloseTo(right(past.get(ago)!), 9);
    expect(revisions[0]).toMatchObject({ labelled: 0, realised: null });
  }
  for (const ago of [9, 8, 7, 6]) expect(cohortOf(view, ago)!.revision).toBe(2);
  expect(view.accuracy!.isEstimateTrusted).toBe(false);

  await expect.poll(async () => (await alert('AccuracyDecay'))?.state, PATIENT).toBe('firing');
  const { told, labels } = (await alert('AccuracyDecay'))!;
  expect(labels).toMatchObject({ endpoint: 'credit', model: 'credit', metric: 'accuracy' });
  expect(told.sentence).toMatch(
    /worse than the reference's 0\.\d+ by .*from region=east, \d+ % of traffic\.$/,
  );
  expect(told.details['attribution']).toMatch(/points, \d+ % from region=east/);
  await expect.poll(async () => (await alert('LabelsLate'))?.state, PATIENT).toBe('resolved');

  const page = plimsoll('monitor', 'quality', 'credit', '--data', data);
  expect(page.status, page.stderr).toBe(0);
  expect(page.stdout).toContain('in 4,000 rows of its reference');
  expect(page.stdout).toMatch(/Where it was lost: .*region=east/);
  expect(page.stdout).toContain('hidden');
  expect(readdirSync(spoolPath(data)).filter((name) => blockIdOf(name) !== null)).toEqual([]);
});
