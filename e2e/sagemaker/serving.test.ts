import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Aws } from '../../tools/clouds/aws/server.ts';
import { example, folder } from '../cli.ts';
import { account, BUCKET, REGION } from './deployment.ts';
import { boto, containers, plimsollAt } from './programs.ts';

const ROWS = JSON.stringify({
  instances: [
    { age: null, monthly_fee: 49.5, months: 3, plan: 'basic', payment: 'cheque' },
    { age: 61, monthly_fee: 20, months: 70, plan: 'premium', payment: 'card' },
  ],
});
const home = folder();
const [data, first, second] = [join(home, 'data'), join(home, 'first'), join(home, 'second')];
let aws: Aws;

beforeAll(async () => {
  aws = await account({ takesMillis: 20, containers: containers() });
  for (const model of ['churn.joblib', 'next/churn.joblib']) {
    const pushed = await plimsollAt(aws.url, 'push', example(model), '--name', 'churn', '--data', data);
    expect(pushed, pushed.stderr).toMatchObject({ status: 0 });
  }
}, 120_000);
afterAll(() => aws.close());

const packaging = async (reference: string, output: string, ...more: readonly string[]) => {
  const image = `123456789012.dkr.ecr.${REGION}.amazonaws.com/plimsoll@sha256:${'ab'.repeat(32)}`;
  const role = 'arn:aws:iam::123456789012:role/plimsoll-serving';
  const done = await plimsollAt(
    aws.url,
    ...[
      'package',
      'sagemaker',
      reference,
      '--data',
      data,
      '--output',
      output,
      '--image',
      image,
      '--role',
      role,
    ],
    ...['--region', REGION, '--artifacts', `s3://${BUCKET}/plimsoll/`, ...more],
  );
  expect(done, done.stderr).toMatchObject({ status: 0 });
  return done;
};

async function deploy(
  verb: string,
  output: string,
  ...more: readonly string[]
): Promise<Record<string, unknown>> {
  const done = await plimsollAt(aws.url, 'deploy', 'sagemaker', verb, output, ...more, '--json');
  expect(done, done.stderr + done.stdout).toMatchObject({ status: 0 });
  return JSON.parse(done.stdout);
}

const runtime = () => new SageMakerRuntimeClient({ endpoint: aws.url, region: REGION });
const ask = async (more: object = {}) => {
  const request = { EndpointName: 'churn', ContentType: 'application/json', Body: ROWS, ...more };
  const { Body, InvokedProductionVariant: variant } = await runtime().send(
    new InvokeEndpointCommand(request),
  );
  return { text: Buffer.from(Body!).toString('utf8'), variant };
};

async function locally(version: number): Promise<unknown> {
  const rows = join(home, 'rows.json');
  writeFileSync(rows, ROWS);
  const file = example(version === 1 ? 'churn.joblib' : 'next/churn.joblib');
  const { stdout } = await plimsollAt(aws.url, 'predict', file, '--input', rows, '--json');
  return JSON.parse(stdout).outputs.predict;
}

test('packaging a version twice gives the same archive', async () => {
  await packaging('churn@1', first);
  await packaging('churn@1', join(home, 'again'));
  const archive = (path: string) => readFileSync(join(path, 'artifacts/churn-1/model.tar.gz'));
  expect(archive(join(home, 'again')).equals(archive(first))).toBe(true);
}, 60_000);

test('a deployed version answers what it answers here, through the SDK of Amazon, as JSON and CSV', async () => {
  const { created } = await deploy('apply', first);
  expect(created).toHaveLength(4);
  const { text, variant } = await ask();
  expect(variant).toBe('AllTraffic');
  expect(JSON.parse(text)).toEqual({ predictions: await locally(1) });
  const csv = 'age,monthly_fee,months,plan,payment\n,49.5,3,basic,cheque\n61,20,70,premium,card\n';
  const said = await ask({ Body: csv, ContentType: 'text/csv', Accept: 'text/csv' });
  expect(said.text.trim().split('\n')).toEqual(await locally(1));
}, 90_000);

test('a row that the model refuses is an error of the model, with its status', async () => {
  const failure = await ask({ Body: '{"instances":[{"age":"old"}]}' }).catch((error) => error);
  expect(failure).toMatchObject({ name: 'ModelError', OriginalStatusCode: expect.any(Number) });
  expect(failure.OriginalStatusCode).toBeGreaterThanOrEqual(400);
  expect(failure.OriginalStatusCode).toBeLessThan(500);
});

test('a canary by weights gets its share, is asked by name, and is rolled back at once', async () => {
  await packaging('churn@2', second, '--beside', first, '--weight', '0');
  expect((await deploy('apply', second))['updated']).toEqual(['Endpoint/churn']);
  expect((await deploy('weights', second, '1=95', '2=5'))['weights']).toEqual([
    { version: 1, percent: 95 },
    { version: 2, percent: 5 },
  ]);
  const counts = new Map<string, number>();
  for (let i = 0; i < 100; i += 1) {
    const { variant = '' } = await ask();
    counts.set(variant, (counts.get(variant) ?? 0) + 1);
  }
  expect(Object.fromEntries(counts)).toEqual({ v1: 95, v2: 5 });
  expect(JSON.parse((await ask({ TargetVariant: 'v2' })).text)).toEqual({ predictions: await locally(2) });
  await deploy('weights', second, '1=100', '2=0');
  const after = await Promise.all(Array.from({ length: 10 }, () => ask()));
  expect(new Set(after.map(({ variant }) => variant))).toEqual(new Set(['v1']));
}, 120_000);

test('what was deployed is as it should be until it is destroyed, and nothing is left then', async () => {
  expect((await deploy('plan', second))['steps']).toEqual([]);
  const { removed } = await deploy('destroy', second);
  expect(removed).toHaveLength(6);
  expect(aws.world.inventory()).toEqual([]);
  expect((await deploy('destroy', second))['removed']).toEqual([]);
}, 60_000);

test('boto3 takes the written requests, asks the endpoint, moves its weights and removes it', async () => {
  const said = await boto(aws.url, first, 'make', 'wait', `ask=${ROWS}`, 'weights=AllTraffic:3', 'remove');
  const made = ['S3Object', 'Model', 'EndpointConfig', 'Endpoint'];
  const answer = { body: { predictions: await locally(1) }, variant: 'AllTraffic' };
  expect(said).toEqual([...made, 'InService', answer, [3], 'removed']);
  expect(aws.world.inventory()).toEqual([]);
}, 90_000);

test('a multi-model endpoint loads each version when it is asked for by name', async () => {
  const many = join(home, 'many');
  await packaging('churn@1', many, '--kind', 'multi-model');
  await packaging('churn@2', many, '--beside', many, '--kind', 'multi-model');
  await deploy('apply', many);
  for (const version of [1, 2]) {
    const { text, variant } = await ask({ TargetModel: `churn-${version}.tar.gz` });
    expect(variant).toBe('AllTraffic');
    expect(JSON.parse(text)).toEqual({ predictions: await locally(version) });
  }
  await deploy('destroy', many);
  expect(aws.world.inventory()).toEqual([]);
}, 120_000);
