/** Sounds in WAV as samples between -1 and 1 (https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html). Pure. */
import { ByteCursor } from '../bytes/cursor.ts';
import { PlimsollError } from '../core/errors.ts';
import type { AudioContent } from '../model/input-content.ts';
import type { TensorSpec } from '../model/signature.ts';
import { newTensor, type Tensor } from '../model/tensor.ts';
import { InputErrors } from '../serving/rows/input-errors.ts';

const WHAT = 'a WAV file';
const corrupt = (offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: WHAT, offset, found, wanted });

interface Sound {
  readonly rate: number;
  /** Of one channel. */
  readonly samples: Float32Array;
}

/** Kinds of samples: PCM, floats, and the one that says it further on. */
const [PCM, FLOAT, EXTENSIBLE] = [1, 3, 0xfffe];

interface SoundFormat {
  readonly isFloat: boolean;
  readonly channels: number;
  readonly rate: number;
  readonly bits: number;
}

/** 16-bit PCM or float32; several channels become their mean. Errors: READ_TRUNCATED, READ_CORRUPT. */
export function readWav(bytes: Uint8Array): Sound {
  const cursor = new ByteCursor(bytes);
  const isWave = textAt(cursor) === 'RIFF' && cursor.u32(WHAT) >= 0 && textAt(cursor) === 'WAVE';
  if (!isWave) throw corrupt(0, 'other bytes', 'RIFF and WAVE');
  let format: SoundFormat | null = null;
  for (;;) {
    const name = textAt(cursor);
    const size = cursor.u32(WHAT);
    const body = cursor.take(size, WHAT);
    if (name === 'fmt ') format = formatOf(body, cursor.offset);
    else if (name === 'data') {
      if (format === null) throw corrupt(cursor.offset, 'samples', 'a chunk "fmt " before them');
      return { rate: format.rate, samples: samplesOf(body, format, cursor.offset) };
    }
    // Chunks begin at even places.
    if (size % 2 === 1 && cursor.left > 0) cursor.advance(1, WHAT);
  }
}

const textAt = (cursor: ByteCursor): string => String.fromCharCode(...cursor.take(4, WHAT));

function formatOf(body: Uint8Array, offset: number): SoundFormat {
  const cursor = new ByteCursor(body);
  const kind = cursor.u16(WHAT);
  const [channels, rate] = [cursor.u16(WHAT), cursor.u32(WHAT)];
  cursor.advance(6, WHAT);
  const bits = cursor.u16(WHAT);
  const real = kind === EXTENSIBLE && body.length >= 26 ? ((body[25] ?? 0) << 8) | (body[24] ?? 0) : kind;
  const isKnown = (real === PCM && bits === 16) || (real === FLOAT && bits === 32);
  if (!isKnown) throw corrupt(offset, `samples of kind ${real} in ${bits} bits`, '16-bit PCM or float32');
  if (channels === 0 || rate === 0) throw corrupt(offset, `${channels} channels at ${rate} Hz`, 'a sound');
  return { isFloat: real === FLOAT, channels, rate, bits };
}

function samplesOf(body: Uint8Array, { isFloat, channels, bits }: SoundFormat, offset: number): Float32Array {
  const frame = channels * (bits / 8);
  if (body.length === 0 || body.length % frame !== 0)
    throw corrupt(offset, `${body.length} bytes of samples`, `a whole number of ${frame} bytes`);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const sample = (k: number): number =>
    isFloat ? view.getFloat32(4 * k, true) : view.getInt16(2 * k, true) / 2 ** 15;
  return Float32Array.from({ length: body.length / frame }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += sample(i * channels + c);
    return sum / channels;
  });
}

const fail = (type: string, msg: string): never => new InputErrors().fail(['body'], { type, msg });

/** A sound as the row of an input. Throws INPUT_INVALID for another sampling rate than is declared, or another length. */
export function audioRow(
  { rate, samples }: Sound,
  content: AudioContent,
  spec: TensorSpec,
  what: string,
): Tensor {
  const { samplingRate, doNormalize } = content;
  if (rate !== samplingRate)
    fail(
      'sampling_rate',
      `${what}: it has ${rate} samples a second, the input "${spec.name}" takes ${samplingRate}: resample it first`,
    );
  const values = doNormalize ? normalized(samples) : samples;
  const row = spec.shape.slice(1).map((size) => (size < 0 ? values.length : size));
  const wanted = row.reduce((product, size) => product * size, 1);
  if (wanted !== values.length)
    fail(
      'shape',
      `${what}: it has ${values.length} samples, the input "${spec.name}" takes ${wanted}: cut it, or pad it`,
    );
  return newTensor(spec.dtype, row, spec.dtype === 'float64' ? Float64Array.from(values) : values);
}

/** As transformers' `zero_mean_unit_var_norm`. */
function normalized(samples: Float32Array): Float32Array {
  const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  const variance = samples.reduce((sum, value) => sum + (value - mean) ** 2, 0) / samples.length;
  return samples.map((value) => (value - mean) / Math.sqrt(variance + 1e-7));
}
