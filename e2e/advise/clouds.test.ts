/** The same sizes elsewhere: objects by the published schemas, a deployment in an account that answers as Amazon's. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Aws } from '../../tools/clouds/aws/server.ts';
import { preparePython } from '../../tools/python-environment.ts';
import { example, ROOT } from '../cli.ts';
import { account } from '../sagemaker/deployment.ts';
import { Advised } from './advised.ts';

const FILE = example('churn.joblib');
const TOOLS = join(ROOT, 'tools/kubernetes');

let aws: Aws;
let python: string;
beforeAll(async () => {
  aws = await account();
  python = preparePython('kubernetes', join(TOOLS, 'requirements.txt'), 'kubernetes_validate, jsonschema');
}, 300_000);
afterAll(() => aws.close());

/** What the schemas of Kubernetes 1.34 say against objects. */
function schemaProblems(objects: readonly unknown[]): readonly string[] {
  const input = JSON.stringify(objects.map((object) => ({ release: '1.34', object })));
  const args = [join(TOOLS, 'validate.py'), join(TOOLS, 'generated')];
  const { status, stdout, stderr } = spawnSync(python, args, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout).filter((problem: string) => problem !== '');
}

test.each([
  ['real-time', 'HorizontalPodAutoscaler', { minReplicas: 2, maxReplicas: 3 }],
  ['scheduled-batch', 'CronJob', { schedule: '0 2 * * *' }],
  ['asynchronous', 'CronJob', { schedule: '0 2 * * *' }],
] as const)('%s on Kubernetes: objects that its schemas take', async (pattern, kind, spec) => {
  const advised = await Advised.of(FILE, { pattern, platform: 'kubernetes' });
  await advised.done(advised.command('package kubernetes'));
  const names = readdirSync(advised.path('manifests')).filter((name) => /^(?!kust).*\.yaml$/.test(name));
  const objects = names.map((name) => parse(advised.read(join('manifests', name))));
  expect(schemaProblems(objects)).toEqual([]);
  expect(objects.find((object) => object.kind === kind)).toMatchObject({ spec });
  const pods = objects.find((object) => object.kind === 'Deployment').spec;
  if (pattern === 'real-time')
    expect(pods.template.spec.containers[0].resources.requests).toEqual({ cpu: '2', memory: '384Mi' });
  else expect(pods.replicas).toBe(0);
});

test.each([
  ['real-time', 'Endpoint'],
  ['asynchronous', 'Endpoint'],
  ['scheduled-batch', 'TransformJob'],
] as const)(
  '%s on SageMaker: packaged, planned and made by the commands of the page',
  async (pattern, kind) => {
    const name = `churn-${pattern}`;
    const env = { AWS_ENDPOINT_URL: aws.url };
    const advised = await Advised.of(FILE, { pattern, platform: 'sagemaker', name }, env);
    await advised.done(advised.command('package sagemaker'));
    expect(await advised.done(advised.command('deploy sagemaker plan'))).toContain(kind);
    const applied = await advised.done(advised.command('deploy sagemaker apply'));
    expect(applied).toContain(kind);
    await advised.done('plimsoll deploy sagemaker destroy sagemaker');
  },
);
