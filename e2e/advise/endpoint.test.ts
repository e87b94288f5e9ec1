/** The files of a real-time endpoint, and of a device, started by the commands that they come with. */
import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parsePolicy } from '../../src/rollout/policy/policy.ts';
import { example } from '../cli.ts';
import { workersOf } from '../processes.ts';
import { call } from '../serving/client.ts';
import { Advised } from './advised.ts';

let advised: Advised;
afterEach(() => advised.close());

/** Rows with the answers of the library that wrote the model. */
const golden = (name: string) => JSON.parse(readFileSync(example(`golden/${name}.json`), 'utf8'));

test('an endpoint answers as the library does, with its workers, and is watched and rolled out as the file says', async () => {
  advised = await Advised.of(example('churn.joblib'), {});
  const lint = await advised.done(advised.command('rollout lint'));
  expect(lint).toContain('A candidate that does no harm expected to be promoted after');
  const { url, child } = await advised.serve();
  const { input, expected } = golden('churn');
  const { status, json } = await call(`${url}/models/churn/predict`, { body: input });
  expect([status, json.predictions]).toEqual([200, expected.predict]);
  expect(workersOf(child.pid!)).toHaveLength(2);
  const monitor = await call(`${url}/api/v1/endpoints/churn/monitor`);
  expect(monitor.json.policy.operations.latency).toEqual({ millis: 50, share: 0.99 });
  // The next version gets its traffic by the policy of the file.
  await advised.done(
    `plimsoll push '${example('next/churn.joblib')}' --name churn --rollout canary --url ${url}`,
  );
  const { rollout } = (await call(`${url}/api/v1/endpoints/churn`)).json;
  const begun = await call(`${url}/api/v1/rollouts/${rollout.id}`);
  const written = parse(advised.read('plimsoll.yaml')).endpoints.churn.rollout.policy;
  expect(begun.json.progress.stages).toEqual(parsePolicy(written).stages);
});

test('with too little traffic for evidence, a person is asked', async () => {
  advised = await Advised.of(example('iris.joblib'), {
    traffic: { rate: 2e-5, errorRate: 0.001, units: null },
  });
  expect(advised.commands).toEqual([expect.stringMatching(/^plimsoll serve /)]);
  const { url } = await advised.serve();
  expect((await call(`${url}/api/v1/endpoints/iris`)).status).toBe(200);
});

test('a device serves it in one process, and its graph is made by the command beside', async () => {
  advised = await Advised.of(example('house-prices.joblib'), { pattern: 'edge' });
  const { url, child } = await advised.serve();
  expect(workersOf(child.pid!)).toEqual([]);
  const { input, expected } = golden('house-prices');
  const { json } = await call(`${url}/models/house-prices/predict`, { body: input });
  expect(json.predictions).toEqual(expected.predict);
  await advised.done(advised.command('compile'));
  expect(advised.has('model.onnx') && advised.has('certificate.json')).toBe(true);
});
