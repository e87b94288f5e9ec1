import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sageMakerFiles, writeSageMakerFolder } from '../../src/deploy/sagemaker/folder.ts';
import { renderSageMaker } from '../../src/deploy/sagemaker/render.ts';
import type { Aws } from '../../tools/clouds/aws/server.ts';
import { BIN, folder } from '../cli.ts';
import { account, archiveOf, documentOf, SCALING, version, written } from './deployment.ts';
import { plimsollAt } from './programs.ts';

let aws: Aws;
const home = folder();
const given = { versions: [version(3, { scaling: SCALING })] };

beforeAll(async () => {
  aws = await account({ takesMillis: 20 });
  const document = documentOf(given);
  writeSageMakerFolder(home, sageMakerFiles(document, renderSageMaker(document), written(given)));
  const archive = join(home, 'artifacts/churn-3/model.tar.gz');
  mkdirSync(dirname(archive), { recursive: true });
  writeFileSync(archive, archiveOf(3));
});
afterAll(() => aws.close());

/** Runs a verb and kills it with SIGKILL once the service has carried an operation out, before it answers. */
async function killedAt(operation: string, verb: string): Promise<NodeJS.Signals | null> {
  const env = { ...process.env, AWS_ENDPOINT_URL: aws.url };
  const child = spawn(process.execPath, [BIN, 'deploy', 'sagemaker', verb, home], { env, stdio: 'ignore' });
  const ended = new Promise<NodeJS.Signals | null>((done) => child.once('exit', (_, signal) => done(signal)));
  aws.faults.onEffect = (call) => {
    if (call.operation === operation) child.kill('SIGKILL');
  };
  const signal = await ended;
  aws.faults.onEffect = () => undefined;
  return signal;
}

test('the command, killed after each thing it makes or removes, goes on where it was when it is run again', async () => {
  aws.faults.effects.length = 0;
  for (const operation of ['PutObject', 'CreateModel', 'CreateEndpoint', 'RegisterScalableTarget'])
    expect([operation, await killedAt(operation, 'apply')]).toEqual([operation, 'SIGKILL']);
  const { status, stdout } = await plimsollAt(aws.url, 'deploy', 'sagemaker', 'apply', home, '--json');
  expect(status).toBe(0);
  expect(JSON.parse(stdout).created).toEqual([
    'ScalingPolicy/endpoint/churn/variant/AllTraffic|churn-invocations',
  ]);
  const made = aws.faults.effects
    .map(({ operation }) => operation)
    .filter((one) => /^(Create|Put|Register)/.test(one));
  expect(made.sort()).toEqual(
    [
      ...['CreateEndpoint', 'CreateEndpointConfig', 'CreateModel', 'PutObject', 'PutScalingPolicy'],
      'RegisterScalableTarget',
    ].sort(),
  );
  for (const operation of ['DeleteEndpoint', 'DeleteModel'])
    expect([operation, await killedAt(operation, 'destroy')]).toEqual([operation, 'SIGKILL']);
  await plimsollAt(aws.url, 'deploy', 'sagemaker', 'destroy', home);
  expect(aws.world.inventory()).toEqual([]);
}, 120_000);
