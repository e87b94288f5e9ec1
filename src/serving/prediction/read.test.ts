import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { BodyDecompressor } from '../http/decompressor.ts';
import { DEFAULT_HTTP_LIMITS, type HttpLimits } from '../http/limits.ts';
import { ReceiveSlots } from '../http/receive-slots.ts';
import { ServingMetrics } from '../metrics/serving-metrics.ts';
import { BodyReader } from './read.ts';

/** A request whose bytes are written by hand, and what its receiver is told. */
function taking(headers: Record<string, string> = {}, limits: Partial<HttpLimits> = {}, leaves = false) {
  const all = { ...DEFAULT_HTTP_LIMITS, ...limits };
  const metrics = new ServingMetrics();
  const request = Object.assign(new PassThrough(), { headers });
  const told: string[] = [];
  const receiver = {
    received: (bytes: Buffer) => told.push(`received ${bytes}`),
    refuse: (error: unknown) => {
      told.push(isPlimsollError(error) ? error.code : String(error));
      intake.release();
    },
    cancel: () => told.push('cancelled'),
    watch: () => {
      told.push('watched');
      if (leaves) queueMicrotask(() => intake.release());
    },
  };
  const receiving = new ReceiveSlots({ limits: all, counts: metrics });
  const reception = {
    limits: all,
    metrics,
    receiving,
    decompressor: new BodyDecompressor(all.maxBodyBytes, 8 * all.maxBodyBytes),
  };
  const intake = new BodyReader(
    reception,
    request as unknown as IncomingMessage,
    receiver,
    performance.now(),
  );
  return { intake, request, told, metrics };
}

test('a body is handed over when it is whole, and held until it is released', async () => {
  const { intake, request, told, metrics } = taking();
  intake.start();
  for (const piece of ['one', 'two']) {
    request.write(piece);
    await new Promise(setImmediate);
  }
  expect([intake.completeAt, metrics.buffered]).toEqual([0, 6]);
  request.end('three');
  await expect.poll(() => told).toEqual(['received onetwothree']);
  expect(intake.completeAt).toBeGreaterThan(0);
  expect(metrics.buffered).toBe(11);
  intake.release();
  intake.release();
  expect(metrics.buffered).toBe(0);
});

test('a body is refused when it is announced, comes or grows too large', async () => {
  const announced = taking({ 'content-length': '11' }, { maxBodyBytes: 10 });
  expect(() => announced.intake.start()).toThrow('10');
  for (const [headers, bytes, limits, code] of [
    [{}, Buffer.alloc(11), { maxBodyBytes: 10 }, 'BODY_TOO_LARGE'],
    [{}, Buffer.alloc(11), { maxBufferedBytes: 10 }, 'OVERLOADED'],
    [{ 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(999)), { maxBodyBytes: 500 }, 'BODY_TOO_LARGE'],
    [{ 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(999)), { maxBufferedBytes: 500 }, 'OVERLOADED'],
  ] as const) {
    const { intake, request, told, metrics } = taking(headers, limits);
    intake.start();
    request.end(bytes);
    await expect.poll(() => told.at(-1)).toBe(code);
    expect(metrics.buffered).toBe(0);
  }
});

test('a client that leaves is reported, and what comes of its body is forgotten', async () => {
  const early = taking();
  early.intake.start();
  early.request.destroy(new Error('reset'));
  await expect.poll(() => early.told).toEqual(['cancelled']);
  const { intake, request, told, metrics } = taking({ 'content-encoding': 'gzip' }, {}, true);
  intake.start();
  request.end(gzipSync('rows'));
  await expect.poll(() => told).toEqual(['watched']);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect([told, metrics.buffered]).toEqual([['watched'], 0]);
});
