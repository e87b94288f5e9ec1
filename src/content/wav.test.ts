import { describe, expect, test } from 'vitest';
import { isPlimsollError } from '../core/errors.ts';
import type { TensorSpec } from '../model/signature.ts';
import { contentRow } from './row.ts';
import { readWav } from './wav.ts';

interface Wav {
  readonly kind?: number;
  readonly channels?: number;
  readonly rate?: number;
  readonly bits?: number;
  readonly data: Uint8Array;
}

/** A file of one chunk of samples, with another one before it. */
function wavOf({ kind = 1, channels = 1, rate = 16_000, bits = 16, data }: Wav): Buffer {
  const chunk = (name: string, body: Uint8Array): Buffer => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(body.length);
    return Buffer.concat([Buffer.from(name), size, body, Buffer.alloc(body.length % 2)]);
  };
  const format = Buffer.alloc(16);
  format.writeUInt16LE(kind, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt32LE((rate * channels * bits) / 8, 8);
  format.writeUInt16LE((channels * bits) / 8, 12);
  format.writeUInt16LE(bits, 14);
  const chunks = [chunk('fmt ', format), chunk('LIST', Buffer.from('odd')), chunk('data', data)];
  return Buffer.concat([Buffer.from('RIFF'), Buffer.alloc(4), Buffer.from('WAVE'), ...chunks]);
}
const pcm = (...samples: number[]): Uint8Array => new Uint8Array(Int16Array.from(samples).buffer);
const SOUND: TensorSpec = {
  name: 'wave',
  dtype: 'float32',
  shape: [-1, -1],
  content: { type: 'audio', samplingRate: 16_000, doNormalize: false },
};
const row = (wav: Wav, spec: TensorSpec = SOUND) => contentRow(wavOf(wav), spec, 'body', Infinity);

test('samples of 16 bits and floats are numbers between -1 and 1; channels become their mean', () => {
  const wanted = { dtype: 'float32', shape: [2], data: Float32Array.of(0.5, -1) };
  expect(row({ data: pcm(16_384, -32_768) })).toEqual(wanted);
  expect(row({ kind: 3, bits: 32, data: new Uint8Array(Float32Array.of(0.5, -1).buffer) })).toEqual(wanted);
  expect(row({ channels: 2, data: pcm(16_384, 16_384, 0, -32_768) }).data).toEqual(
    Float32Array.of(0.5, -0.5),
  );
});

test('a declared sound may be normalized to a mean of 0 and a variance of 1', () => {
  const spec = { ...SOUND, content: { type: 'audio', samplingRate: 16_000, doNormalize: true } } as const;
  const [first = 0, second = 0] = row({ data: pcm(10_000, 30_000) }, spec).data;
  expect([Number(first), Number(second)]).toEqual([-Number(second), expect.closeTo(1, 2)]);
});

describe('what does not fit is refused', () => {
  test.each<[string, () => unknown, string]>([
    [
      'another sampling rate',
      () => row({ rate: 44_100, data: pcm(1) }),
      'it has 44100 samples a second, the input "wave" takes 16000',
    ],
    [
      'another length',
      () => row({ data: pcm(1, 2) }, { ...SOUND, shape: [-1, 3] }),
      'it has 2 samples, the input "wave" takes 3',
    ],
    [
      'a rate that nobody declared',
      () => row({ data: pcm(1) }, { name: 'wave', dtype: 'float32', shape: [-1, -1] }),
      '{"sampling_rate": 16000',
    ],
    ['24 bits', () => row({ bits: 24, data: new Uint8Array(6) }), 'wanted 16-bit PCM or float32'],
    ['half a sample', () => row({ data: new Uint8Array(3) }), 'wanted a whole number of 2 bytes'],
    ['no samples', () => row({ data: pcm() }), '0 bytes of samples'],
    ['no sound', () => readWav(Buffer.from('RIFFxxxxAVI ')), 'wanted RIFF and WAVE'],
  ])('%s', (_, act, message) => {
    expect(act).toThrow(message);
  });
  test('every truncation and flipped byte is read or refused with a code', () => {
    const whole = wavOf({ channels: 2, data: pcm(1, 2, 3, 4) });
    for (let at = 0; at < whole.length; at++) {
      for (const bytes of [whole.subarray(0, at), whole.with(at, 0xff)]) {
        try {
          readWav(bytes);
        } catch (error) {
          expect(isPlimsollError(error)).toBe(true);
        }
      }
    }
  });
});
