import { Compile } from 'typebox/compile';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OPERATIONS } from './operations.ts';
import { startTestApi, type TestApi } from './testing/api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

/** The run there is has none yet; what it may be is anything. */
const hasNone = ({ path }: { readonly path: string }): boolean => path.endsWith('/receipt');

test('every operation that reads answers as its published schema says', async () => {
  for (const operation of OPERATIONS.filter((one) => one.method === 'GET' && !hasNone(one))) {
    const path = operation.path
      .replaceAll(/\{(version|step|tree)\}/g, '2')
      .replaceAll(/\{\w+\}/g, 'churn')
      .replace('/drift/history', '/drift/history?feature=age&side=input')
      .replace('/explain', '/explain?unit=u1')
      .replace('/rollout-lint', '/rollout-lint?candidate=2&strategy=canary')
      .replace('/difference', '/difference?from=1&to=2');
    const { status, json } = await api.ask('GET', path);
    expect([path, status, [...Compile(operation.answer).Errors(json)]]).toEqual([path, 200, []]);
  }
});

test('the OpenAPI document names every operation once, with its schemas', async () => {
  const { json } = await api.ask('GET', '/openapi.json');
  const paths = json['paths'] as Record<string, Record<string, { operationId: string }>>;
  const ids = Object.values(paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  );
  expect(ids).toHaveLength(OPERATIONS.length);
  expect(new Set(ids).size).toBe(ids.length);
  expect(json).toMatchObject({
    openapi: '3.1.0',
    paths: {
      '/api/v1/rollouts/{id}:pause': { post: { parameters: [{ name: 'id', in: 'path' }, {}, {}] } },
      '/api/v1/endpoints/{endpoint}': {
        patch: { requestBody: { content: { 'application/json': { schema: { required: ['generation'] } } } } },
      },
    },
  });
});

test('a rollout is started with 201 and steered by verbs after a colon', async () => {
  const started = await api.ask('POST', '/endpoints/churn/rollouts', {
    body: JSON.stringify({ candidate: 2, strategy: 'canary', policy: { window: '1s' }, reason: 'better' }),
    headers: { 'x-plimsoll-by': 'Jos%C3%A9' },
  });
  expect([started.status, started.json['id'], started.json['weight']]).toEqual([201, 'ro_1', 25]);
  await api.ask('POST', '/rollouts/ro_1:pause');
  await api.ask('POST', '/endpoints/churn:rollback', { body: '{"to":1}' });
  expect(api.control.told).toEqual([
    {
      name: 'startRollout',
      given: [
        'churn',
        { candidate: 2, strategy: 'canary', policy: { window: '1s' } },
        { by: 'José', reason: 'better' },
      ],
    },
    { name: 'command', given: ['ro_1', 'pause', { by: 'api', reason: undefined }] },
    { name: 'rollback', given: ['churn', 1, null, { by: 'api', reason: undefined }] },
  ]);
});

test('a change against another generation is a conflict that names the current one', async () => {
  const { status, json } = await api.ask('PATCH', '/endpoints/churn', {
    body: '{"generation":6,"rules":[]}',
  });
  expect([status, json.error]).toMatchObject([409, { code: 'GENERATION_CONFLICT', details: { found: 7 } }]);
});

test('a request with several mistakes is told all of them', async () => {
  const { status, json } = await api.ask('POST', '/endpoints/churn/rollouts', {
    body: '{"candidate":"two","strategy":"yolo","polcy":{}}',
  });
  expect([status, json.error?.code]).toEqual([422, 'REQUEST_INVALID']);
  for (const part of ['body.candidate', 'body.strategy', 'body.polcy'])
    expect(json.error?.message).toContain(part);
  expect((await api.ask('GET', '/models?limit=0')).status).toBe(422);
  expect((await api.ask('GET', '/models?limit=5&limit=6')).status).toBe(422);
  expect((await api.ask('GET', '/models?limt=5')).status).toBe(422);
  expect((await api.ask('GET', '/models/churn/versions/two')).status).toBe(422);
});

test('the same write under the same key is done once, also while the first one runs', async () => {
  const send = (reason: string) =>
    api.ask('POST', '/endpoints/churn/rollouts', {
      body: JSON.stringify({ candidate: 2, strategy: 'canary', reason }),
      headers: { 'idempotency-key': 'k1' },
    });
  const [first, second] = await Promise.all([send('a'), send('a')]);
  const third = await send('a');
  expect([first, second, third].map(({ status, json }) => [status, json['id']])).toEqual(
    Array(3).fill([201, 'ro_1']),
  );
  expect(api.control.told).toHaveLength(1);
  const other = await send('b');
  expect([other.status, other.json.error?.code]).toEqual([422, 'IDEMPOTENCY_MISMATCH']);
});

test('what failed under a key may be tried again under it', async () => {
  const send = (generation: number) =>
    api.ask('PATCH', '/endpoints/churn', {
      body: JSON.stringify({ generation, rules: [] }),
      headers: { 'idempotency-key': 'k2' },
    });
  expect((await send(6)).status).toBe(409);
  expect((await send(7)).status).toBe(200);
});

test('a path of other methods says which, a path of none says so', async () => {
  const wrong = await api.ask('POST', '/models/churn');
  expect([wrong.status, wrong.headers.allow, wrong.json.error?.code]).toEqual([
    405,
    'GET',
    'METHOD_NOT_ALLOWED',
  ]);
  const unknown = await api.ask('POST', '/rollouts/ro_1:explode');
  expect([unknown.status, unknown.json.error?.code]).toEqual([404, 'ROUTE_NOT_FOUND']);
});

test('a policy in an address that is no JSON, or too long for one, is refused before anything is looked at', async () => {
  const ask = (policy: string) =>
    fetch(
      `${api.url}/api/v1/endpoints/churn/rollout-lint?candidate=2&strategy=canary&policy=${encodeURIComponent(policy)}`,
    );
  for (const policy of ['{', 'x'.repeat(4001)]) {
    const answer = await ask(policy);
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
      422,
      'REQUEST_INVALID',
    ]);
  }
  // Every character of it percent-encoded, and still within the head of a request.
  expect((await ask(JSON.stringify({ segments: '"'.repeat(1500) }))).status).toBe(200);
});
