import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import { connect } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { ServingMetrics } from '../src/serving/metrics/serving-metrics.ts';
import { certificate } from '../tools/certificate.ts';
import { folder } from './cli.ts';
import { call } from './serving/client.ts';
import { fakeVersion } from './serving/fake-models.ts';
import { opened, reading } from './serving/raw.ts';
import { metric, ROWS, serve } from './serving/serve.ts';

const ending: { destroy(): unknown }[] = [];
afterEach(() => {
  for (const socket of ending.splice(0)) socket.destroy();
});

async function idle(url: string) {
  const socket = await opened(url);
  ending.push(socket);
  return reading(socket);
}

const evicted = /^plimsoll_connections_evicted_total (\d+)/m;
const refused = /^plimsoll_connections_refused_total (\d+)/m;
const open = /^plimsoll_connections_open (\d+)/m;

test('where there are as many connections as may be, the one that has waited longest makes room', async () => {
  const url = await serve({ maxConnections: 3 });
  const first = await idle(url);
  await idle(url);
  await idle(url);
  expect((await call(`${url}/predict`, { body: ROWS })).status).toBe(200);
  await first.closed;
  expect(first.text).toBe('');
  expect(await metric(url, open)).toBeLessThanOrEqual(3);
  for (let k = 0; k < 20; k++) await idle(url);
  expect((await call(`${url}/predict`, { body: ROWS })).status).toBe(200);
  expect(await metric(url, evicted)).toBeGreaterThanOrEqual(20);
  expect(await metric(url, refused)).toBe(0);
  expect(await metric(url, /^plimsoll_connections_limit (\d+)/m)).toBe(3);
});

test('a connection that has just been answered waits anew, behind the others', async () => {
  const url = await serve({ maxConnections: 3 });
  const answered = await opened(url);
  ending.push(answered);
  const read = reading(answered);
  const quiet = await idle(url);
  const get = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n';
  answered.write(get);
  await expect.poll(() => read.text).toMatch(/200 OK/);
  await idle(url);
  await idle(url);
  await quiet.closed;
  answered.write(get);
  await expect.poll(() => read.text.match(/200 OK/g)).toHaveLength(2);
});

test('what is being answered is never given up: where that is all there is, the next one is closed at once', async () => {
  const metrics = new ServingMetrics();
  const url = await serve({ versions: [fakeVersion('slow')], threads: 1, maxConnections: 3, metrics });
  const working = [1, 2, 3].map(() => call(`${url}/predict`, { body: { age: 1, fare: 1 } }));
  await expect.poll(() => metrics.inFlight, { interval: 5 }).toBe(3);
  const late = await idle(url);
  await late.closed;
  expect(late.text).toBe('');
  expect((await Promise.all(working)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(metrics.connections).toMatchObject({ refused: 1, evicted: 0, limit: 3 });
});

test('over TLS connections make room, whether they have finished their handshake or not', async () => {
  const { cert, key } = certificate(folder(), 'server');
  const url = await serve({ tls: { cert, key, clientCa: null }, maxConnections: 4 });
  const unfinished = await idle(url);
  const ca = readFileSync(cert, 'utf8');
  const trusting = { ca, servername: 'localhost', checkServerIdentity: () => undefined };
  const secured = async () => {
    const socket = connect({ ...trusting, host: '127.0.0.1', port: Number(new URL(url).port) });
    ending.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    return { closed: reading(socket).closed };
  };
  const finished = await secured();
  for (let k = 0; k < 3; k++) await secured();
  await unfinished.closed;
  await secured();
  await finished.closed;
  const sent = request(`${url}/healthz`, { ...trusting, agent: false });
  sent.end();
  const [response] = await once(sent, 'response');
  expect(response.statusCode).toBe(200);
  response.resume();
});

test('headers that do not come to their end are answered with 408, and the connection ends', async () => {
  const url = await serve({ requestMillis: 300, checkMillis: 50 });
  const socket = await opened(url);
  const read = reading(socket);
  socket.write('POST /predict HTTP/1.1\r\nhost: x\r\nx-slow: ');
  await read.closed;
  expect(read.text).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
});

/** Bodies that begin and never end, each on a connection of its own. */
async function dripping(url: string, count: number, from?: string) {
  const bodies = Array.from({ length: count }, async () => {
    const socket = await opened(url, from);
    ending.push(socket);
    const read = reading(socket);
    socket.write('POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: 30\r\n\r\n{');
    return read;
  });
  return Promise.all(bodies);
}

test('more slow bodies than there are places leave everybody else answered at once', async () => {
  const metrics = new ServingMetrics();
  const url = await serve({ metrics, maxInFlight: 4, maxReceiving: 16 });
  const early = await dripping(url, 8);
  await expect.poll(() => metrics.receiving).toBe(8);
  // Half of the places are for one address: the others are refused as long as nobody has been slow for a moment.
  const many = await dripping(url, 40);
  await Promise.all(many.map(({ closed }) => Promise.race([closed, wait(400)])));
  const late = await dripping(url, 8);
  await expect.poll(() => metrics.slowBodies).toBeGreaterThanOrEqual(8);
  expect(metrics.receiving).toBeLessThanOrEqual(8);
  for (let k = 0; k < 20; k++) {
    const begun = performance.now();
    expect((await call(`${url}/predict`, { body: ROWS })).status).toBe(200);
    expect(performance.now() - begun).toBeLessThan(1000);
  }
  const slow = [...early, ...late].filter(({ text }) => text !== '');
  expect(slow.length).toBeGreaterThanOrEqual(8);
  for (const { text, closed } of slow) {
    expect(text).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n.*connection: close\r\n.*"BODY_TOO_SLOW"/is);
    await closed;
  }
});

test('a refused body that still comes makes room, since it is answered already', async () => {
  const metrics = new ServingMetrics();
  const url = await serve({ metrics, maxConnections: 8 });
  const bodies = await dripping(url, 8);
  const answered = () => bodies.filter(({ text }) => text.startsWith('HTTP/1.1 503'));
  await expect.poll(() => answered().length, { interval: 5 }).toBe(6);
  expect(metrics.receiving).toBe(2);
  for (let k = 0; k < 6; k++) expect((await call(`${url}/healthz`)).status).toBe(200);
  expect(metrics.connections).toMatchObject({ refused: 0 });
  expect(metrics.connections.evicted).toBeGreaterThan(0);
  expect(metrics.receiving).toBe(2);
});

test('where two addresses hold all places, a body that comes in pieces from a third one has its own', async () => {
  const metrics = new ServingMetrics();
  const url = await serve({ metrics, maxReceiving: 8 });
  await Promise.all(['127.0.0.2', '127.0.0.3'].map((from) => dripping(url, 4, from)));
  await expect.poll(() => metrics.receiving, { interval: 2 }).toBe(8);
  const body = JSON.stringify(ROWS);
  const socket = await opened(url);
  ending.push(socket);
  const read = reading(socket);
  socket.write(`POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n{`);
  await wait(50);
  socket.write(body.slice(1));
  await expect.poll(() => read.text).toMatch(/^HTTP\/1\.1 200 OK/);
});
