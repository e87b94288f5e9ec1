import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { BodyDecompressor } from '../http/decompressor.ts';
import { DEFAULT_HTTP_LIMITS, type HttpLimits } from '../http/limits.ts';
import { ReceiveSlots } from '../http/receive-slots.ts';
import { ServingMetrics } from '../metrics/serving-metrics.ts';
import { BodyReader, type BodySteps } from './read.ts';

/** A request whose bytes are written by hand, and what its reader tells. */
function taking(headers: Record<string, string> = {}, limits: Partial<HttpLimits> = {}, leaves = false) {
  const all = { ...DEFAULT_HTTP_LIMITS, ...limits };
  const metrics = new ServingMetrics();
  const request = Object.assign(new PassThrough(), { headers });
  const told: string[] = [];
  const steps: BodySteps<string[]> = {
    received: (told, bytes) => told.push(`received ${bytes}`),
    refuse: (told, error) => {
      told.push(isPlimsollError(error) ? error.code : String(error));
      reader.release();
    },
    cancel: (told) => told.push('cancelled'),
    watch: (told) => {
      told.push('watched');
      if (leaves) queueMicrotask(() => reader.release());
    },
  };
  const receiving = new ReceiveSlots({ limits: all, counts: metrics });
  const services = {
    limits: all,
    metrics,
    receiving,
    decompressor: new BodyDecompressor(all.maxBodyBytes, 8 * all.maxBodyBytes),
  };
  const incoming = request as unknown as IncomingMessage;
  const reader = new BodyReader(services, incoming, performance.now(), steps, told);
  return { reader, request, told, metrics };
}

test('a body is handed over when it is whole, and held until it is released', async () => {
  const { reader, request, told, metrics } = taking();
  reader.start();
  for (const piece of ['one', 'two']) {
    request.write(piece);
    await new Promise(setImmediate);
  }
  expect([reader.completeAt, metrics.buffered]).toEqual([0, 6]);
  request.end('three');
  await expect.poll(() => told).toEqual(['received onetwothree']);
  expect(reader.completeAt).toBeGreaterThan(0);
  expect(metrics.buffered).toBe(11);
  reader.release();
  reader.release();
  expect(metrics.buffered).toBe(0);
});

test('a body is refused when it is announced, comes or grows too large', async () => {
  const announced = taking({ 'content-length': '11' }, { maxBodyBytes: 10 });
  expect(() => announced.reader.start()).toThrow('10');
  for (const [headers, bytes, limits, code] of [
    [{}, Buffer.alloc(11), { maxBodyBytes: 10 }, 'BODY_TOO_LARGE'],
    [{}, Buffer.alloc(11), { maxBufferedBytes: 10 }, 'OVERLOADED'],
    [{ 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(999)), { maxBodyBytes: 500 }, 'BODY_TOO_LARGE'],
    [{ 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(999)), { maxBufferedBytes: 500 }, 'OVERLOADED'],
  ] as const) {
    const { reader, request, told, metrics } = taking(headers, limits);
    reader.start();
    request.end(bytes);
    await expect.poll(() => told.at(-1)).toBe(code);
    expect(metrics.buffered).toBe(0);
  }
});

test('a client that leaves is reported, and what comes of its body is forgotten', async () => {
  const early = taking();
  early.reader.start();
  early.request.destroy(new Error('reset'));
  await expect.poll(() => early.told).toEqual(['cancelled']);
  const { reader, request, told, metrics } = taking({ 'content-encoding': 'gzip' }, {}, true);
  reader.start();
  request.end(gzipSync('rows'));
  await expect.poll(() => told).toEqual(['watched']);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect([told, metrics.buffered]).toEqual([['watched'], 0]);
});
