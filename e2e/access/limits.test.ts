import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { folder, type Served } from '../cli.ts';
import { ask, bearer, IRIS, irisServer, keysOf } from './server.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const { keys, option } = keysOf({ eager: 'predict', calm: 'predict', ci: 'admin' });
let server: Served;

beforeAll(async () => {
  const config = join(folder(), 'plimsoll.json');
  writeFileSync(config, JSON.stringify({ uploadsPerDay: 3, uploadBytesPerDay: '4kb' }));
  server = await irisServer(folder(), ...option, '--config', config, '--rate-limit', '5/s,10');
});
afterAll(() => server?.stop());

test('a key that asks too often is told when to come again, and others are not held up', async () => {
  const { said } = server;
  const { eager, calm } = keys;
  const predict = (key: string) => ask(`${said.url}/predict`, { body: IRIS, headers: bearer(key) });
  const begun = performance.now();
  const answers = [];
  for (let k = 0; k < 60; k++) answers.push(await predict(eager));
  const seconds = (performance.now() - begun) / 1000;
  const letIn = answers.filter(({ status }) => status === 200).length;
  expect(letIn).toBeGreaterThanOrEqual(10);
  expect(letIn).toBeLessThanOrEqual(10 + Math.ceil(5 * seconds) + 1);
  const refused = answers.find(({ status }) => status !== 200)!;
  expect([refused.status, refused.code]).toEqual([429, 'RATE_LIMITED']);
  expect(refused.headers).toMatchObject({
    'retry-after': '1',
    'ratelimit-limit': '10',
    'ratelimit-remaining': '0',
    'ratelimit-reset': '1',
  });
  expect((await predict(calm)).status).toBe(200);
  expect((await ask(`${said.url}/healthz`)).status).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect((await predict(eager)).status).toBe(200);
});

test('a key uploads as much in a day as it may, and no more, whatever an upload says of its length', async () => {
  const push = async (bytes: number, isAnnounced: boolean): Promise<string | number> => {
    const body = multipart('x'.repeat(bytes));
    const length: Record<string, string> = isAnnounced ? {} : { 'transfer-encoding': 'chunked' };
    const headers = { ...bearer(keys.ci), 'content-type': 'multipart/form-data; boundary=b', ...length };
    const { code, status } = await ask(`${server.said.url}/api/v1/models/m/versions`, { body, headers });
    return code ?? status;
  };
  expect(await push(1000, true)).toBe(201);
  expect(await push(4000, true)).toBe('QUOTA_EXCEEDED');
  expect(await push(4000, false)).toBe('QUOTA_EXCEEDED');
});

const multipart = (content: string): string =>
  ['--b', 'content-disposition: form-data; name="file"; filename="small.bin"', '', content, '--b--', ''].join(
    '\r\n',
  );
