import { execFile } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PlimsollError } from '../../src/core/errors.ts';
import { vertexRouter } from '../../src/deploy/vertex/weights.ts';
import type { Interrupt } from '../../tools/clouds/google/dispatch.ts';
import { type Code, Refusal } from '../../tools/clouds/google/refusal.ts';
import { BIN } from '../cli.ts';
import { type Packaged, packagedChurn, ROWS } from './container.ts';
import { documentOf, imageOf, present, type Scene, scene } from './deployment.ts';

const refused = (
  method: string,
  status: Code,
  message: string,
  times = Number.POSITIVE_INFINITY,
): Interrupt => {
  let left = times;
  return (call, when) => {
    if (call.method !== method || when === 'after' || left === 0) return;
    left -= 1;
    throw new Refusal(status, message);
  };
};

const codeOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof PlimsollError ? { code: error.code, exit: error.exit } : error),
  );

describe('what the cloud says', () => {
  let there: Scene;
  beforeAll(async () => {
    there = await scene();
  }, 120_000);
  afterAll(async () => there.close());
  const quiet: Interrupt = () => undefined;
  afterEach(() => {
    there.fake.dispatcher.interrupt = quiet;
  });

  test.each([
    ['UploadModel', 'UNAUTHENTICATED', 'Request had invalid authentication credentials.', 'CLOUD_DENIED', 1],
    ['GetModel', 'PERMISSION_DENIED', "Permission 'aiplatform.models.get' denied", 'CLOUD_DENIED', 1],
    ['DeployModel', 'RESOURCE_EXHAUSTED', 'custom_model_serving_cpus is exceeded', 'CLOUD_QUOTA', 1],
    ['CreateEndpoint', 'INVALID_ARGUMENT', 'Bad region', 'CLOUD_REFUSED', 3],
    ['CreateEndpoint', 'UNAVAILABLE', 'The service is currently unavailable.', 'CLOUD_UNREACHABLE', 1],
  ] as const)(
    '%s: %s "%s" is %s, and the same command goes on later',
    async (method, status, says, code, exit) => {
      const document = documentOf({ 1: 100 });
      there.fake.dispatcher.interrupt = refused(method, status, says);
      expect(await codeOf(there.apply(document))).toEqual({ code, exit });
      there.fake.dispatcher.interrupt = quiet;
      await there.apply(document);
      expect(await there.apply(document)).toEqual({ created: [], updated: [], replaced: [], removed: [] });
      await there.destroy(document);
      expect(present(there)).toEqual({ models: [], endpoints: [], jobs: [] });
    },
  );

  test('a look that fails for a moment is taken again', async () => {
    there.fake.dispatcher.interrupt = refused('GetModel', 'UNAVAILABLE', 'try again', 2);
    const document = documentOf({ 1: 100 });
    expect((await there.apply(document)).created).toHaveLength(4);
    await there.destroy(document);
  });

  test('a batch prediction whose answer was lost is not begun twice', async () => {
    const batch = [
      { name: 'nightly', version: 1, input: ['gs://bucket/in.jsonl'], output: 'gs://bucket/out' },
    ];
    const document = documentOf({ 1: 100 }, { batch });
    there.fake.dispatcher.interrupt = ({ method }, when) => {
      if (method === 'CreateBatchPredictionJob' && when === 'after')
        throw new Refusal('UNAVAILABLE', 'reset');
    };
    await there.apply(document);
    there.fake.dispatcher.interrupt = quiet;
    await there.apply(document);
    expect(there.fake.world.jobs.size).toBe(1);
    await there.destroy(document);
  });

  test('an endpoint of somebody else is refused before anything is made, and left as it is', async () => {
    const other = documentOf({ 1: 100 }, { deployment: 'others', endpoint: { id: 'churn' } });
    await there.apply(other);
    const before = present(there);
    const mine = documentOf({ 1: 100 });
    expect(await codeOf(there.apply(mine))).toEqual({ code: 'CLOUD_NAME_TAKEN', exit: 3 });
    expect(await there.destroy(mine)).toEqual([]);
    expect(present(there)).toEqual(before);
    await there.destroy(other);
    expect(present(there)).toEqual({ models: [], endpoints: [], jobs: [] });
  });

  test('an endpoint that goes away while its traffic is moved is said to be gone, not waited for', async () => {
    const first = documentOf({ 1: 100 });
    await there.apply(first);
    there.fake.dispatcher.interrupt = ({ method }, when) => {
      if (method === 'DeployModel' && when === 'before') there.fake.world.endpoints.clear();
    };
    expect(await codeOf(there.apply(documentOf({ 1: 95, 2: 5 })))).toEqual({
      code: 'CLOUD_REFUSED',
      exit: 3,
    });
    there.fake.dispatcher.interrupt = quiet;
    expect(await there.apply(first)).toMatchObject({ created: expect.arrayContaining(['Endpoint/churn']) });
    await there.destroy(documentOf({ 1: 95, 2: 5 }));
    expect(present(there)).toEqual({ models: [], endpoints: [], jobs: [] });
  });

  test('an endpoint that was made shared cannot become dedicated', async () => {
    await there.apply(documentOf({ 1: 100 }));
    const dedicated = documentOf({ 1: 100 }, { endpoint: { id: 'churn', dedicated: true } });
    expect(await codeOf(there.apply(dedicated))).toEqual({ code: 'CLOUD_REFUSED', exit: 3 });
    await there.destroy(dedicated);
  });

  test('a rollout moves the weights, in whole percents, and stops where somebody else moves them too', async () => {
    await there.apply(documentOf({ 1: 100, 2: 0 }));
    const router = vertexRouter(there.site, 'churn');
    expect(router.id).toBe('vertex:acme-ml/europe-west4/churn');
    expect([...(await router.read()).weights]).toEqual([[1, 100]]);
    await router.write(
      new Map([
        [1, 95],
        [2, 5],
      ]),
    );
    expect(new Map((await router.read()).weights)).toEqual(
      new Map([
        [1, 95],
        [2, 5],
      ]),
    );
    const calls = there.fake.dispatcher.calls.length;
    await router.write(
      new Map([
        [1, 95],
        [2, 5],
      ]),
    );
    expect(there.fake.dispatcher.calls.slice(calls).map(({ method }) => method)).toEqual(['GetEndpoint']);
    expect(
      await codeOf(
        router.write(
          new Map([
            [1, 99.5],
            [2, 0.5],
          ]),
        ),
      ),
    ).toEqual({ code: 'ROUTER_REFUSED', exit: 3 });
    expect(
      await codeOf(
        router.write(
          new Map([
            [1, 90],
            [3, 10],
          ]),
        ),
      ),
    ).toEqual({ code: 'ROUTER_REFUSED', exit: 3 });
    await elsewhere(there, { 1: 50, 2: 50 });
    expect((await router.read()).writers).toHaveLength(1);
    expect(
      await codeOf(
        router.write(
          new Map([
            [1, 0],
            [2, 100],
          ]),
        ),
      ),
    ).toEqual({ code: 'ROUTER_CONFLICT', exit: 1 });
    await there.destroy(documentOf({ 1: 100, 2: 0 }));
  });
});

