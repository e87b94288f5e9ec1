import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { BIN, folder, runWith, type Served } from '../cli.ts';
import { ask, bearer, command, IRIS, irisServer, keyOf } from './server.ts';

vi.setConfig({ testTimeout: 180_000 });

const started: Served[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

async function start(data: string, ...more: readonly string[]): Promise<Served> {
  const server = await irisServer(data, ...more);
  started.push(server);
  return server;
}

test('a key that asks too often is told when to come again, and others are not held up', async () => {
  const data = folder();
  const [eager, calm] = [
    keyOf(data, 'eager', '--scope', 'predict'),
    keyOf(data, 'calm', '--scope', 'predict'),
  ];
  const { said } = await start(data, '--rate-limit', '5/s,10');
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

test('a key uploads as much in a day as it may, and no more', async () => {
  const data = folder();
  const key = keyOf(data, 'ci', '--scope', 'admin');
  const config = join(folder(), 'plimsoll.json');
  writeFileSync(config, JSON.stringify({ uploadsPerDay: 2, uploadBytesPerDay: '4kb' }));
  const { said } = await start(data, '--config', config);
  const small = join(folder(), 'small.bin');
  writeFileSync(small, 'x'.repeat(3000));
  const push = () => {
    const args = ['push', small, '--name', 'm', '--json', '--url', said.url];
    const { stdout, stderr } = runWith(process.execPath, [BIN, ...args], {
      ...process.env,
      PLIMSOLL_KEY: key,
    });
    return /[A-Z]+_[A-Z_]+/.exec(stdout + stderr)?.[0];
  };
  expect(push()).toBe('FORMAT_UNKNOWN');
  appendFileSync(small, 'x'.repeat(3000));
  expect(push()).toBe('FORMAT_UNKNOWN');
  expect(push()).toBe('QUOTA_EXCEEDED');
  expect(command<{ items: object[] }>(data, 'keys', 'list').items).toHaveLength(1);
});
