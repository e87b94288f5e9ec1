/** What a server looks up for those who may define jobs and receivers: what its operator lists, and nothing else. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { example, folder, type Served, served } from '../cli.ts';
import { type Answered, ask } from './server.ts';

vi.setConfig({ testTimeout: 120_000 });

const CANARY = 'c4n4ry-of-the-environment';
const started: Served[] = [];
/** What came to a receiver of somebody else. */
let heard: string;
const thief = createServer(async (request, response) => {
  heard += `${request.url} ${JSON.stringify(request.headers)} ${await text(request)}`;
  response.end('words of an inner service');
});
let elsewhere: string;

beforeEach(async () => {
  heard = '';
  await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
  elsewhere = `http://127.0.0.1:${(thief.address() as AddressInfo).port}`;
  process.env['CANARY'] = `http://127.0.0.1:1/${CANARY}`;
});
afterEach(async () => {
  delete process.env['CANARY'];
  delete process.env['PLIMSOLL_REFERENCES'];
  await Promise.all(started.splice(0).map((server) => server.stop()));
  thief.closeAllConnections();
  thief.close();
});

async function server(...more: readonly string[]): Promise<string> {
  const one = await served([example('iris.joblib'), ...more]);
  started.push(one);
  return one.said.url;
}

const job = (input: string) => ({ model: 'iris', input, key: 'id', output: '/tmp/never.csv' });
const put = (url: string, body: unknown): Promise<Answered> => ask(url, { method: 'PUT', body });
const monitored = (receiver: object) => ({ policy: { receivers: { ops: receiver } } });
const tested = async (url: string): Promise<{ ok: boolean; detail: string }> =>
  JSON.parse((await ask(`${url}/api/v1/endpoints/iris/receivers/ops:test`, { body: {} })).text);

test('a job that would send a variable of the server away is refused, with the setting that lists it', async () => {
  const url = await server();
  const refused = await put(`${url}/api/v1/jobs/steal`, job(`${elsewhere}/\${CANARY}.csv`));
  expect([refused.status, refused.code]).toEqual([403, 'REFERENCE_UNLISTED']);
  expect(refused.text).toContain('PLIMSOLL_REFERENCES=env:CANARY');
  expect(refused.text).not.toContain(CANARY);
  expect(heard).toBe('');
});

test('a receiver gets no variable and no file that is not listed, and a test of it tells no word of the other side', async () => {
  const url = await server();
  const path = `${url}/api/v1/endpoints/iris/monitor`;
  const file = join(folder(), 'secret');
  writeFileSync(file, CANARY);
  for (const secret of ['env:CANARY', `file:${file}`]) {
    const receiver = { kind: 'webhook', url: elsewhere, secret };
    expect((await put(path, monitored(receiver))).text).not.toContain('error"');
    const { ok, detail } = await tested(url);
    expect([ok, detail]).toEqual([false, expect.stringContaining(`PLIMSOLL_REFERENCES=${secret}`)]);
  }
  expect(heard).toBe('');
  await put(path, monitored({ kind: 'webhook', url: elsewhere }));
  expect(await tested(url)).toEqual({ ok: true, detail: 'answered 200' });
  await put(path, monitored({ kind: 'webhook', url: 'http://169.254.169.254/latest/api/token' }));
  expect(await tested(url)).toMatchObject({
    ok: false,
    detail: expect.stringContaining('PLIMSOLL_LINK_LOCAL'),
  });
});

test('what is listed is looked up, and so is what the file of settings refers to', async () => {
  process.env['PLIMSOLL_REFERENCES'] = 'env:CANARY';
  const listing = await server();
  const path = '/api/v1/endpoints/iris/monitor';
  await put(`${listing}${path}`, monitored({ kind: 'slack', url: 'env:CANARY' }));
  expect((await tested(listing)).detail).toContain('127.0.0.1:1 cannot be reached');
  delete process.env['PLIMSOLL_REFERENCES'];
  const settings = join(folder(), 'settings.yaml');
  writeFileSync(settings, 'monitors: {iris: {receivers: {ops: {kind: slack, url: "env:CANARY"}}}}\n');
  const written = await server('--config', settings);
  expect((await tested(written)).detail).toContain('127.0.0.1:1 cannot be reached');
});