/** Somebody changes the split by hand. */
async function elsewhere({ fake }: Scene, shares: Readonly<Record<number, number>>): Promise<void> {
  const [name, { deployed }] = [...fake.world.endpoints][0]!;
  const ids = [...deployed.keys()];
  const trafficSplit = Object.fromEntries(Object.values(shares).map((share, i) => [ids[i], share]));
  const answer = await fetch(`${fake.url}/v1/${name}?updateMask=trafficSplit`, {
    method: 'PATCH',
    body: JSON.stringify({ displayName: 'churn', trafficSplit }),
  });
  expect(answer.status).toBe(200);
}

describe('a version behind a real container', () => {
  let packaged: Packaged;
  let there: Scene;
  /** Beside this process, which is the cloud. */
  const deploy = (verb: string, ...more: readonly string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const args = [
        BIN,
        'deploy',
        'vertex',
        verb,
        packaged.document,
        ...more,
        '--json',
        '--endpoint',
        there.fake.url,
      ];
      execFile(process.execPath, args, (error, stdout, stderr) =>
        error === null ? resolve(stdout) : reject(new Error(`${stdout}\n${stderr}`)),
      );
    });

  beforeAll(async () => {
    packaged = packagedChurn();
    there = await scene({ launch: packaged.launch(imageOf(1)) });
  }, 240_000);
  afterAll(async () => {
    await there.close();
    packaged.remove();
  });

  test('is written down with what it needs and what it costs', () => {
    expect(packaged.said).toContain('aiplatform.endpoints.deploy');
    expect(packaged.said).toContain('79.94 dollars a month');
  });

  test('is planned, applied twice, asked, and taken away by the command line', {
    timeout: 240_000,
  }, async () => {
    const plan = JSON.parse(await deploy('plan'));
    expect(plan.steps.map((step: { action: string }) => step.action)).toEqual(Array(4).fill('create'));
    expect(plan.costs.of[0].monthly).toEqual({ least: 79.94, most: 79.94 });
    expect(JSON.parse(await deploy('apply')).created).toHaveLength(4);
    expect(JSON.parse(await deploy('apply')).created).toEqual([]);
    const url = `${there.fake.url}/v1/projects/acme-ml/locations/europe-west4/endpoints/churn`;
    const answer = await fetch(`${url}:predict`, {
      method: 'POST',
      body: JSON.stringify({ instances: ROWS }),
    });
    const said = (await answer.json()) as { predictions: unknown[]; deployedModelId: string };
    expect(answer.status, JSON.stringify(said)).toBe(200);
    expect(said.predictions).toEqual(packaged.local);
    const raw = await fetch(`${url}:rawPredict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ instances: ROWS }),
    });
    expect(((await raw.json()) as { predictions: unknown }).predictions).toEqual(packaged.local);
    expect(JSON.parse(await deploy('weights', '1=100')).weights).toEqual([{ version: 1, percent: 100 }]);
    const status = JSON.parse(await deploy('status'));
    expect(status.resources.every(({ state }: { state: string }) => state === 'ready')).toBe(true);
    expect(JSON.parse(await deploy('destroy')).removed).toHaveLength(4);
    expect(present(there)).toEqual({ models: [], endpoints: [], jobs: [] });
  });

  test('an image that never becomes healthy is no deployment, and is replaced by one that does', {
    timeout: 120_000,
  }, async () => {
    const broken = documentOf({ 2: 100 });
    expect(await codeOf(there.apply(broken))).toEqual({ code: 'CLOUD_FAILED', exit: 1 });
    await there.apply(documentOf({ 1: 100 }));
    expect(present(there)).toMatchObject({
      models: [expect.any(String)],
      endpoints: [{ deployed: [expect.any(String)] }],
    });
    await there.destroy(documentOf({ 1: 100 }));
  });
});
