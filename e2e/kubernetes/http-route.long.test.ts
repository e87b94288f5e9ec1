/** A route whose weights a rollout drives, against a real API server. No gateway routes anything. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HttpRouteRouter } from '../../src/deploy/kubernetes/cluster/http-route.ts';
import { image } from './specs.ts';
import { START_MILLIS, small, startTestCluster, type TestCluster } from './test-cluster.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
}, START_MILLIS);

afterAll(() => cluster?.stop());

describe('The weights of an HTTPRoute', () => {
  const percents = (weights: ReadonlyMap<number, number>): unknown => Object.fromEntries(weights);

  test('follow a rollout, whose shares a later deploy keeps, and which others cannot take without a word', async () => {
    const folder = cluster.written('routed', small());
    expect(await cluster.plimsoll('deploy', 'kubernetes', 'apply', folder)).toMatchObject({ status: 0 });
    const router = new HttpRouteRouter({ api: cluster.api, name: 'churn' });
    expect(percents((await router.read()).weights)).toEqual({ 3: 100, 4: 0 });
    await router.write(
      new Map([
        [3, 75],
        [4, 25],
      ]),
    );
    const state = await router.read();
    expect([percents(state.weights), state.writers]).toEqual([{ 3: 75, 4: 25 }, []]);
    await router.write(
      new Map([
        [3, 75],
        [4, 25],
      ]),
    );
    expect((await router.read()).revision).toBe(state.revision);
    console.log(
      cluster.kubectl(
        'get',
        'httproute/churn',
        '--show-managed-fields',
        '-o',
        'jsonpath={range .metadata.managedFields[*]}{.manager}{" "}{.fieldsV1}{"\\n"}{end}',
      ),
    );

    // A new version comes in; the rollout's shares stay.
    const wider = cluster.written(
      'routed',
      small({ candidates: [4, 5].map((version) => ({ version, image: image(version), weight: 10 })) }),
    );
    expect(await cluster.plimsoll('deploy', 'kubernetes', 'apply', wider)).toMatchObject({ status: 0 });
    expect(percents((await router.read()).weights)).toEqual({ 3: 75, 4: 25, 5: 0 });

    // What else has changed of the rules comes with it: a shadow, and how long a request may take.
    const shadow = { version: 6, image: image(6), percent: 10 };
    const slower = cluster.written('routed', small({ longestRequest: '2m', shadow }));
    expect(await cluster.plimsoll('deploy', 'kubernetes', 'apply', slower)).toMatchObject({ status: 0 });
    const route = JSON.parse(cluster.kubectl('get', 'httproute/churn', '-o', 'json')) as object;
    expect(route).toMatchObject({
      spec: { rules: [{ timeouts: { request: '120s' }, filters: [{ type: 'RequestMirror' }] }] },
    });
    expect(percents((await router.read()).weights)).toEqual({ 3: 75, 4: 25 });
    expect(await cluster.plimsoll('deploy', 'kubernetes', 'apply', wider)).toMatchObject({ status: 0 });

    // Somebody applies the file as it is: refused by the server, which names the rollout.
    const theirs = cluster.plane.run(
      'kubectl',
      'apply',
      '--server-side',
      '--field-manager=argocd',
      '-f',
      join(wider, 'http-route.yaml'),
    );
    console.log(theirs.stderr);
    expect(theirs.status).toBe(1);
    expect(theirs.stderr).toContain('conflict with "plimsoll-rollout"');

    // They take it by force: now the rollout says who.
    cluster.kubectl(
      'apply',
      '--server-side',
      '--force-conflicts',
      '--field-manager=argocd',
      '-f',
      join(wider, 'http-route.yaml'),
    );
    expect((await router.read()).writers).toEqual(['argocd']);
    const refused = await router
      .write(
        new Map([
          [3, 50],
          [4, 50],
        ]),
      )
      .catch((error: unknown) => error);
    console.log(String(refused));
    expect(refused).toMatchObject({ code: 'ROUTER_CONFLICT', details: { writers: 'argocd (.spec.rules)' } });
    await cluster.plimsoll('deploy', 'kubernetes', 'destroy', wider);
  });

  test('are refused for a version that is not there, and for a route that is not ours', async () => {
    const folder = cluster.written('routed', small());
    await cluster.plimsoll('deploy', 'kubernetes', 'apply', folder);
    const router = new HttpRouteRouter({ api: cluster.api, name: 'churn' });
    await expect(
      router.write(
        new Map([
          [3, 50],
          [9, 50],
        ]),
      ),
    ).rejects.toMatchObject({ code: 'ROUTER_REFUSED' });
    await expect(new HttpRouteRouter({ api: cluster.api, name: 'none' }).read()).rejects.toMatchObject({
      code: 'ROUTER_REFUSED',
    });
    const told = await cluster.plimsoll('deploy', 'kubernetes', 'weights', folder, '3=90', '4=10');
    expect(told).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/version 3 +90 %\n +version 4 +10 %/),
    });
    const wrong = await cluster.plimsoll('deploy', 'kubernetes', 'weights', folder, '3=90', '4=9');
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('add up to 99')]);
    await cluster.plimsoll('deploy', 'kubernetes', 'destroy', folder);
  });
});
