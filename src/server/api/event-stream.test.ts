import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { wantsEvents } from '../event-responses.ts';
import { EventStreams, EventSubscription, type SendEvent } from './event-stream.ts';
import { startTestApi } from './testing/api.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server whose every request follows what is sent by `tell`, as long as `mayFollow`. */
async function streaming(mayFollow = () => true) {
  const streams = new EventStreams();
  const followers = new Set<SendEvent>();
  const ended: PromiseWithResolvers<void> = Promise.withResolvers();
  const refused: unknown[] = [];
  const subscription = new EventSubscription((send) => {
    followers.add(send);
    send('at once');
    return () => {
      followers.delete(send);
      ended.resolve();
    };
  });
  server = createServer((_, response) => {
    try {
      streams.start(response, { 'cache-control': 'no-store' }, subscription, mayFollow);
    } catch (error) {
      refused.push(isPlimsollError(error) && error.code);
      response.writeHead(503).end();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = async (): Promise<IncomingMessage> => {
    const request = get({ port, host: '127.0.0.1', agent: false }).on('error', () => undefined);
    const [response] = await once(request, 'response');
    return response;
  };
  const tell = (answer: unknown) => followers.forEach((send) => send(answer));
  return { ask, tell, followers, refused, ended: ended.promise };
}

test('events are sent at once and as they come, until the client leaves', async () => {
  const { ask, tell, followers, ended } = await streaming();
  const response = await ask();
  expect(response.headers).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const chunks = response[Symbol.asyncIterator]();
  expect(String((await chunks.next()).value)).toBe('data: "at once"\n\n');
  tell({ a: 1 });
  expect(String((await chunks.next()).value)).toBe('data: {"a":1}\n\n');
  response.destroy();
  await ended;
  expect(followers.size).toBe(0);
});

test('what is told beside the answers has the name of an event', async () => {
  const { ask, followers } = await streaming();
  const chunks = (await ask())[Symbol.asyncIterator]();
  await chunks.next();
  for (const send of followers) send({ a: 1 }, 'changed');
  expect(String((await chunks.next()).value)).toBe('event: changed\ndata: {"a":1}\n\n');
});

test('who may not follow any more is told nothing more', async () => {
  let may = true;
  const { ask, tell, ended } = await streaming(() => may);
  const response = await ask();
  const text = (async () => {
    let all = '';
    for await (const chunk of response) all += chunk;
    return all;
  })();
  may = false;
  tell('secret');
  expect(await text).toBe('data: "at once"\n\n');
  await ended;
});

test('who never reads is cut off, and is told no more of it than fits', async () => {
  const { ask, tell, ended } = await streaming();
  const response = await ask();
  response.pause();
  const big = 'x'.repeat(2 ** 20);
  let told = 0;
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  for (; !isOver && told < 1000; told++) {
    tell(big);
    await new Promise(setImmediate);
  }
  expect(told).toBeLessThan(1000);
});

test('who has left before its turn came takes no place', async () => {
  const streams = new EventStreams();
  let follows = 0;
  const subscription = new EventSubscription(() => {
    follows += 1;
    return () => undefined;
  });
  const turn: PromiseWithResolvers<void> = Promise.withResolvers();
  server = createServer((_, response) => {
    response.once('close', () => {
      streams.start(response, {}, subscription, () => true);
      turn.resolve();
    });
    response.destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' }).on('error', () => undefined);
  await turn.promise;
  expect(follows).toBe(0);
});

test('streams cannot take every request that may be under way', async () => {
  const { ask, refused } = await streaming();
  const answers = await Promise.all(Array.from({ length: 64 }, ask));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(64).fill(200));
  expect((await ask()).statusCode).toBe(503);
  expect(refused).toEqual(['OVERLOADED']);
});

test('the API streams to those who ask for events, and answers all others once', async () => {
  expect(['text/event-stream', 'application/json', undefined].map(wantsEvents)).toEqual([true, false, false]);
  const api = await startTestApi();
  try {
    const url = `${api.url}/api/v1/traffic`;
    const once = await (await fetch(url)).json();
    const stream = await fetch(url, { headers: { accept: 'text/event-stream' } });
    expect(stream.headers.get('content-security-policy')).toContain("default-src 'none'");
    let begun = '';
    for await (const text of stream.body!.pipeThrough(new TextDecoderStream())) {
      begun += text;
      if (begun.includes('changed')) break;
    }
    expect(begun).toBe(
      `data: ${JSON.stringify(once)}\n\nevent: changed\ndata: {"sequence":0,"changed":[]}\n\n`,
    );
  } finally {
    await api.close();
  }
});

test('a stream is for who may read', async () => {
  const api = await startTestApi();
  try {
    const headers = {
      accept: 'text/event-stream',
      'x-plimsoll-peer': '10.1.2.3',
      authorization: 'Bearer predict',
    };
    const { status, json } = await api.ask('GET', '/traffic', { headers });
    expect([status, json.error?.code]).toEqual([403, 'SCOPE_FORBIDDEN']);
  } finally {
    await api.close();
  }
});
