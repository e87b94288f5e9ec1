import { afterEach, expect, test } from 'vitest';
import { applyDeployment, destroy, plan } from '../../src/deploy/plan/apply.ts';
import { renderSageMaker } from '../../src/deploy/sagemaker/render.ts';
import type { Fault } from '../../tools/clouds/aws/faults.ts';
import type { Aws } from '../../tools/clouds/aws/server.ts';
import type { WorldOptions } from '../../tools/clouds/aws/world.ts';
import { account, documentOf, portsFor, SCALING, version } from './deployment.ts';

const open: Aws[] = [];
afterEach(async () => {
  for (const aws of open.splice(0)) await aws.close();
});
async function begin(options: Partial<WorldOptions> = {}): Promise<Aws> {
  const aws = await account(options);
  open.push(aws);
  return aws;
}

const applying = (aws: Aws, more: object = {}, attempts = 1) => {
  const document = documentOf({ ...more });
  return applyDeployment(renderSageMaker(document), portsFor(aws, document, attempts));
};
const failure = (work: Promise<unknown>) =>
  work.then(
    () => ({ code: 'none', message: '' }),
    (error: { code: string; message: string }) => error,
  );

test.each<[string, Fault, string]>([
  ['credentials that have expired', { kind: 'expired' }, 'CLOUD_DENIED'],
  ['a missing permission', { kind: 'denied', operation: 'CreateModel' }, 'CLOUD_DENIED'],
  ['a service that fails', { kind: 'error', operation: 'CreateEndpoint' }, 'CLOUD_UNREACHABLE'],
  [
    'a service that wants us slower',
    { kind: 'throttle', operation: 'CreateEndpointConfig' },
    'CLOUD_UNREACHABLE',
  ],
  ['a connection that is cut', { kind: 'cut', operation: 'DescribeEndpoint' }, 'CLOUD_UNREACHABLE'],
])('%s ends the command in the words of the service, and the next one goes on', async (_, fault, code) => {
  const aws = await begin();
  aws.faults.arm(fault);
  expect(await failure(applying(aws))).toMatchObject({ code });
  aws.faults.arm();
  await applying(aws);
  expect(aws.world.inventory()).toHaveLength(4);
});

test.each<[string, Fault]>([
  ['throttled', { kind: 'throttle', operation: 'CreateModel', times: 2 }],
  ['answered by 500', { kind: 'error', operation: 'CreateEndpointConfig', times: 2 }],
  ['cut before it was done', { kind: 'cut', operation: 'CreateEndpoint' }],
  ['cut after it was done', { kind: 'cut', operation: 'CreateModel', when: 'after' }],
  ['cut after the endpoint was begun', { kind: 'cut', operation: 'CreateEndpoint', when: 'after' }],
])('a request that is %s is sent again by itself', async (_, fault) => {
  const aws = await begin();
  aws.faults.arm(fault);
  await applying(aws, {}, 4);
  expect(aws.world.inventory()).toHaveLength(4);
});

test('a quota that is used up is said as such, with what it is', async () => {
  const aws = await begin({ quotas: new Map([['ml.m5.large', 0]]) });
  const said = await failure(applying(aws));
  expect(said).toMatchObject({
    code: 'CLOUD_QUOTA',
    message: expect.stringMatching(/ml\.m5\.large for endpoint usage/),
  });
});

test("a name that is somebody else's is refused before anything is made, and stays theirs", async () => {
  const aws = await begin();
  const theirs = documentOf({ artifacts: 's3://models/theirs/' });
  await applyDeployment(renderSageMaker(theirs), portsFor(aws, theirs));
  for (const tags of aws.world.tags.values()) tags.delete('plimsoll:deployment');
  const before = aws.world.inventory();
  expect(await failure(applying(aws))).toMatchObject({ code: 'CLOUD_NAME_TAKEN' });
  const ours = documentOf({});
  await destroy(renderSageMaker(ours), portsFor(aws, ours));
  expect(aws.world.inventory()).toEqual(before);
});

test('an endpoint that could not be made is said to have failed, and replaced by the next command', async () => {
  let works = false;
  const containers = {
    start: async () => {
      if (!works) throw new Error('The primary container did not pass the ping health check.');
      return { url: 'http://127.0.0.1:9', stop: async () => undefined };
    },
    unpack: () => '',
  };
  const aws = await begin({ containers });
  const said = await failure(applying(aws));
  expect(said).toMatchObject({
    code: 'CLOUD_FAILED',
    message: expect.stringMatching(/did not pass the ping/),
  });
  works = true;
  const { replaced, created } = await applying(aws);
  expect([replaced, created]).toEqual([['Endpoint/churn'], []]);
  expect(aws.world.endpoints.get('churn')?.status).toBe('InService');
});

