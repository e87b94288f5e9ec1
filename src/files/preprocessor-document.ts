import { PlimsollError } from '../core/errors.ts';
import { isRecord } from '../core/record.ts';
import {
  type AudioContent,
  IMAGE_DTYPES,
  type ImageContent,
  type ImageResize,
  type ImageSize,
  type InputContent,
  imageAxes,
  type Resampling,
} from '../model/input-content.ts';
import type { TensorSpec } from '../model/signature.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { truncate } from '../text/truncate.ts';
import { PREPROCESSOR_FILE, type PreprocessorDocument } from './preprocessor-file.ts';

/*
 * `preprocessor_config.json` as Hugging Face's image processors and feature extractors write it, whose defaults hold where it names one
 * of them; one that names none declares all it does. Beside their fields: `input`, the name of the input; `antialias`; `data_format`.
 */
export interface DeclaredContent {
  /** Name of the input. */
  readonly input: string;
  readonly content: InputContent;
}

const fail = (reason: string): never => {
  throw new PlimsollError('PREPROCESSOR_INVALID', { path: PREPROCESSOR_FILE, reason });
};

const SHOWN_MAX = 80;
/** A value of a document as a complaint shows it. */
const shown = (value: unknown): string => truncate(JSON.stringify(value) ?? 'undefined', SHOWN_MAX);

/** What is done where a document of this processor does not say (transformers 4, `models/*\/image_processing_*.py`). */
interface ProcessorDefaults {
  readonly resample: number;
  readonly crops: boolean;
  /** Whether a bare number is the size of the shorter side, or of both. */
  readonly isShortest: boolean;
}
const PROCESSORS: ReadonlyMap<string, ProcessorDefaults> = new Map([
  ['ViT', { resample: 2, crops: false, isShortest: false }],
  ['DeiT', { resample: 3, crops: true, isShortest: false }],
  ['Beit', { resample: 3, crops: true, isShortest: false }],
  ['Siglip', { resample: 3, crops: false, isShortest: false }],
  ['CLIP', { resample: 3, crops: true, isShortest: true }],
  ['Bit', { resample: 3, crops: true, isShortest: true }],
  ['ConvNext', { resample: 2, crops: false, isShortest: true }],
]);
const NONE: ProcessorDefaults = { resample: -1, crops: false, isShortest: false };

/** By Pillow's numbers. */
const RESAMPLE: readonly Resampling[] = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'];

const KEYS = [
  ...[
    'input',
    'data_format',
    'antialias',
    'do_resize',
    'size',
    'resample',
    'do_center_crop',
    'crop_size',
    'crop_pct',
  ],
  ...[
    'do_rescale',
    'rescale_factor',
    'do_normalize',
    'image_mean',
    'image_std',
    'do_convert_rgb',
    'do_grayscale',
  ],
  ...[
    'do_flip_channel_order',
    'do_reduce_labels',
    'sampling_rate',
    'feature_size',
    'padding_value',
    'padding_side',
  ],
  ...['return_attention_mask', 'image_processor_type', 'feature_extractor_type', 'processor_class'],
];

/** What a document declares, and of which input. Throws PREPROCESSOR_INVALID. */
export function inputContent(document: PreprocessorDocument, specs: readonly TensorSpec[]): DeclaredContent {
  const stated = document['image_processor_type'] ?? document['feature_extractor_type'];
  const type = typeof stated === 'string' ? truncate(stated, SHOWN_MAX) : null;
  for (const [key, value] of Object.entries(document)) {
    if (KEYS.includes(key)) continue;
    if (type === null) fail(`"${key.slice(0, 60)}" is not known${didYouMean(key, KEYS)}`);
    if (key.startsWith('do_') && value === true) fail(`"${key.slice(0, 60)}" of ${type} is not done here`);
  }
  return document['sampling_rate'] === undefined
    ? imageContent(document, specs, type)
    : audioContent(document, specs, type);
}

function inputOf(
  document: PreprocessorDocument,
  specs: readonly TensorSpec[],
  fits: (spec: TensorSpec) => boolean,
  what: string,
): TensorSpec {
  const named = document['input'];
  const found = typeof named === 'string' ? specs.filter(({ name }) => name === named) : specs.filter(fits);
  const [spec, second] = found;
  const has = specs.map(({ name, dtype, shape }) => `${name} (${dtype} ${JSON.stringify(shape)})`).join(', ');
  if (spec === undefined || second !== undefined)
    return fail(
      `${typeof named === 'string' ? `"input" is ${shown(named)}` : `"input" has to name the one that takes ${what}`}: the model has ${has}`,
    );
  return fits(spec) ? spec : fail(`the input "${spec.name}" is no input of ${what}: the model has ${has}`);
}

