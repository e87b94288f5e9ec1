import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFake } from '../../tools/clouds/google/fake.ts';
import { preparePython } from '../../tools/python-environment.ts';
import { ROOT } from '../cli.ts';
import { type Packaged, packagedChurn, ROWS } from './container.ts';
import { imageOf } from './deployment.ts';

const lock = join(ROOT, 'tools/clouds/google/requirements.txt');
let packaged: Packaged;
let python: string;

beforeAll(async () => {
  python = preparePython('vertex', lock, 'google.cloud.aiplatform_v1');
  packaged = packagedChurn();
}, 600_000);
afterAll(() => packaged.remove());

test("Google's Python client deploys, splits, rolls back and takes away", async () => {
  const fake = await startFake({ launch: packaged.launch(imageOf(1), imageOf(2)) });
  const script = join(ROOT, 'tools/clouds/google/client.py');
  const args = [script, fake.url, JSON.stringify(ROWS), imageOf(1), imageOf(2)];
  const { stdout } = await promisify(execFile)(python, args, { env: { PATH: process.env['PATH'] } });
  await fake.stop();
  const said = JSON.parse(stdout);
  expect(said).toMatchObject({
    predictions: packaged.local,
    first: { 1: 3 },
    'rolled back': { 1: 100 },
    after: { 1: 20 },
    left: 0,
  });
  // 30 of 100: outside of 11 to 52 less than once in a hundred thousand runs.
  expect(said.canary['2']).toBeGreaterThan(10);
  expect(said.canary['2']).toBeLessThan(53);
  expect(said.refused).toEqual({
    'upload again': expect.stringMatching(/AlreadyExists|Conflict/),
    'a split of 90': expect.stringMatching(/InvalidArgument|BadRequest/),
    'undeploy with traffic': expect.stringMatching(/FailedPrecondition|BadRequest/),
    'a model that is deployed': expect.stringMatching(/FailedPrecondition|BadRequest/),
    'an endpoint with models': expect.stringMatching(/FailedPrecondition|BadRequest/),
  });
});

test("Google's SDK, as its users call it, deploys, moves a canary back, scores in batches and takes away", async () => {
  const delays = { upload: 20, endpoint: 20, deploy: 20, remove: 20, job: 200 };
  const fake = await startFake({ launch: packaged.launch(imageOf(1), imageOf(2)), delays });
  const script = join(ROOT, 'tools/clouds/google/sdk.py');
  const args = [script, fake.url, JSON.stringify(ROWS), imageOf(1), imageOf(2)];
  const { stdout } = await promisify(execFile)(python, args, { env: { PATH: process.env['PATH'] } });
  await fake.stop();
  // What it is doing, it says before.
  expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toEqual({
    ...{ predictions: packaged.local, canary: [10, 90], 'rolled back': true, listed: ['first', 'second'] },
    ...{ batch: 'JOB_STATE_SUCCEEDED', left: 0 },
  });
});
