import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { type MonitorTick, packTick, unpackTick } from './monitor-tick.ts';

const array = fc
  .array(fc.oneof(fc.constant(0), fc.nat(300), fc.integer({ min: 0, max: 2 ** 53 - 1 })), { maxLength: 30 })
  .map((counts) => Float64Array.from(counts));
const ticks: fc.Arbitrary<MonitorTick> = fc.record({
  profile: fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x)),
  requests: fc.nat(),
  rowsSeen: fc.nat(),
  dropped: fc.nat(),
  counts: fc.record({
    rows: fc.nat(),
    features: fc.array(array, { maxLength: 5 }),
    outputs: fc.array(array, { maxLength: 3 }),
    joint: fc.array(array, { maxLength: 2 }),
  }),
  quality: fc.option(
    fc.record({
      features: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat(), fc.oneof(fc.string(), fc.nat()))),
      repeated: fc.tuple(fc.nat(), fc.nat()),
      clock: fc.tuple(fc.nat(), fc.nat(), fc.nat()),
      missing: fc.dictionary(fc.string(), fc.nat()),
      extra: fc.constant({}),
    }),
  ),
});

test('a tick that is packed and unpacked is the same', () => {
  fc.assert(
    fc.property(ticks, (tick) => {
      expect(unpackTick(packTick(tick))).toEqual(tick);
    }),
  );
});

test('bytes that are cut short, or changed, are refused with a coded error or are another tick; nothing else happens', () => {
  fc.assert(
    fc.property(ticks, fc.nat(), fc.nat(255), fc.boolean(), (tick, place, byte, cut) => {
      const bytes = packTick({ ...tick, quality: null });
      const at = place % bytes.length;
      const damaged = cut ? bytes.slice(0, at) : bytes.with(at, byte);
      try {
        unpackTick(damaged);
      } catch (error) {
        // A length that lies may point into what is no JSON.
        expect(isPlimsollError(error) || error instanceof SyntaxError).toBe(true);
      }
    }),
  );
});

test('a count of arrays that lies is found before they are made', () => {
  const bytes = packTick({
    ...{ profile: 0, requests: 0, rowsSeen: 0, dropped: 0, quality: null },
    counts: { rows: 0, features: [], outputs: [], joint: [] },
  });
  // Its three lists are the three bytes before the length of the rest.
  const lying = Uint8Array.from([...bytes.slice(0, -4), 0xbf, 0x84, 0x3d, 0, 0, 0]);
  expect(() => unpackTick(lying)).toThrow(expect.objectContaining({ code: 'READ_CORRUPT' }));
});

test('two hundred features of which ten bins each are filled take less than six kilobytes', () => {
  const features = Array.from({ length: 200 }, (_, i) =>
    Float64Array.from({ length: 24 }, (_, bin) => (bin < 14 ? 0 : 50 + ((i * bin) % 100))),
  );
  const counts = { rows: 1000, features, outputs: [], joint: [] };
  const packed = packTick({ profile: 1, requests: 1000, rowsSeen: 1000, dropped: 0, counts, quality: null });
  expect(packed.length).toBeLessThan(6000);
});
