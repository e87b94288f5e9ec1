import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Served, served } from './cli.ts';
import { api, begun, fixture, pushed, rows, standing } from './rollouts/control.ts';
import { call } from './serving/client.ts';

/** What a candidate in the shadow does is seen by nobody who is answered: not in a byte, nor in the time it takes. */

const SHADOW = {
  window: '500ms',
  watermark: '400ms',
  stages: [{ shadow: 100, bake: '1h' }, { weight: 100 }],
  guards: { errors: false, latency: false, outputs: false },
  certificate: false,
};
const BLOCKS = 12;
const REQUESTS = 100;

let server: Served;
let url: string;
beforeAll(async () => {
  server = await served(['plain', 'erroring', 'slow'].map((name) => `${name}=${fixture('stable')}`));
  url = server.said.url;
}, 60_000);
afterAll(async () => {
  await server?.stop();
});

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const ask = (model: string, k: number) =>
  call(`${url}/models/${model}/predict`, {
    agent,
    headers: { 'x-unit-id': `user-${k}`, 'x-request-id': `request-${k}` },
    body: { rows: [rows[k % rows.length]] },
  });

/** Everything of an answer that does not tell the time. */
async function answers(model: string): Promise<unknown[]> {
  const all = [];
  for (let k = 0; k < rows.length; k++) {
    const { status, headers, text } = await ask(model, k);
    const { date: _, 'server-timing': __, ...rest } = headers;
    all.push([status, rest, text]);
  }
  return all;
}

/** Sorted milliseconds of a block of requests, one after the other. */
async function block(model: string): Promise<number[]> {
  const times: number[] = [];
  for (let k = 0; k < REQUESTS; k++) {
    const began = performance.now();
    expect((await ask(model, k)).headers['x-model-version']).toBe('1');
    times.push(performance.now() - began);
  }
  return times;
}

const quantile = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor(share * times.length)]!;

describe.each(['erroring', 'slow'])('a shadow of a candidate that is %s', { timeout: 90_000 }, (name) => {
  test('changes no byte of an answer, and nobody waits for it', async () => {
    const before = await answers(name);
    await pushed(url, name, fixture(name));
    const rollout = await begun(url, name, { strategy: 'canary', policy: SHADOW });
    const shadow = async () =>
      (await api<{ route: { shadow: unknown } }>(url, 'GET', `endpoints/${name}`)).route.shadow;
    await expect.poll(shadow).toEqual({ version: 2, percent: 100 });
    expect(await answers(name)).toEqual(before);

    const [off, on]: [number[], number[]] = [[], []];
    for (let k = 0; k < BLOCKS; k++) {
      off.push(...(await block('plain')));
      on.push(...(await block(name)));
    }
    const [without, having] = [quantile(off, 0.99), quantile(on, 0.99)];
    const copies = async () => {
      const { mirrored, dropped } = (await standing(url, rollout)).left;
      return mirrored + dropped;
    };
    await expect.poll(copies, { timeout: 30_000 }).toBeGreaterThanOrEqual(BLOCKS * REQUESTS);
    const { left } = await standing(url, rollout);
    console.log(
      `${name}: p99 ${having.toFixed(2)} ms with the shadow, ${without.toFixed(2)} ms without (p50 ${quantile(on, 0.5).toFixed(2)}, ${quantile(off, 0.5).toFixed(2)}); ${left.mirrored} copies, ${left.dropped} dropped`,
    );
    expect(left.mirrored).toBeGreaterThan(0);
    // A busy machine of two cores takes turns between them; a reply path that waited would take twice as long in the middle.
    expect(quantile(on, 0.5)).toBeLessThan(2 * quantile(off, 0.5) + 2);
    expect(having).toBeLessThan(3 * without + 20);
  });
});
