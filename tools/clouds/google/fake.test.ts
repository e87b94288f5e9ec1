import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HandClock } from '../clock.ts';
import { METHODS, messageNamed } from './descriptors.ts';
import { type Fake, startFake } from './fake.ts';
import { Cut, Refusal } from './refusal.ts';
import { DELAYS } from './world.ts';

const PARENT = '/v1/projects/acme/locations/europe-west4';
const IMAGE = `europe-docker.pkg.dev/a/b/c@sha256:${'0'.repeat(64)}`;
const MODEL = { displayName: 'm', containerSpec: { imageUri: IMAGE } };
const MACHINES = {
  dedicatedResources: { machineSpec: { machineType: 'n1-standard-2' }, minReplicaCount: 1 },
};

const clock = new HandClock();
let fake: Fake;
beforeAll(async () => {
  fake = await startFake({ clock });
});
afterAll(async () => fake.stop());

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> & {
    readonly error?: { readonly status: string; readonly message: string };
  };
}

async function ask(method: string, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(`${fake.url}${path}`, {
    method,
    body: body === undefined ? null : JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Answer['body'] };
}
const post = (path: string, body: object = {}): Promise<Answer> => ask('POST', path, body);
const done = async (answer: Promise<Answer>): Promise<Answer> => {
  const first = await answer;
  await fake.world.quiet();
  return first;
};
const refusal = async (answer: Promise<Answer>): Promise<unknown> => (await answer).body.error?.status;

describe('requests are held against the published descriptors', () => {
  test.each([
    [
      'a required field is missing',
      { model: { containerSpec: { imageUri: IMAGE } } },
      'model.display_name is required',
    ],
    [
      'so is one further down',
      { model: { ...MODEL, containerSpec: {} } },
      'model.container_spec.image_uri is required',
    ],
    ['a field that there is not', { model: { ...MODEL, nope: 1 } }, 'Unknown name "nope"'],
    [
      'one further down',
      { model: { ...MODEL, containerSpec: { imageUri: IMAGE, port: 1 } } },
      'Unknown name "port"',
    ],
    [
      'a number that is text',
      { model: { ...MODEL, containerSpec: { imageUri: IMAGE, ports: [{ containerPort: 'x' }] } } },
      'int32',
    ],
    [
      'two of what only one may be',
      { model: { ...MODEL, containerSpec: { imageUri: IMAGE, startupProbe: { httpGet: {}, exec: {} } } } },
      'oneof',
    ],
    ['a limit of its documentation', { model: { ...MODEL, displayName: 'x'.repeat(129) } }, '128 characters'],
    ['an id that is none', { modelId: '1m', model: MODEL }, 'model_id'],
    ['a label that is none', { model: { ...MODEL, labels: { A: 'b' } } }, 'labels'],
    [
      'a duration that is too long',
      { model: { ...MODEL, containerSpec: { imageUri: IMAGE, deploymentTimeout: '7201s' } } },
      '2 hours',
    ],
  ])('%s', async (_, body, says) => {
    const { status, body: answer } = await post(`${PARENT}/models:upload`, body);
    expect(status).toBe(400);
    expect(answer.error).toMatchObject({
      status: 'INVALID_ARGUMENT',
      message: expect.stringContaining(says),
    });
  });

  test('what only the server sets is ignored, and both spellings of a field are taken', async () => {
    const model = {
      display_name: 'm',
      containerSpec: { image_uri: IMAGE },
      createTime: '2000-01-01T00:00:00Z',
    };
    await done(post(`${PARENT}/models:upload`, { model_id: 'spelled', model }));
    const { body } = await ask('GET', `${PARENT}/models/spelled`);
    expect(body['createTime']).not.toContain('2000');
    expect(await refusal(ask('GET', `${PARENT}/nowhere/spelled`))).toBe('NOT_FOUND');
  });

  test('all behaviours of a field are known, not only the last one', () => {
    const { machineSpec } = messageNamed('google.cloud.aiplatform.v1.DedicatedResources')!.fields;
    expect(machineSpec!.says).toEqual(['REQUIRED', 'IMMUTABLE']);
    expect(METHODS.filter(({ binding }) => binding !== null).length).toBeGreaterThan(60);
  });
});

describe('states and refusals that are documented', () => {
  test('names are taken once, operations take their time', async () => {
    const first = await post(`${PARENT}/models:upload`, { modelId: 'once', model: MODEL });
    expect(first.body['done']).toBeUndefined();
    expect(await refusal(post(`${PARENT}/models:upload`, { modelId: 'once', model: MODEL }))).toBe(
      'ALREADY_EXISTS',
    );
    await fake.world.quiet();
    const operation = await ask('GET', `/v1/${first.body['name']}`);
    expect(operation.body).toMatchObject({
      done: true,
      response: { model: expect.stringContaining('models/once') },
    });
    const listed = await ask('GET', `${PARENT}/models/once/operations`);
    expect((listed.body['operations'] as unknown[]).length).toBe(1);
  });

  test('traffic, undeploying, deleting and stale etags', async () => {
    const endpoint = `${PARENT}/endpoints/e`;
    const model = `${PARENT.slice(4)}/models/two`;
    await done(post(`${PARENT}/models:upload`, { modelId: 'two', model: MODEL }));
    await done(post(`${PARENT}/endpoints?endpointId=e`, { displayName: 'e' }));
    const deploy = (id: string, more: object = {}): Promise<Answer> =>
      done(post(`${endpoint}:deployModel`, { deployedModel: { id, model, ...MACHINES }, ...more }));
    expect(await refusal(deploy('1', { trafficSplit: { 0: 90 } }))).toBe('INVALID_ARGUMENT');
    expect(await refusal(deploy('x'))).toBe('INVALID_ARGUMENT');
    await deploy('1', { trafficSplit: { 0: 100 } });
    await deploy('2');
    expect(await refusal(deploy('2'))).toBe('ALREADY_EXISTS');
    const { body: shown } = await ask('GET', endpoint);
    expect(shown['trafficSplit']).toEqual({ 1: 100 });
    expect(await refusal(post(`${endpoint}:undeployModel`, { deployedModelId: '1' }))).toBe(
      'FAILED_PRECONDITION',
    );
    expect(await refusal(post(`${endpoint}:undeployModel`, { deployedModelId: '9' }))).toBe('NOT_FOUND');
    expect(await refusal(ask('DELETE', endpoint))).toBe('FAILED_PRECONDITION');
    expect(await refusal(ask('DELETE', `${PARENT}/models/two`))).toBe('FAILED_PRECONDITION');
    const update = (body: object): Promise<Answer> =>
      ask('PATCH', `${endpoint}?updateMask=trafficSplit`, { displayName: 'e', ...body });
    expect(await refusal(update({ trafficSplit: { 1: 50, 2: 49 } }))).toBe('INVALID_ARGUMENT');
    expect(await refusal(update({ trafficSplit: { 1: 50, 3: 50 } }))).toBe('INVALID_ARGUMENT');
    expect((await update({ trafficSplit: { 1: 50, 2: 50 }, etag: shown['etag'] })).status).toBe(200);
    expect(await refusal(update({ trafficSplit: { 2: 100 }, etag: shown['etag'] }))).toBe('ABORTED');
    expect(await refusal(ask('PATCH', `${endpoint}?updateMask=network`, { displayName: 'e' }))).toBe(
      'INVALID_ARGUMENT',
    );
    await done(post(`${endpoint}:undeployModel`, { deployedModelId: '1', trafficSplit: { 2: 100 } }));
    await done(post(`${endpoint}:undeployModel`, { deployedModelId: '2' }));
    expect((await ask('GET', endpoint)).body['trafficSplit']).toBeUndefined();
    await done(ask('DELETE', endpoint));
    expect(await refusal(ask('GET', endpoint))).toBe('NOT_FOUND');
  });

  test('a batch prediction is deleted only once it has finished', async () => {
    await done(post(`${PARENT}/models:upload`, { modelId: 'b', model: MODEL }));
    const { body } = await post(`${PARENT}/batchPredictionJobs`, {
      displayName: 'j',
      model: `${PARENT.slice(4)}/models/b`,
      inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: ['gs://bucket/x'] } },
      outputConfig: { predictionsFormat: 'jsonl', gcsDestination: { outputUriPrefix: 'gs://bucket/y' } },
      ...{ dedicatedResources: { machineSpec: { machineType: 'n1-standard-2' } } },
    });
    expect(await refusal(ask('DELETE', `/v1/${body['name']}`))).toBe('FAILED_PRECONDITION');
    await clock.sleep(DELAYS.job);
    expect((await ask('GET', `/v1/${body['name']}`)).body['state']).toBe('JOB_STATE_SUCCEEDED');
    expect((await done(ask('DELETE', `/v1/${body['name']}`))).status).toBe(200);
  });

  test('lists are filtered by labels and paged', async () => {
    for (const name of ['p1', 'p2', 'p3'])
      await done(
        post(`${PARENT}/models:upload`, { modelId: name, model: { ...MODEL, labels: { page: 'yes' } } }),
      );
    const filter = encodeURIComponent('labels.page="yes"');
    const first = await ask('GET', `${PARENT}/models?filter=${filter}&pageSize=2`);
    expect(first.body['models']).toHaveLength(2);
    const rest = await ask(
      'GET',
      `${PARENT}/models?filter=${filter}&pageSize=2&pageToken=${first.body['nextPageToken']}`,
    );
    expect(rest.body['models']).toHaveLength(1);
    expect(rest.body['nextPageToken']).toBeUndefined();
  });
});

test('calls fail where a test says so, before or after their effect, and connections are cut', async () => {
  fake.dispatcher.interrupt = ({ method }, when) => {
    if (method === 'UploadModel' && when === 'after') throw new Cut();
    if (method === 'ListModels') throw new Refusal('RESOURCE_EXHAUSTED', 'quota');
  };
  await expect(post(`${PARENT}/models:upload`, { modelId: 'cut', model: MODEL })).rejects.toThrow();
  expect((await ask('GET', `${PARENT}/models`)).status).toBe(429);
  fake.dispatcher.interrupt = () => undefined;
  await fake.world.quiet();
  expect((await ask('GET', `${PARENT}/models/cut`)).status).toBe(200);
});
