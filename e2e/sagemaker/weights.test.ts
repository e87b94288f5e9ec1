import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { applyDeployment } from '../../src/deploy/plan/apply.ts';
import { renderSageMaker } from '../../src/deploy/sagemaker/render.ts';
import { sageMakerRouter } from '../../src/deploy/sagemaker/weights.ts';
import type { Aws } from '../../tools/clouds/aws/server.ts';
import { account, documentOf, portsFor, REGION, version } from './deployment.ts';

let aws: Aws;
let back: () => void;
beforeAll(async () => {
  aws = await account();
  const document = documentOf({ versions: [version(3, { weight: 95 }), version(4, { weight: 5 })] });
  await applyDeployment(renderSageMaker(document), portsFor(aws, document));
  back = aws.world.keep();
});
beforeEach(() => {
  back();
  aws.faults.arm();
});
afterAll(() => aws.close());

const router = (endpoint = 'churn') =>
  sageMakerRouter({
    ...{ region: REGION, endpointUrl: aws.url, attempts: 1, endpoint, pauseMillis: 2 },
    sleep: (millis) => sleep(millis),
  });
const write = (...weights: readonly (readonly [number, number])[]) =>
  router()
    .write(new Map(weights))
    .then(
      () => 'written',
      ({ code, message }: { code: string; message: string }) => `${code} ${message}`,
    );
const there = () => aws.world.endpoints.get('churn')!.production.map(({ name, weight }) => [name, weight]);
const changes = () => aws.faults.calls.filter(({ operation }) => operation.startsWith('Update')).length;

test('weights are read as percent of versions', async () => {
  const { weights, writers } = await router().read();
  expect([...weights]).toEqual([
    [3, 95],
    [4, 5],
  ]);
  expect(writers).toEqual([]);
});

test('what is written is there when it settles, and read back', async () => {
  expect(await write([3, 75], [4, 25])).toBe('written');
  expect(there()).toEqual([
    ['v3', 75],
    ['v4', 25],
  ]);
  expect([...(await router().read()).weights.values()]).toEqual([75, 25]);
});

test('writing what is there changes nothing', async () => {
  const before = changes();
  expect(await write([3, 95], [4, 5])).toBe('written');
  expect(changes()).toBe(before);
});

test('a version that is not named gets nothing', async () => {
  expect(await write([3, 100])).toBe('written');
  expect(there()).toEqual([
    ['v3', 100],
    ['v4', 0],
  ]);
});

test('an endpoint that is being changed is waited for', async () => {
  aws.world.endpoints.get('churn')!.status = 'Updating';
  const writing = write([3, 50], [4, 50]);
  await sleep(30);
  aws.world.endpoints.get('churn')!.status = 'InService';
  expect(await writing).toBe('written');
});

test('weights that somebody else has written are a conflict, never written over', async () => {
  await write([3, 90], [4, 10]);
  aws.world.endpoints.get('churn')!.production[1]!.weight = 60;
  expect((await router().read()).writers).toEqual(['another client of UpdateEndpointWeightsAndCapacities']);
  expect(await write([3, 80], [4, 20])).toMatch(/^ROUTER_CONFLICT /);
  expect(there()).toContainEqual(['v4', 60]);
});

test.each([
  [
    'a version that is not deployed',
    [
      [3, 50],
      [9, 50],
    ],
    /version 9 is not deployed/,
  ],
  ['weights that are not everybody', [[3, 50]], /add up to 50/],
] as const)('%s is refused', async (_, weights, said) => {
  expect(await write(...weights)).toMatch(said);
  expect(await write(...weights)).toMatch(/^ROUTER_REFUSED /);
});

test('an endpoint that is not there, or not ours, is refused', async () => {
  await expect(router('other').read()).rejects.toMatchObject({ code: 'ROUTER_REFUSED' });
  for (const tags of aws.world.tags.values()) tags.delete('plimsoll:deployment');
  await expect(router().read()).rejects.toMatchObject({ code: 'ROUTER_REFUSED' });
});

test('a cut connection is worth another try; the same write then goes through', async () => {
  aws.faults.arm({ kind: 'cut', operation: 'UpdateEndpointWeightsAndCapacities', when: 'after' });
  expect(await write([3, 60], [4, 40])).toMatch(/^ROUTER_UNREACHABLE /);
  expect(await write([3, 60], [4, 40])).toBe('written');
});
