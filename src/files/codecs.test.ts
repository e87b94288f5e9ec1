import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlimsollError } from '../core/errors.ts';
import { runs } from '../core/testing/runs.ts';
import { CODECS } from './codecs.ts';

interface Stream {
  readonly codec: string;
  readonly variant: string;
  readonly content: string;
  readonly size: number;
  readonly sha256: string;
  readonly stream: string;
}

/** Streams of Python's own compressors, written by tools/fixtures/codecs.py. */
const STREAMS: readonly Stream[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/codecs.json'), 'utf8'),
);
const LIMIT = 2 ** 20;
const SEED = 20261125;

const bytesOf = (stream: Stream): Uint8Array => new Uint8Array(Buffer.from(stream.stream, 'base64'));
const ignore = (): null => null;

describe.each(CODECS)('$id', (codec) => {
  const streams = STREAMS.filter((stream) => stream.codec === codec.id);
  const decompress = (bytes: Uint8Array, limit = LIMIT): Uint8Array => codec.decompress(bytes, limit, ignore);
  const codeOf = (bytes: Uint8Array, limit = LIMIT): string => {
    try {
      decompress(bytes, limit);
      return 'read';
    } catch (error) {
      if (isPlimsollError(error)) return error.code;
      throw error;
    }
  };

  it.each(streams)('unpacks $content by Python, $variant', (stream) => {
    const content = decompress(bytesOf(stream));
    expect(content.length).toBe(stream.size);
    expect(createHash('sha256').update(content).digest('hex')).toBe(stream.sha256);
  });

  it.each(streams.filter(({ size }) => size > 0))('stops one byte short of $content, $variant', (stream) => {
    expect(codeOf(bytesOf(stream), stream.size - 1)).toBe('READ_LIMIT');
    expect(decompress(bytesOf(stream), stream.size).length).toBe(stream.size);
  });

  it.each(streams.filter(({ stream }) => stream.length < 1000))(
    'refuses every truncation of $content, $variant',
    (stream) => {
      const bytes = bytesOf(stream);
      for (let end = 0; end < bytes.length; end++) {
        // A cut between two streams, members or frames leaves a whole file.
        const found = codeOf(bytes.subarray(0, end));
        if (!/two|skippable/.test(stream.variant))
          expect(`${end}: ${found}`).toMatch(/READ_(TRUNCATED|CORRUPT)$/);
      }
    },
  );

  it('answers bit flips with data or a typed refusal', () => {
    const flip = fc.record({ stream: fc.constantFrom(...streams), at: fc.nat(), bit: fc.nat(7) });
    fc.assert(
      fc.property(flip, ({ stream, at, bit }) => {
        const bytes = bytesOf(stream);
        bytes[at % bytes.length]! ^= 1 << bit;
        expect(codeOf(bytes)).toMatch(/^read$|^READ_/);
      }),
      { seed: SEED, numRuns: runs(400) },
    );
  });

  it('answers noise after its magic with a typed refusal', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...streams),
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.nat(40),
        (stream, noise, keep) => {
          const bytes = new Uint8Array([...bytesOf(stream).subarray(0, keep), ...noise]);
          expect(codeOf(bytes)).toMatch(/^read$|^READ_/);
        },
      ),
      { seed: SEED, numRuns: runs(400) },
    );
  });
});
