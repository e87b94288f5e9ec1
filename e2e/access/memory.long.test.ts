import { expect, test, vi } from 'vitest';
import { folder } from '../cli.ts';
import { ask, bearer, IRIS, keysOf, strictServer } from './server.ts';

vi.setConfig({ testTimeout: 300_000 });

const ROUNDS = 25;

test('tens of thousands of wrong keys are refused in the memory that a server has anyway, and counted', async () => {
  const { keys, option } = keysOf({ good: 'predict', reader: 'viewer' });
  const { good, reader } = keys;
  const server = await strictServer(folder(), ...option, '--rate-limit', '100000/s');
  const { said } = server;
  const { Agent, request } = await import('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const body = JSON.stringify(IRIS);
  const send = (key: string) =>
    new Promise<number>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': body.length, ...bearer(key) };
      const sent = request(
        `${said.url}/models/churn/predict`,
        { method: 'POST', agent, headers },
        (response) => {
          response.resume().on('end', () => resolve(response.statusCode!));
        },
      );
      sent.on('error', reject).end(body);
    });
  const round = (count: number) => Promise.all(Array.from({ length: count }, (_, k) => send(`plk_${k}`)));
  const read = async (pattern: RegExp): Promise<number> => {
    const { text } = await ask(`${said.url}/metrics`, { headers: bearer(reader) });
    return Number(pattern.exec(text)?.[1]);
  };
  const MEMORY = /^process_resident_memory_bytes (\S+)/m;
  for (let k = 0; k < 5; k++) await round(2000);
  const before = await read(MEMORY);
  const seen = new Set<number>();
  for (let k = 0; k < ROUNDS; k++) for (const status of await round(2000)) seen.add(status);
  expect([...seen].filter((status) => status !== 401 && status !== 429)).toEqual([]);
  const grown = (await read(MEMORY)) - before;
  console.log(`memory grew by ${(grown / 2 ** 20).toFixed(1)} MiB over ${ROUNDS * 2000} refused requests`);
  expect(grown).toBeLessThan(64 * 2 ** 20);
  expect(await send(good)).toBe(200);
  const REFUSED = /plimsoll_requests_refused_total\{reason="unauthorized"\} (\d+)/;
  expect(await read(REFUSED)).toBeGreaterThanOrEqual(ROUNDS * 2000);
  agent.destroy();
  await server.stop();
});