const guarded = (number: number) => ({
  versions: [version(number)],
  update: { strategy: 'canary', rollbackOn: [{ metric: 'Invocation5XXErrors', above: 1 }] },
});

test('an alarm rolls a guarded change back; the command says so, and the old version goes on', async () => {
  const aws = await begin({ takesMillis: 100 });
  await applying(aws, guarded(3));
  const before = aws.world.endpoints.get('churn')!.config;
  const changing = failure(applying(aws, guarded(4)));
  while (aws.world.endpoints.get('churn')!.status !== 'Updating') await new Promise(setImmediate);
  for (const [name, alarm] of aws.world.alarms) if (!name.includes(before)) alarm.state = 'ALARM';
  expect(await changing).toMatchObject({
    code: 'CLOUD_FAILED',
    message: expect.stringMatching(/rolled back.*ALARM/),
  });
  expect(aws.world.endpoints.get('churn')).toMatchObject({ config: before, status: 'InService' });
  for (const alarm of aws.world.alarms.values()) alarm.state = 'OK';
  expect((await applying(aws, guarded(4))).updated).toEqual(['Endpoint/churn']);
  expect(aws.world.endpoints.get('churn')!.config).not.toBe(before);
});

test('a guarded change that would rename variants is refused, since SageMaker cannot guard it', async () => {
  const aws = await begin();
  await applying(aws, guarded(3));
  const two = { ...guarded(3), versions: [version(3), version(4)] };
  expect(await failure(applying(aws, two))).toMatchObject({
    code: 'CLOUD_REFUSED',
    message: expect.stringMatching(/guarded changes need the same names/),
  });
});

test('a variant that is scaled is released before it goes, and one that stays keeps its instances', async () => {
  const aws = await begin();
  const both = [
    version(3, { variant: 'a', scaling: SCALING }),
    version(4, { variant: 'b', scaling: SCALING }),
  ];
  await applying(aws, { versions: both });
  aws.world.endpoints.get('churn')!.production[0]!.count = 3;
  await applying(aws, { versions: [version(5, { variant: 'a', scaling: SCALING })] });
  expect(aws.world.endpoints.get('churn')!.production).toMatchObject([{ name: 'a', count: 3 }]);
  expect([...aws.world.targets.keys()]).toEqual(['endpoint/churn/variant/a']);
});

test('scaling that somebody has changed is put right, and what is right is left alone', async () => {
  const aws = await begin();
  const scaled = { versions: [version(3, { scaling: SCALING })] };
  await applying(aws, scaled);
  const document = documentOf(scaled);
  const { cloud } = portsFor(aws, document);
  expect((await plan(renderSageMaker(document), cloud)).steps).toEqual([]);
  const [id] = aws.world.targets.keys();
  const target = aws.world.targets.get(id!)!;
  aws.world.targets.set(id!, { ...target, input: { ...target.input, MaxCapacity: 40 } });
  expect((await applying(aws, scaled)).updated).toEqual([`ScalableTarget/${id}`]);
  expect(aws.world.targets.get(id!)!.input.MaxCapacity).toBe(4);
});

test('an endpoint that is being changed is waited for before it is destroyed', async () => {
  const aws = await begin({ takesMillis: 60 });
  await applying(aws);
  const document = documentOf({ versions: [version(4)] });
  const ports = { ...portsFor(aws, document), waitMillis: 1000 };
  const changing = failure(applyDeployment(renderSageMaker(document), ports));
  while (aws.world.endpoints.get('churn')!.status !== 'Updating') await new Promise(setImmediate);
  await destroy(renderSageMaker(document), portsFor(aws, document));
  await changing;
  await destroy(renderSageMaker(document), portsFor(aws, document));
  expect(aws.world.inventory()).toEqual([]);
});

test('a batch transform runs once, and its name stays taken', async () => {
  const aws = await begin();
  const batch = [{ name: 'nightly', version: 3, input: 's3://models/in/', output: 's3://models/out/' }];
  const only = { kind: 'none', batch };
  expect((await applying(aws, only)).created).toHaveLength(3);
  expect(await applying(aws, only)).toMatchObject({ created: [], replaced: [] });
  aws.world.jobs.values().next().value!.status = 'Failed';
  expect(await failure(applying(aws, only))).toMatchObject({
    code: 'CLOUD_REFUSED',
    message: expect.stringMatching(/another name/),
  });
});
