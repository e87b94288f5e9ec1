import { expect, test } from 'vitest';
import { applyDeployment, destroy } from '../../src/deploy/plan/apply.ts';
import { deployerPolicy } from '../../src/deploy/sagemaker/permissions.ts';
import { renderSageMaker } from '../../src/deploy/sagemaker/render.ts';
import { sageMakerRouter } from '../../src/deploy/sagemaker/weights.ts';
import { account, documentOf, portsFor, REGION, SCALING, version } from './deployment.ts';

const SERVICES: Readonly<Record<string, string>> = {
  SageMaker: 'sagemaker',
  AnyScaleFrontendService: 'application-autoscaling',
  GraniteServiceVersion20100801: 'cloudwatch',
  s3: 's3',
};
/** Calls whose permission has another name (docs.aws.amazon.com/service-authorization). */
const NAMED: Readonly<Record<string, string>> = {
  's3:HeadObject': 's3:GetObject',
  's3:ListObjectsV2': 's3:ListBucket',
};
/** What no call of ours stands for: what services do with a role that is handed to them, and tags within a creation. */
const BESIDE = ['iam:PassRole', 'iam:CreateServiceLinkedRole'];

test('the policy allows every call of a deployment, and no action that none of them needs', async () => {
  const aws = await account();
  const rollbackOn = [{ metric: 'Invocation5XXErrors', above: 1 }];
  const batch = [{ name: 'nightly', version: 3, input: 's3://models/in/', output: 's3://models/out/' }];
  const [v3, v4] = [
    version(3, { variant: 'v3', scaling: SCALING }),
    version(4, { variant: 'v4', weight: 0 }),
  ];
  const all = { update: { rollbackOn }, batch };
  const [one, two, other] = [
    documentOf({ ...all, versions: [v3] }),
    documentOf({ ...all, versions: [v3, v4], update: { rollbackOn: [{ ...rollbackOn[0], above: 2 }] } }),
    documentOf({ ...all, versions: [{ ...v3, scaling: { ...SCALING, max: 9 } }], batch: [] }),
  ];
  for (const document of [one, two])
    await applyDeployment(renderSageMaker(document), portsFor(aws, document));
  const sleep = () => new Promise<void>((done) => void setTimeout(done, 2));
  const router = sageMakerRouter({
    region: REGION,
    endpointUrl: aws.url,
    endpoint: 'churn',
    sleep,
    pauseMillis: 2,
  });
  await router.write(
    new Map([
      [3, 90],
      [4, 10],
    ]),
  );
  for (const tags of aws.world.tags.values())
    if (tags.has('plimsoll:digest')) tags.set('plimsoll:digest', '0');
  for (const name of aws.world.jobs.keys()) aws.world.jobs.get(name)!.status = 'InProgress';
  const { cloud } = portsFor(aws, one);
  for (const { kind, name } of await cloud.owned('churn'))
    if (kind === 'TransformJob') await cloud.remove({ kind, name });
  const alarm = renderSageMaker(two).resources.find(({ kind }) => kind === 'Alarm')!;
  await cloud.update(alarm, { deployment: 'churn', digest: '1' });
  aws.world.jobs.clear();
  await destroy(renderSageMaker(other), portsFor(aws, other));
  const used = aws.faults.calls
    .map(({ service, operation }) => `${SERVICES[service]}:${operation}`)
    .map((action) => NAMED[action] ?? action);
  const allowed = deployerPolicy(one, renderSageMaker(one).resources).Statement.flatMap(
    ({ Action }) => Action,
  );
  expect([...new Set(used)].filter((action) => !allowed.includes(action))).toEqual([]);
  const idle = allowed.filter((action) => !used.includes(action) && !BESIDE.includes(action));
  // Tags are given when targets are made, which takes the permission to give them.
  expect(idle).toEqual(['application-autoscaling:TagResource']);
  await aws.close();
}, 60_000);
