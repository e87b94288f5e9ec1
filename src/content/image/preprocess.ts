import { PlimsollError } from '../../core/errors.ts';
import { halfBits } from '../../core/float.ts';
import { type ImageContent, type ImageResize, type ImageSize, imageAxes } from '../../model/input-content.ts';
import type { TensorSpec } from '../../model/signature.ts';
import { newTensor, type Tensor } from '../../model/tensor.ts';
import { CONTENT_ELEMENTS_MAX } from '../../serving/rows/content-codecs.ts';
import { InputErrors } from '../../serving/rows/input-errors.ts';
import { elementBytes } from '../../serving/rows/tensor-bytes.ts';
import { checkPixels, type DecodedImage, type TakeMemory } from './decoded-image.ts';
import { interpolateImage, resizeImage } from './resize.ts';

/** An image as the numbers of a row, by the steps that are declared, in the order and precision of transformers' image processors. Pure. */

const fail = (msg: string): never => new InputErrors().fail(['body'], { type: 'image_invalid', msg });

/** Samples of an image while it is made a row: 8 bits, or fractions after interpolation. */
interface Samples extends ImageSize {
  readonly channels: 1 | 3;
  readonly data: Uint8Array | Float32Array;
}

/** What an image is made a row for. */
interface RowTarget {
  readonly spec: TensorSpec;
  /** The image in complaints. */
  readonly what: string;
  readonly take: TakeMemory;
}

/** Errors: INPUT_INVALID where its size is not the input's, READ_LIMIT, MEMORY_EXCEEDED. */
export function imageRow(image: DecodedImage, content: ImageContent, target: RowTarget): Tensor {
  const { spec, what, take } = target;
  const { mode, resize, crop } = content;
  const channels = mode === 'L' ? 1 : 3;
  const size = crop ?? (resize === null ? image : sizeOf(image, resize.size));
  checkSize(size, spec, content, what);
  const elements = size.width * size.height * channels;
  checkElements(elements);
  const toned = withChannels(image, channels, take);
  const resized = resize === null ? toned : resizedTo(sizeOf(image, resize.size), toned, resize, take);
  const cropped = crop === null ? resized : centerCrop(resized, crop);
  // As float32, and then in its own type.
  take(elements * (4 + (spec.dtype === 'float32' ? 0 : elementBytes(spec.dtype))), 'a row of it');
  return rowOf(cropped, content, spec.dtype);
}

function checkElements(found: number): void {
  if (found <= CONTENT_ELEMENTS_MAX) return;
  throw new PlimsollError('READ_LIMIT', {
    what: 'an image',
    offset: 0,
    found: `one that becomes ${found} numbers`,
    limit: CONTENT_ELEMENTS_MAX,
    name: 'numbers',
  });
}

/** Gray by Pillow's weights (ITU-R 601-2), or gray in each of the three. */
function withChannels(
  { width, height, channels, data }: DecodedImage,
  wanted: 1 | 3,
  take: TakeMemory,
): DecodedImage {
  if (channels === wanted) return { width, height, channels, data };
  const pixels = width * height;
  take(pixels * wanted, 'an image in other colours');
  const made = new Uint8Array(pixels * wanted);
  for (let i = 0; i < pixels; i++) {
    if (wanted === 3) made[i * 3] = made[i * 3 + 1] = made[i * 3 + 2] = data[i]!;
    else made[i] = (data[i * 3]! * 19595 + data[i * 3 + 1]! * 38470 + data[i * 3 + 2]! * 7471 + 0x8000) >> 16;
  }
  return { width, height, channels: wanted, data: made };
}

function resizedTo(
  { height, width }: ImageSize,
  image: DecodedImage,
  { resample, antialias }: ImageResize,
  take: TakeMemory,
): Samples {
  checkPixels(width, height, 'a resized image');
  // Its width goes before its height.
  checkPixels(width, image.height, 'an image while it is resized');
  take(width * (image.height + 4 * height) * image.channels, 'an image while it is resized');
  if (antialias || resample === 'nearest') return resizeImage(image, width, height, resample);
  return { height, width, channels: image.channels, data: interpolateImage(image, width, height) };
}

