import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sageMakerFiles, writeSageMakerFolder } from '../../src/deploy/sagemaker/folder.ts';
import { renderSageMaker } from '../../src/deploy/sagemaker/render.ts';
import { S3_HOOK_MILLIS, type S3Server, startS3 } from '../../src/jobs/s3/testing/server.ts';
import { folder } from '../cli.ts';
import { archiveOf, documentOf, SCALING, version, written } from './deployment.ts';
import { boto } from './programs.ts';

// An implementation that others have written, and that knows these requests by its own account of the services.
let moto: S3Server;
let place = '';
beforeAll(async () => {
  moto = await startS3();
  place = await moto.bucket();
}, S3_HOOK_MILLIS);
afterAll(() => moto.stop());

const url = (): string => decodeURIComponent(/endpoint=([^&]+)/.exec(moto.parameters)![1]!);

function packaged(more: object): string {
  const home = folder();
  const given = { artifacts: `${place}/plimsoll/`, ...more };
  const document = documentOf(given);
  writeSageMakerFolder(home, sageMakerFiles(document, renderSageMaker(document), written(given)));
  const archive = join(home, 'artifacts/churn-3/model.tar.gz');
  mkdirSync(dirname(archive), { recursive: true });
  writeFileSync(archive, archiveOf(3));
  return home;
}

test('moto takes the requests of a scaled, guarded endpoint from boto3, and gives them back', async () => {
  const rollbackOn = [{ metric: 'Invocation5XXErrors', above: 1 }];
  const home = packaged({
    versions: [version(3, { variant: 'v3', scaling: SCALING })],
    update: { strategy: 'canary', rollbackOn },
  });
  const said = await boto(url(), home, 'make', 'wait', 'weights=v3:3', 'remove');
  const kinds = [
    'S3Object',
    'Model',
    'EndpointConfig',
    'Alarm',
    'Endpoint',
    'ScalableTarget',
    'ScalingPolicy',
  ];
  expect(said).toEqual([...kinds, 'InService', [3], 'removed']);
}, 90_000);

test('moto takes those of a serverless endpoint and of a batch transform', async () => {
  const serverless = packaged({
    kind: 'serverless',
    versions: [version(3, { serverless: { memoryMb: 3072 } })],
  });
  const batch = [{ name: 'nightly', version: 3, input: `${place}/in/`, output: `${place}/out/` }];
  for (const home of [serverless, packaged({ kind: 'none', batch })])
    await boto(url(), home, 'make', 'remove');
}, 90_000);
