import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { applyDeployment, destroy } from '../../src/deploy/plan/apply.ts';
import { renderSageMaker } from '../../src/deploy/sagemaker/render.ts';
import type { Aws } from '../../tools/clouds/aws/server.ts';
import { HandClock } from '../../tools/clouds/clock.ts';
import { account, BUCKET, documentOf, portsFor, SCALING, version } from './deployment.ts';

// What others do between two calls, and what was altered before the first.
type Table = Readonly<Record<string, unknown>>;

const open: Aws[] = [];
afterEach(async () => {
  for (const aws of open.splice(0)) await aws.close();
});

async function begin() {
  const clock = new HandClock();
  const aws = await account({ takesMillis: 400, clock });
  open.push(aws);
  const time = { monotonic: () => clock.now(), sleep: clock.sleep };
  const portsOf = (more: Table) => portsFor(aws, documentOf(more), 1, time);
  return {
    ...{ aws, world: aws.world, clock },
    apply: (more: Table = {}, ports = portsOf(more)) =>
      applyDeployment(renderSageMaker(documentOf(more)), ports),
    destroy: (more: Table = {}) => destroy(renderSageMaker(documentOf(more)), portsOf(more)),
  };
}

const failure = (work: Promise<unknown>) =>
  work.then(
    () => ({ code: 'none', message: '' }),
    ({ code, message }: { code: string; message: string }) => ({ code, message }),
  );

const batch = [{ name: 'nightly', version: 3, input: 's3://models/in/', output: 's3://models/out/' }];

test('a batch transform that runs is stopped by destroy, and its model goes after it', async () => {
  const there = await begin();
  there.aws.faults.arm({ kind: 'cut', operation: 'CreateTransformJob', when: 'after' });
  expect(await failure(there.apply({ batch }))).toMatchObject({ code: 'CLOUD_UNREACHABLE' });
  const removed = await there.destroy({ batch });
  expect(removed[0]).toMatch(/^TransformJob\/churn-nightly-/);
  expect(there.world.inventory()).toEqual([
    expect.stringMatching(/^TransformJob churn-nightly-\w+ Stopped$/),
  ]);
  // Its name stays taken: that is said, rather than that it has run.
  const again = await failure(there.apply({ batch }));
  expect(again).toMatchObject({ code: 'CLOUD_REFUSED', message: expect.stringMatching(/another name/) });
});

test('a version of a multi-model endpoint is scored in batches as well', async () => {
  const there = await begin();
  const many = { kind: 'multi-model', versions: [version(3), version(4)], batch };
  const { created } = await there.apply(many);
  expect(created.filter((id) => id.startsWith('S3Object/'))).toHaveLength(3);
  await there.destroy(many);
  expect(there.world.inventory()).toEqual([expect.stringMatching(/^TransformJob .* Completed$/)]);
});

test('without the bucket there is nothing left in it: the rest is destroyed', async () => {
  const there = await begin();
  await there.apply();
  there.world.buckets.delete(BUCKET);
  expect(await failure(there.apply())).toMatchObject({
    code: 'CLOUD_REFUSED',
    message: expect.stringMatching(/NoSuchBucket/),
  });
  expect(await there.destroy()).toHaveLength(3);
  expect(there.world.inventory()).toEqual([]);
});

test('an archive that was altered or taken away is named before anything is sent', async () => {
  const there = await begin();
  const document = documentOf({});
  const ports = portsFor(there.aws, document);
  const [path] = ports.bodies.values();
  writeFileSync(path!, 'archive of version 9');
  const altered = await failure(applyDeployment(renderSageMaker(document), ports));
  expect(altered).toMatchObject({ code: 'SAGEMAKER_INVALID', message: expect.stringContaining(path!) });
  rmSync(path!);
  expect(await failure(applyDeployment(renderSageMaker(document), ports))).toMatchObject({
    code: 'FILE_NOT_FOUND',
  });
  expect(there.world.inventory()).toEqual([]);
});

test('an endpoint whose name differs in capitals alone is somebody else’s', async () => {
  const there = await begin();
  await there.apply({ deployment: 'Churn' });
  const before = there.world.endpoints.get('Churn');
  expect(await failure(there.apply())).toMatchObject({
    code: 'CLOUD_NAME_TAKEN',
    message: expect.stringMatching(/differs in capitals/),
  });
  expect(there.world.endpoints.get('Churn')).toBe(before);
  await there.destroy();
  expect(there.world.inventory().filter((one) => !one.includes('Churn'))).toEqual([]);
});

test('what is ours is found among more of others than a page holds', async () => {
  const there = await begin();
  const rollbackOn = [{ metric: 'Invocation5XXErrors', above: 1 }];
  for (let i = 0; i < 60; i++) {
    const AlarmName = `churn-${i}`;
    const input = { AlarmName, EvaluationPeriods: 1, ComparisonOperator: 'GreaterThanThreshold' as const };
    there.world.alarms.set(AlarmName, {
      ...{ arn: `arn:aws:cloudwatch:::alarm:${AlarmName}`, created: new Date(0), state: 'OK', input },
    });
    there.world.tag(`arn:aws:cloudwatch:::alarm:${AlarmName}`, []);
  }
  for (let i = 0; i < 1005; i++)
    there.world.buckets.get(BUCKET)!.set(`plimsoll/churn/a${i}`, {
      ...{ body: Buffer.alloc(0), metadata: {}, etag: '""' },
    });
  const guarded = { update: { rollbackOn } };
  await there.apply(guarded);
  const removed = await there.destroy(guarded);
  expect(removed.map((id) => id.split('/')[0])).toEqual([
    'Endpoint',
    'Alarm',
    'EndpointConfig',
    'Model',
    'S3Object',
  ]);
  expect(there.world.inventory()).toHaveLength(60 + 1005);
});

test('two that apply the same at once come to the same, and nothing is made twice', async () => {
  const there = await begin();
  const scaled = { versions: [version(3, { variant: 'a', scaling: SCALING })] };
  const next = { versions: [version(4, { variant: 'a', scaling: SCALING })] };
  for (const more of [scaled, next]) {
    const outcomes = await Promise.all([failure(there.apply(more)), failure(there.apply(more))]);
    expect(outcomes.map(({ code, message }) => `${code} ${message}`)).toEqual(['none ', 'none ']);
    expect(await there.apply(more)).toEqual({ created: [], updated: [], replaced: [], removed: [] });
  }
  await Promise.all([there.destroy(next), there.destroy(next)]);
  expect(there.world.inventory()).toEqual([]);
});

test('of two that want it otherwise at once, one says so or goes last, and the next apply wins', async () => {
  const there = await begin();
  const wanted = (number: number) => ({ versions: [version(number)] });
  await there.apply(wanted(3));
  const outcomes = await Promise.all([failure(there.apply(wanted(4))), failure(there.apply(wanted(5)))]);
  for (const { code } of outcomes) expect(code).toMatch(/^(none|CLOUD_)/);
  await there.apply(wanted(4));
  const [production] = there.world.endpoints.get('churn')!.production;
  expect(production!.model).toMatch(/^churn-v4-/);
  await there.destroy(wanted(4));
  expect(there.world.inventory()).toEqual([]);
});
