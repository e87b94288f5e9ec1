import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { openVertexClient, type VertexClient } from './client.ts';
import { googleCredentials, signerOf } from './credentials.ts';

const PARENT = 'projects/acme-models/locations/europe-west4';
const ENDPOINT = `${PARENT}/endpoints/1`;
const closing: (() => void)[] = [];

afterEach(() => {
  vi.unstubAllEnvs();
  for (const close of closing.splice(0)) close();
});

async function server(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A client of a server that answers each request with the next of these: a status and a body. */
async function clientOf(
  answers: readonly (readonly [number, string])[],
): Promise<{ readonly client: VertexClient; readonly asked: string[]; readonly pauses: number[] }> {
  const [asked, pauses]: [string[], number[]] = [[], []];
  const address = await server((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const [status, body] = answers[Math.min(asked.length, answers.length) - 1]!;
    if (status === 0) request.socket.destroy();
    else if (status > 0) response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  const sleep = async (millis: number): Promise<void> => void pauses.push(millis);
  const place = { project: 'acme-models', location: 'europe-west4', timeoutMillis: 200 };
  return { client: openVertexClient({ ...place, address, sleep }), asked, pauses };
}

const refused = (code: number, status: string): readonly [number, string] => [
  code,
  JSON.stringify({ error: { code, status, message: 'said so' } }),
];

test('without credentials every call is denied, and nothing is thrown beside it: a server goes on serving', async () => {
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', '/nowhere/credentials.json');
  const beside: unknown[] = [];
  const listener = (error: unknown): void => void beside.push(error);
  process.on('unhandledRejection', listener);
  const client = openVertexClient({
    project: 'acme-models',
    location: 'europe-west4',
    address: null,
    sleep: async () => undefined,
  });
  for (let i = 0; i < 2; i += 1)
    await expect(client.get(ENDPOINT)).rejects.toMatchObject({ code: 'CLOUD_DENIED' });
  await expect(client.operations(ENDPOINT)).rejects.toMatchObject({ code: 'CLOUD_DENIED' });
  await turn();
  process.off('unhandledRejection', listener);
  expect(beside).toEqual([]);
});

test("a request is signed with what Google's tools find, which is kept while it holds", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-google-'));
  closing.push(() => rmSync(folder, { recursive: true }));
  const grants: string[] = [];
  const token = await server((request, response) => {
    request
      .on('data', (chunk) => grants.push(String(chunk)))
      .on('end', () => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ access_token: `token ${grants.length}`, expires_in: 3600 }));
      });
  });
  const file = join(folder, 'credentials.json');
  const account = { type: 'external_account_authorized_user', audience: 'a', quota_project_id: 'payer' };
  const secrets = { refresh_token: 'r', client_id: 'me', client_secret: 's', token_url: token };
  writeFileSync(file, JSON.stringify({ ...account, ...secrets, token_info_url: token }));
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', file);
  const sign = signerOf(() => googleCredentials('acme-models'));
  for (let i = 0; i < 2; i += 1) {
    const { headers } = await sign('https://europe-west4-aiplatform.googleapis.com/v1/x');
    expect(headers.get('authorization')).toBe('Bearer token 1');
    expect(headers.get('x-goog-user-project')).toBe('payer');
  }
  expect(grants).toEqual([expect.stringContaining('refresh_token')]);
});

test('what is read is asked for four times, what changes something once', async () => {
  const busy = await clientOf([refused(503, 'UNAVAILABLE')]);
  await expect(busy.client.get(ENDPOINT)).rejects.toMatchObject({
    code: 'CLOUD_UNREACHABLE',
    message: expect.stringContaining('get endpoint on Vertex'),
  });
  expect(busy.pauses).toEqual([200, 400, 800]);
  const change = { action: 'delete endpoint', method: 'DELETE', path: `/v1/${ENDPOINT}` } as const;
  await expect(busy.client.change(change)).rejects.toMatchObject({ code: 'CLOUD_UNREACHABLE' });
  expect(busy.asked.map((line) => line.split(' ')[0])).toEqual([...Array(4).fill('GET'), 'DELETE']);
  const cut = await clientOf([[0, ''], [-1, ''], refused(500, 'INTERNAL'), [200, '{"name":"x"}']]);
  expect(await cut.client.get(ENDPOINT)).toEqual({ name: 'x' });
});

test('an answer that does not come in time is none', async () => {
  const { client } = await clientOf([[-1, '']]);
  const change = { action: 'upload model', method: 'POST', path: '/v1/x', body: {} } as const;
  await expect(client.change(change)).rejects.toMatchObject({
    code: 'CLOUD_UNREACHABLE',
    cause: { code: 4 },
  });
});

test('a resource is not there where the API says so, not where an address leads nowhere', async () => {
  const { client } = await clientOf([refused(404, 'NOT_FOUND'), [404, '<html>Not Found</html>']]);
  expect(await client.get(ENDPOINT)).toBeNull();
  await expect(client.get(ENDPOINT)).rejects.toMatchObject({
    code: 'CLOUD_REFUSED',
    message: expect.stringContaining('HTTP 404: <html>'),
  });
});

test('a change that is done already is null, another refusal is told', async () => {
  const { client } = await clientOf([
    refused(409, 'ALREADY_EXISTS'),
    refused(400, 'FAILED_PRECONDITION'),
    refused(429, 'RESOURCE_EXHAUSTED'),
    [200, '{}'],
  ]);
  const change = { action: 'create endpoint', method: 'POST', path: '/v1/x', body: {} } as const;
  expect(await client.change(change, [6])).toBeNull();
  await expect(client.change(change, [6])).rejects.toMatchObject({ code: 'CLOUD_REFUSED' });
  await expect(client.change(change)).rejects.toMatchObject({ code: 'CLOUD_QUOTA' });
  expect(await client.change(change)).toEqual({});
});

test('a list is read to its end, page by page', async () => {
  const { client, asked } = await clientOf([
    [200, '{"models":[{"name":"a"}],"nextPageToken":"t/1"}'],
    [200, '{"models":[{"name":"b"}],"nextPageToken":"t/2"}'],
    [200, '{}'],
  ]);
  expect(await client.list(PARENT, 'models', 'labels.x="y"')).toEqual([{ name: 'a' }, { name: 'b' }]);
  const path = `GET /v1/${PARENT}/models?filter=labels.x%3D%22y%22`;
  expect(asked).toEqual([path, `${path}&pageToken=t%2F1`, `${path}&pageToken=t%2F2`]);
});
