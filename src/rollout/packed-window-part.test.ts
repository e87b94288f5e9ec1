import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packPart, unpackPart } from './packed-window-part.ts';
import { LATENCY_BINS, type WindowPart } from './window-part.ts';

const KEY = { rollout: 'ro_1', generation: 3, window: 7, worker: 'a/1', epoch: 2, seq: 5 };

const word = fc.nat(2 ** 32 - 1);
const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const unit = fc.tuple(word, word, word, fc.nat(255), fc.nat(255));

const part: fc.Arbitrary<WindowPart> = fc
  .record({
    isLast: fc.boolean(),
    units: fc.array(unit, { maxLength: 50 }),
    nameless: fc.array(
      fc.record({ arm: fc.nat(255), flags: word, segment: fc.nat(255), count: fc.nat(1e6) }),
      { maxLength: 5 },
    ),
    segments: fc.array(text, { maxLength: 3 }),
    samples: fc.array(
      fc.record({ millis: fc.nat(1000), score: fc.option(fc.nat()), label: fc.option(text) }),
      { maxLength: 5 },
    ),
    answers: fc.array(
      fc.record(
        {
          ...{ requestId: text, unit: fc.option(text), arm: fc.nat(3), at: fc.nat(), answer: text },
          segment: text,
        },
        { requiredKeys: ['requestId', 'unit', 'arm', 'at', 'answer'] },
      ),
      { maxLength: 5 },
    ),
    shadow: fc.record({ mirrored: fc.nat(), dropped: fc.nat() }),
    bins: fc.array(fc.array(word, { minLength: LATENCY_BINS, maxLength: LATENCY_BINS }), { maxLength: 2 }),
  })
  .map(({ units, bins, ...rest }) => ({
    ...KEY,
    ...rest,
    units: {
      high: Uint32Array.from(units, ([high]) => high),
      low: Uint32Array.from(units, ([, low]) => low),
      flags: Uint32Array.from(units, ([, , flags]) => flags),
      arm: Uint8Array.from(units, ([, , , arm]) => arm),
      segment: Uint8Array.from(units, ([, , , , segment]) => segment),
    },
    latency: bins.map((counts) => Uint32Array.from(counts)),
  }));

describe('a piece as bytes', () => {
  it('comes back as it was, from wherever in a buffer it lies', () => {
    fc.assert(
      fc.property(part, fc.nat(7), (one, shift) => {
        const bytes = packPart(one);
        const buffer = new Uint8Array(bytes.length + shift);
        buffer.set(bytes, shift);
        expect(unpackPart(KEY, buffer.subarray(shift))).toEqual(one);
      }),
    );
  });

  it('is none where it was cut, is longer, or of another version', () => {
    const [one] = fc.sample(part, { numRuns: 1, seed: 4 });
    const bytes = packPart(one!);
    for (let length = 0; length < bytes.length; length++)
      expect(unpackPart(KEY, bytes.subarray(0, length))).toBeNull();
    expect(unpackPart(KEY, new Uint8Array([...bytes, 0]))).toBeNull();
    expect(unpackPart(KEY, bytes.with(0, 2))).toBeNull();
  });

  it('is a piece or none, whatever the bytes', () => {
    fc.assert(
      fc.property(part, fc.nat(), fc.nat(255), (one, place, value) => {
        const bytes = packPart(one);
        const found = unpackPart(KEY, bytes.with(place % bytes.length, value));
        if (found !== null) expect(found.units.flags).toHaveLength(found.units.arm.length);
      }),
    );
  });
});
