import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { example, plimsoll, ROOT, type Served, served } from '../cli.ts';
import './shared-environments.ts';
import { childrenOf } from '../processes.ts';
import { ask } from './models.ts';

/** Workers that are killed under load: nobody else notices, and nobody waits for ever. */

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-killed-'));
const data = join(folder, 'data');
const FOREST = join(ROOT, 'fixtures/models/sklearn-1.9.1/forest-classifier-balanced.joblib');
const IRIS_ROW = [5.1, 3.5, 1.4, 0.2];
const FOREST_ROW = [0.1, 0.2, 0.3, 0.4, 0.5];
/** Longer than a worker takes to start anew on a busy machine; a request that hangs would take for ever. */
const HANGS_MILLIS = 20_000;
let server: Served;

beforeAll(async () => {
  const python = ['--runtime', 'python', '--trust'];
  for (const args of [
    [FOREST, '--name', 'forest', ...python],
    [example('iris.joblib'), '--name', 'iris'],
  ]) {
    const pushed = plimsoll('push', ...args, '--data', data);
    expect(pushed.status, pushed.stdout + pushed.stderr).toBe(0);
  }
  server = await served(['--data', data, '--workers', '1']);
}, 240_000);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

const workers = (): number[] =>
  childrenOf(server.child.pid!)
    .filter(({ command }) => command.includes('plimsoll/worker'))
    .map(({ pid }) => pid);

interface Outcome {
  readonly status: number;
  readonly code: string | null;
  readonly predictions: unknown;
  readonly millis: number;
}

/** Sends the same row over and over, from so many clients at once, until it is told to stop. */
function press(model: string, row: readonly number[], clients: number) {
  const outcomes: Outcome[] = [];
  let isOver = false;
  const client = async (): Promise<void> => {
    while (!isOver) {
      const begun = performance.now();
      const { status, body } = await ask(server, model, [row]);
      const millis = performance.now() - begun;
      outcomes.push({ status, code: body.error?.code ?? null, predictions: body.predictions, millis });
    }
  };
  const ended = Promise.all(Array.from({ length: clients }, client));
  // A failure is told where the clients are told to stop.
  ended.catch(() => undefined);
  const stop = async (): Promise<readonly Outcome[]> => {
    isOver = true;
    await ended;
    return outcomes;
  };
  return { outcomes, stop };
}

test('a worker killed with -9 under load, five times: the other model loses nothing, this one hangs nobody', {
  timeout: 120_000,
}, async () => {
  const first = await ask(server, 'forest', [FOREST_ROW]);
  const [rightForest, rightIris] = [
    first.body.predictions,
    (await ask(server, 'iris', [IRIS_ROW])).body.predictions,
  ];
  const onForest = press('forest', FOREST_ROW, 8);
  const onIris = press('iris', IRIS_ROW, 4);
  const answered = () => onForest.outcomes.filter(({ status }) => status === 200).length;
  const tenMore = () => {
    const before = answered();
    return expect.poll(answered, { timeout: HANGS_MILLIS }).toBeGreaterThanOrEqual(before + 10);
  };
  for (let kill = 0; kill < 5; kill++) {
    await tenMore();
    for (const pid of workers()) process.kill(pid, 'SIGKILL');
  }
  await tenMore();
  const [forest, iris] = [await onForest.stop(), await onIris.stop()];

  expect(iris.length).toBeGreaterThan(100);
  expect(iris.filter(({ status }) => status !== 200)).toEqual([]);
  expect(iris.filter(({ predictions }) => String(predictions) !== String(rightIris))).toEqual([]);

  expect(forest.filter(({ status }) => status === 200).length).toBeGreaterThan(50);
  for (const { status, code, predictions } of forest) {
    if (status === 200) expect(predictions).toEqual(rightForest);
    else expect([status, code]).toEqual([503, expect.stringMatching(/^(PYTHON_WORKER_ENDED|ENGINE_BUSY)$/)]);
  }
  expect(Math.max(...forest.map(({ millis }) => millis))).toBeLessThan(HANGS_MILLIS);
  expect((await ask(server, 'forest', [FOREST_ROW])).status).toBe(200);
});

test('workers end with the server, also when it is killed', { timeout: 60_000 }, async () => {
  const before = workers();
  expect(before.length).toBeGreaterThan(0);
  await server.stop('SIGKILL');
  const alive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  await expect.poll(() => before.filter(alive), { timeout: 10_000 }).toEqual([]);
});