function imageContent(
  document: PreprocessorDocument,
  specs: readonly TensorSpec[],
  type: string | null,
): DeclaredContent {
  const stated = dataFormatOf(document, type !== null);
  const spec = inputOf(
    document,
    specs,
    ({ dtype, shape }) => IMAGE_DTYPES.has(dtype) && imageAxes(shape, stated) !== null,
    'images',
  );
  const axes =
    imageAxes(spec.shape, stated) ??
    fail(`"data_format" has to say where the channels of ${JSON.stringify(spec.shape)} are`);
  const name = type?.replace(/(?:ImageProcessor|FeatureExtractor)(?:Fast)?$/, '') ?? null;
  const known = name === null ? NONE : PROCESSORS.get(name);
  if (known === undefined)
    return fail(
      `${type} is not known: known are ${Array.from(PROCESSORS.keys(), (one) => `${one}ImageProcessor`).join(', ')}; leave the type out and declare what it does`,
    );
  const does = (key: string, otherwise: boolean): boolean => booleanOf(document, key, otherwise);
  const isTyped = name !== null;
  const isNormalized = does('do_normalize', isTyped || document['image_mean'] !== undefined);
  const [resize, crop] = sizing(document, known, isTyped, name === 'ConvNext');
  const isGray = does('do_grayscale', axes.channels === 1);
  const content: ImageContent = {
    type: 'image',
    mode: isGray ? 'L' : does('do_flip_channel_order', false) ? 'BGR' : 'RGB',
    dataFormat: axes.dataFormat,
    resize,
    crop,
    rescaleFactor: does('do_rescale', isTyped || document['rescale_factor'] !== undefined)
      ? numberOf(document, 'rescale_factor', isTyped ? 1 / 255 : null)
      : null,
    mean: isNormalized ? numbersOf(document, 'image_mean', isGray ? 1 : 3) : null,
    std: isNormalized ? numbersOf(document, 'image_std', isGray ? 1 : 3) : null,
  };
  if (isGray !== (axes.channels === 1))
    fail(`images have ${isGray ? 1 : 3} channels, and the input "${spec.name}" has ${axes.channels}`);
  checkSize(content, spec, axes);
  if (makesFractions(content) && !spec.dtype.startsWith('float'))
    fail(
      `rescaling and normalizing make fractions, and the input "${spec.name}" takes ${spec.dtype}: say "do_rescale": false, "do_normalize": false`,
    );
  return { input: spec.name, content };
}

const makesFractions = ({ rescaleFactor, mean, std }: ImageContent): boolean =>
  std !== null || [rescaleFactor ?? 1, ...(mean ?? [])].some((value) => !Number.isInteger(value));

function dataFormatOf(document: PreprocessorDocument, isTyped: boolean): ImageContent['dataFormat'] {
  const { data_format: stated } = document;
  if (stated === undefined) return isTyped ? 'channels_first' : null;
  if (stated === 'channels_first' || stated === 'channels_last') return stated;
  return fail(`"data_format" is ${shown(stated)}, expected "channels_first" or "channels_last"`);
}

/** ConvNeXT's crop is a share of what it resizes to (`image_processing_convnext.py`, `resize`). */
const CONVNEXT_CROPS_BELOW = 384;
const CROP_PCT = 224 / 256;

function sizing(
  document: PreprocessorDocument,
  known: ProcessorDefaults,
  isTyped: boolean,
  isConvNext: boolean,
): readonly [ImageResize | null, ImageSize | null] {
  const resizes = booleanOf(document, 'do_resize', isTyped || document['size'] !== undefined);
  const crops = booleanOf(
    document,
    'do_center_crop',
    isTyped ? known.crops : document['crop_size'] !== undefined,
  );
  const crop = crops ? pixelSize(document['crop_size'], 'crop_size', false) : null;
  const square =
    crop === null
      ? null
      : 'shortestEdge' in crop
        ? { height: crop.shortestEdge, width: crop.shortestEdge }
        : crop;
  if (!resizes) return [null, square];
  const resample = resampleOf(document['resample'] ?? (isTyped ? known.resample : undefined));
  const antialias = booleanOf(document, 'antialias', true);
  if (!antialias && resample !== 'bilinear' && resample !== 'nearest')
    fail(`"resample" without "antialias" is bilinear (2) or nearest (0)`);
  const size = pixelSize(document['size'], 'size', known.isShortest);
  if (!isConvNext || !('shortestEdge' in size)) return [{ size, resample, antialias }, square];
  const edge = size.shortestEdge;
  const whole = { height: edge, width: edge };
  if (edge >= CONVNEXT_CROPS_BELOW) return [{ size: whole, resample, antialias }, null];
  const share = numberOf(document, 'crop_pct', CROP_PCT);
  const larger = Math.trunc(edge / share);
  if (!isPixels(larger)) fail(`"crop_pct" is ${share}, expected the share of a size that is left of it`);
  return [{ size: { shortestEdge: larger }, resample, antialias }, whole];
}

