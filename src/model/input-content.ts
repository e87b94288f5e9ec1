import type { DType } from './tensor.ts';

/**
 * What stands for the numbers of an input where a client sends a file: declared by the model's own file, or by a
 * `preprocessor_config.json` beside it, whose terms these are
 * (https://huggingface.co/docs/transformers/main_classes/image_processor). Nothing of it is guessed.
 */

/** Types of inputs that images become. */
export const IMAGE_DTYPES: ReadonlySet<DType> = new Set([
  'float16',
  'float32',
  'float64',
  'uint8',
  'int32',
  'int64',
]);

/** Filters of Pillow, by the names that it gives them. */
export const RESAMPLING = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'] as const;
export type Resampling = (typeof RESAMPLING)[number];

export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** Steps from an encoded image to a row, in this order; null where one is not done. */
export interface ImageContent {
  readonly type: 'image';
  readonly mode: 'RGB' | 'BGR' | 'L';
  /** Where the channels are; null where the input has no axis for them. */
  readonly dataFormat: 'channels_first' | 'channels_last' | null;
  readonly resize: ImageResize | null;
  readonly crop: ImageSize | null;
  readonly rescaleFactor: number | null;
  /** Of each channel, subtracted and divided by after rescaling. */
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
}

export interface ImageResize {
  /** Height and width, or the size of the shorter side, which keeps the shape. */
  readonly size: ImageSize | { readonly shortestEdge: number };
  readonly resample: Resampling;
  /**
   * Whether the filter widens where an image shrinks, over 8-bit values, as Pillow does; else it takes the neighbours of each point
   * in float32, as `tf.image.resize` and `torch.nn.functional.interpolate` do.
   */
  readonly antialias: boolean;
}

/** A sound becomes its samples between -1 and 1. */
export interface AudioContent {
  readonly type: 'audio';
  /** In samples a second. */
  readonly samplingRate: number;
  /** Whether a sound is shifted and scaled to a mean of 0 and a variance of 1. */
  readonly doNormalize: boolean;
}

export type InputContent = ImageContent | AudioContent;

/** An image that is the input as it is: samples from 0 to 255, of its own size. */
export const unchangedImage = ({
  channels,
  dataFormat,
}: Pick<ImageContent, 'dataFormat'> & { readonly channels: number }): ImageContent => ({
  type: 'image',
  mode: channels === 1 ? 'L' : 'RGB',
  dataFormat,
  resize: null,
  crop: null,
  rescaleFactor: null,
  mean: null,
  std: null,
});

/** Where an image's axes are in the shape of an input; null where the shape is none of an image, or leaves it open. */
export function imageAxes(
  shape: readonly number[],
  stated: ImageContent['dataFormat'] = null,
): (ImageSize & Pick<ImageContent, 'dataFormat'> & { readonly channels: number }) | null {
  const [, first = -1, second = -1, third = -1] = shape;
  if (shape.length === 3) return { height: first, width: second, channels: 1, dataFormat: null };
  if (shape.length !== 4) return null;
  const [isFirst, isLast] = [CHANNELS.has(first), CHANNELS.has(third)];
  const dataFormat = isFirst === isLast ? stated : isFirst ? 'channels_first' : 'channels_last';
  if (dataFormat === null) return null;
  return dataFormat === 'channels_first'
    ? { height: second, width: third, channels: first, dataFormat }
    : { height: first, width: second, channels: third, dataFormat };
}

const CHANNELS: ReadonlySet<number> = new Set([1, 3]);