/** The longer side is cut off to whole pixels, as transformers' `get_resize_output_image_size` does. */
function sizeOf({ width, height }: ImageSize, size: ImageResize['size']): ImageSize {
  if (!('shortestEdge' in size)) return size;
  const edge = size.shortestEdge;
  if (width <= height) return { width: edge, height: Math.trunc((edge * height) / width) };
  return { width: Math.trunc((edge * width) / height), height: edge };
}

/** The middle; what a smaller image lacks around it is black. */
function centerCrop(image: Samples, { height, width }: ImageSize): Samples {
  const [top, left] = [Math.floor((image.height - height) / 2), Math.floor((image.width - width) / 2)];
  const { channels, data } = image;
  const made =
    data instanceof Uint8Array
      ? new Uint8Array(height * width * channels)
      : new Float32Array(height * width * channels);
  for (let y = Math.max(0, -top); y < height && y + top < image.height; y++) {
    const [from, to] = [Math.max(0, -left), Math.min(width, image.width - left)];
    const row = (y + top) * image.width + left;
    made.set(data.subarray((row + from) * channels, (row + to) * channels), (y * width + from) * channels);
  }
  return { height, width, channels, data: made };
}

function checkSize(
  { width, height }: ImageSize,
  spec: TensorSpec,
  { dataFormat }: ImageContent,
  what: string,
): void {
  const wanted = imageAxes(spec.shape, dataFormat);
  const fits = wanted !== null && isFitting(wanted.height, height) && isFitting(wanted.width, width);
  if (fits) return;
  fail(
    `${what}: the image is ${width} × ${height} pixels, the input "${spec.name}" takes ${wanted?.width} × ${wanted?.height}, and nothing says how it is resized: send images of that size, or declare "do_resize", "size" and "resample" in preprocessor_config.json`,
  );
}

const isFitting = (wanted: number, found: number): boolean => wanted < 0 || wanted === found;

/** Arithmetic of float32 at each step, looked up for samples of 8 bits. */
function rowOf(
  image: Samples,
  { mode, dataFormat, rescaleFactor, mean, std }: ImageContent,
  dtype: TensorSpec['dtype'],
): Tensor {
  const { width, height, channels, data } = image;
  const isScaled = rescaleFactor !== null || mean !== null || std !== null;
  const scale = (value: number, channel: number): number => {
    const rescaled = rescaleFactor === null ? value : Math.fround(value * rescaleFactor);
    const centered = mean === null ? rescaled : Math.fround(rescaled - Math.fround(mean[channel] ?? 0));
    return std === null ? centered : Math.fround(centered / Math.fround(std[channel] ?? 1));
  };
  const tables = Array.from({ length: channels }, (_, c) =>
    Float32Array.from({ length: 256 }, (__, v) => scale(v, c)),
  );
  const pixels = width * height;
  const values = new Float32Array(pixels * channels);
  for (let c = 0; c < channels; c++) {
    const source = mode === 'BGR' ? channels - 1 - c : c;
    const table = tables[c]!;
    const isPlanar = dataFormat === 'channels_first';
    for (let i = 0; i < pixels; i++) {
      const sample = data[i * channels + source]!;
      const value = data instanceof Uint8Array ? table[sample]! : isScaled ? scale(sample, c) : sample;
      values[isPlanar ? c * pixels + i : i * channels + c] = value;
    }
  }
  const shape =
    dataFormat === null
      ? [height, width]
      : dataFormat === 'channels_first'
        ? [channels, height, width]
        : [height, width, channels];
  return newTensor(dtype, shape, IN_TYPE[dtype]?.(values) ?? fail(`an image does not become ${dtype}`));
}

/** Types that images are taken in. */
const IN_TYPE: Readonly<Partial<Record<TensorSpec['dtype'], (values: Float32Array) => Tensor['data']>>> = {
  float32: (values) => values,
  float64: (values) => Float64Array.from(values),
  float16: (values) => Uint16Array.from(values, halfBits),
  uint8: (values) => Uint8Array.from(values),
  int32: (values) => Int32Array.from(values),
  int64: (values) => BigInt64Array.from(values, (value) => BigInt(Math.trunc(value))),
};