function resampleOf(given: unknown): Resampling {
  const found = typeof given === 'number' ? RESAMPLE[given] : RESAMPLE.find((name) => name === given);
  if (found !== undefined) return found;
  return fail(
    `"resample" is ${shown(given)}, expected Pillow's number of a filter: 0 nearest, 1 lanczos, 2 bilinear, 3 bicubic, 4 box, 5 hamming`,
  );
}

const SIZE_MAX = 16_384;
const isPixels = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= SIZE_MAX;

function pixelSize(given: unknown, key: string, isShortest: boolean): ImageResize['size'] {
  if (isPixels(given)) return isShortest ? { shortestEdge: given } : { height: given, width: given };
  const { height, width, shortest_edge: edge } = isRecord(given) ? given : {};
  if (isPixels(height) && isPixels(width)) return { height, width };
  if (isPixels(edge)) return { shortestEdge: edge };
  return fail(
    `"${key}" is ${shown(given)}, expected {"height": H, "width": W} or {"shortest_edge": S} in pixels`,
  );
}

/** Where the result has one size whatever is sent, it is that of the input. */
function checkSize({ crop, resize }: ImageContent, spec: TensorSpec, wanted: ImageSize): void {
  const made = crop ?? (resize !== null && !('shortestEdge' in resize.size) ? resize.size : null);
  if (made === null) return;
  const fits = (size: number, found: number): boolean => size < 0 || size === found;
  if (fits(wanted.height, made.height) && fits(wanted.width, made.width)) return;
  fail(
    `it makes images of ${made.width} × ${made.height} pixels, and the input "${spec.name}" takes ${wanted.width} × ${wanted.height}`,
  );
}

const EXTRACTORS: readonly (string | null)[] = ['Wav2Vec2FeatureExtractor', null];

function audioContent(
  document: PreprocessorDocument,
  specs: readonly TensorSpec[],
  type: string | null,
): DeclaredContent {
  if (!EXTRACTORS.includes(type))
    return fail(`${type} is not known: sounds become samples (Wav2Vec2FeatureExtractor), no spectrograms`);
  const spec = inputOf(document, specs, isWaveform, 'sounds');
  const samplingRate = numberOf(document, 'sampling_rate', null);
  if (!Number.isInteger(samplingRate) || samplingRate <= 0)
    fail(`"sampling_rate" is ${samplingRate}, expected samples a second`);
  if (numberOf(document, 'feature_size', 1) !== 1)
    fail('"feature_size" is expected to be 1: a sound has one channel');
  const content: AudioContent = {
    type: 'audio',
    samplingRate,
    doNormalize: booleanOf(document, 'do_normalize', type !== null),
  };
  return { input: spec.name, content };
}

const isWaveform = ({ dtype, shape }: TensorSpec): boolean =>
  dtype.startsWith('float') &&
  (shape.length === 2 || (shape.length === 3 && (shape[1] === 1 || shape[2] === 1)));

function booleanOf(document: PreprocessorDocument, key: string, otherwise: boolean): boolean {
  const value = document[key] ?? otherwise;
  return typeof value === 'boolean' ? value : fail(`"${key}" is ${shown(value)}, expected true or false`);
}

function numberOf(document: PreprocessorDocument, key: string, otherwise: number | null): number {
  const value = document[key] ?? otherwise;
  return typeof value === 'number' && Number.isFinite(value)
    ? value
    : fail(`"${key}" is ${shown(value)}, expected a number`);
}

function numbersOf(document: PreprocessorDocument, key: string, count: number): readonly number[] {
  const value = document[key];
  const list = Array.isArray(value) ? value : [value];
  const numbers = list.filter((one) => typeof one === 'number' && Number.isFinite(one));
  const isZero = key === 'image_std' && numbers.some((one) => Math.fround(one) === 0);
  if (numbers.length === list.length && !isZero && (numbers.length === count || numbers.length === 1))
    return numbers.length === count ? numbers : new Array<number>(count).fill(Number(numbers[0]));
  return fail(
    `"${key}" is ${shown(value)}, expected ${count} numbers, one for each channel${isZero ? ', none of them 0' : ''}`,
  );
}
