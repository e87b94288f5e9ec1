import { PlimsollError } from '../core/errors.ts';
import { type ImageContent, imageAxes, unchangedImage } from '../model/input-content.ts';
import type { TensorSpec } from '../model/signature.ts';
import type { Tensor } from '../model/tensor.ts';
import { checkMemory } from '../serving/rows/check-memory.ts';
import { InputErrors } from '../serving/rows/input-errors.ts';
import type { DecodedImage, TakeMemory } from './image/decoded-image.ts';
import { decodeJpeg, isJpeg } from './image/jpeg.ts';
import { decodePng, isPng } from './image/png.ts';
import { imageRow } from './image/preprocess.ts';
import { audioRow, readWav } from './wav.ts';

/**
 * A picture or a sound as a row of its input, a picture within `room` bytes. Errors: READ_*, MEMORY_EXCEEDED, INPUT_INVALID where nothing
 * says how it becomes numbers.
 */
export function contentRow(bytes: Uint8Array, spec: TensorSpec, what: string, room: number): Tensor {
  const { content } = spec;
  if (content?.type === 'audio') return audioRow(readWav(bytes), content, spec, what);
  if (content === undefined && startsWith(bytes, 'RIFF')) return undeclaredAudio(spec, what);
  let taken = 0;
  const take: TakeMemory = (size, of) => {
    taken += size;
    checkMemory(`${what}: ${of}`, taken, room);
  };
  const image = decodeImage(bytes, take);
  return imageRow(image, content ?? asItIs(image, spec, what), { spec, what, take });
}

const startsWith = (bytes: Uint8Array, text: string): boolean =>
  Buffer.from(bytes.subarray(0, text.length)).toString('latin1') === text;

function decodeImage(bytes: Uint8Array, take: TakeMemory): DecodedImage {
  if (isPng(bytes)) return decodePng(bytes, take);
  if (isJpeg(bytes)) return decodeJpeg(bytes, take);
  throw new PlimsollError('READ_CORRUPT', {
    what: 'an image',
    offset: 0,
    found: 'other bytes',
    wanted: 'PNG or JPEG',
  });
}

/** Where nothing is declared, an image may be the input as it is: samples of 8 bits, of the input's own size. */
function asItIs({ width, height, channels }: DecodedImage, spec: TensorSpec, what: string): ImageContent {
  const axes = imageAxes(spec.shape);
  const isSame =
    axes !== null &&
    spec.dtype === 'uint8' &&
    axes.channels === channels &&
    axes.height === height &&
    axes.width === width;
  if (!isSame || axes === null) return undeclaredImage({ width, height, channels }, spec, what);
  return unchangedImage(axes);
}

const fail = (msg: string): never => new InputErrors().fail(['body'], { type: 'content_undeclared', msg });

/** What to declare, by the shape of the input; the numbers in it are for the one who trained it to check. */
function undeclaredImage(image: Omit<DecodedImage, 'data'>, spec: TensorSpec, what: string): never {
  const { name, dtype, shape } = spec;
  const axes = imageAxes(shape);
  const of = `the input "${name}" is ${dtype} ${JSON.stringify(shape)}`;
  if (axes === null)
    return fail(
      `${what}: an image of ${image.width} × ${image.height} pixels was sent, and ${of}, which is no image`,
    );
  const lines = {
    do_resize: true,
    size: {
      height: axes.height < 0 ? image.height : axes.height,
      width: axes.width < 0 ? image.width : axes.width,
    },
    resample: 2,
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: false,
  };
  return fail(
    `${what}: an image of ${image.width} × ${image.height} pixels was sent, ${of}, and nothing says how one becomes the other. Say it in a file preprocessor_config.json beside the model, or with --preprocessor FILE, with the values that it was trained with, such as ${JSON.stringify(lines)}`,
  );
}

const undeclaredAudio = ({ name }: TensorSpec, what: string): never =>
  fail(
    `${what}: a sound was sent, and nothing says which sampling rate the input "${name}" takes. Say it in a file preprocessor_config.json beside the model, or with --preprocessor FILE, such as {"sampling_rate": 16000, "do_normalize": false}`,
  );
