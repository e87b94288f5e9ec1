import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeEndpointAsyncCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Aws } from '../../tools/clouds/aws/server.ts';
import { example, folder } from '../cli.ts';
import { account, BUCKET, REGION } from './deployment.ts';
import { containers, plimsollAt } from './programs.ts';

const ROW = { age: 61, monthly_fee: 20, months: 70, plan: 'premium', payment: 'card' };
const home = folder();
let aws: Aws;

beforeAll(async () => {
  aws = await account({ takesMillis: 20, containers: containers() });
});
afterAll(() => aws.close());

async function packaged(output: string, ...more: readonly string[]): Promise<void> {
  const image = `123456789012.dkr.ecr.${REGION}.amazonaws.com/plimsoll@sha256:${'ab'.repeat(32)}`;
  const done = await plimsollAt(
    aws.url,
    ...['package', 'sagemaker', example('churn.joblib'), '--data', join(home, 'data'), '--output', output],
    ...['--image', image, '--role', 'arn:aws:iam::123456789012:role/plimsoll-serving', '--region', REGION],
    ...['--artifacts', `s3://${BUCKET}/plimsoll/`, ...more],
  );
  expect(done, done.stderr).toMatchObject({ status: 0 });
}
const put = (key: string, text: string) =>
  aws.world.buckets.get(BUCKET)!.set(key, { body: Buffer.from(text), metadata: {}, etag: '""' });
const kept = (key: string) => aws.world.buckets.get(BUCKET)!.get(key)?.body.toString('utf8');

test('an asynchronous endpoint takes what lies in S3 and puts its answer there', async () => {
  const output = join(home, 'async');
  await packaged(output, '--kind', 'async', '--async-output', `s3://${BUCKET}/answers/`);
  const applied = await plimsollAt(aws.url, 'deploy', 'sagemaker', 'apply', output);
  expect(applied, applied.stderr).toMatchObject({ status: 0 });
  put('in/rows.json', JSON.stringify({ instances: [ROW] }));
  const runtime = new SageMakerRuntimeClient({ endpoint: aws.url, region: REGION });
  const request = {
    EndpointName: 'churn',
    InputLocation: `s3://${BUCKET}/in/rows.json`,
    ContentType: 'application/json',
  };
  const { OutputLocation } = await runtime.send(new InvokeEndpointAsyncCommand(request));
  const key = OutputLocation!.slice(`s3://${BUCKET}/`.length);
  await expect.poll(() => kept(key)).toBeDefined();
  expect(JSON.parse(kept(key)!)).toEqual({ predictions: [expect.any(String)] });
  await plimsollAt(aws.url, 'deploy', 'sagemaker', 'destroy', output);
}, 120_000);

test('a batch transform scores every line and keeps their order', async () => {
  const output = join(home, 'batch');
  await packaged(output, '--kind', 'none');
  const path = join(output, 'sagemaker.yaml');
  const places = { input: `s3://${BUCKET}/nightly/`, output: `s3://${BUCKET}/scored` };
  const job = { name: 'nightly', version: 1, format: 'csv', ...places };
  writeFileSync(path, stringify({ ...parse(readFileSync(path, 'utf8')), batch: [job] }));
  const line = (months: number): string => `61,${months % 2 ? 20 : 90},${months},premium,card`;
  put('nightly/rows.csv', Array.from({ length: 50 }, (_, i) => line(i)).join('\n'));
  const applied = await plimsollAt(aws.url, 'deploy', 'sagemaker', 'apply', output);
  expect(applied, applied.stderr).toMatchObject({ status: 0 });
  expect(kept('scored/rows.csv.out')!.trim().split('\n')).toHaveLength(50);
}, 120_000);
