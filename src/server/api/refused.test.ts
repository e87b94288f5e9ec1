import { afterAll, beforeAll, expect, test } from 'vitest';
import { openapiDocument } from './openapi.ts';
import { OPERATIONS } from './operations.ts';
import { startTestApi, type TestApi } from './testing/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const refused = async (method: string, path: string, headers: Record<string, string> = {}, body?: string) => {
  const { status, json } = await api.ask(method, path, { headers, ...(body === undefined ? {} : { body }) });
  return [status, json.error?.code, json.error?.message];
};

test('a method that a path does not take is 405, whatever the framework thinks of its body', async () => {
  expect(await refused('QUERY', '/models')).toEqual([
    405,
    'METHOD_NOT_ALLOWED',
    'Cannot QUERY /api/v1/models: it takes GET',
  ]);
  expect((await refused('QUERY', '/nowhere'))[0]).toBe(404);
});

test('a name with a colon in it is looked for, not taken for another path', async () => {
  const [status, code] = await refused('POST', '/rollouts/%3A%40x:pause', {}, '{}');
  expect([status, code]).not.toEqual([405, 'METHOD_NOT_ALLOWED']);
  expect((await refused('POST', '/rollouts/x%3Ay:fly'))[0]).toBe(404);
});

test.each([
  ['idempotency-key', ''],
  ['idempotency-key', 'k'.repeat(201)],
  ['idempotency-key', 'two words'],
  ['x-plimsoll-by', 'b'.repeat(201)],
])('a change is held to the schema of its headers: %s', async (name, value) => {
  const [status, code, message] = await refused('POST', '/gc', { [name]: value });
  expect([status, code]).toEqual([422, 'REQUEST_INVALID']);
  expect(message).toContain(`header.${name}`);
});

test('a body that nests deeper than anybody means is refused before it is parsed', async () => {
  for (const levels of [5000, 500_000]) {
    const body = `[${'['.repeat(levels)}${']'.repeat(levels)}]`;
    const [status, code, message] = await refused('POST', '/feedback', {}, body);
    expect([status, code]).toEqual([400, 'BODY_TOO_DEEP']);
    expect(message).toContain(`nest ${levels + 1} deep, at most 100 are read`);
  }
  expect(api.logged).toEqual([]);
});

test('an upload without a boundary is the mistake of its sender', async () => {
  const headers = { 'content-type': 'multipart/form-data' };
  const [status, code, message] = await refused('POST', '/models/churn/versions', headers, 'x');
  expect([status, code]).toEqual([422, 'REQUEST_INVALID']);
  expect(message).toContain('boundary');
  expect(api.logged).toEqual([]);
});

test('a part of an upload that says it is JSON is read as one that does not', async () => {
  const part = (name: string, type: string, text: string) =>
    `--b\r\ncontent-disposition: form-data; name="${name}"${type}\r\n\r\n${text}\r\n`;
  const body = `${part('labels', '\r\ncontent-type: application/json', '{"team":"risk"}')}${part('file', '; filename="m.bin"', 'bytes')}--b--\r\n`;
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  const { status } = await api.ask('POST', '/models/churn/versions', { body, headers });
  expect(status).toBe(201);
  expect(JSON.stringify(api.control.told)).toContain('"labels":{"team":"risk"}');
});

test('the document says of every body whether it has to be sent', () => {
  const { paths } = openapiDocument(OPERATIONS, '1.0.0') as {
    paths: Record<string, Record<string, { requestBody?: { required: boolean } }>>;
  };
  expect(paths['/api/v1/api-keys']!['post']!.requestBody).toMatchObject({ required: true });
  expect(paths['/api/v1/rollouts/{id}:pause']!['post']!.requestBody).toMatchObject({ required: false });
});
