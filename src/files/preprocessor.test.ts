import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { TensorSpec } from '../model/signature.ts';
import { inputContent } from './preprocessor-document.ts';
import { preprocessorBeside, readPreprocessor } from './preprocessor-file.ts';

const IMAGE: TensorSpec = { name: 'pixel_values', dtype: 'float32', shape: [-1, 3, 224, 224] };
const SOUND: TensorSpec = { name: 'input_values', dtype: 'float32', shape: [-1, -1] };
const contentOf = (document: object, ...specs: readonly TensorSpec[]) =>
  inputContent(document as Record<string, unknown>, specs.length === 0 ? [IMAGE] : specs);

describe('documents that Hugging Face writes', () => {
  test('of ViT: both sides, Pillow bilinear, 1/255, mean and deviation', () => {
    // google/vit-base-patch16-224
    const document = {
      do_normalize: true,
      do_resize: true,
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
      size: 224,
      feature_extractor_type: 'ViTFeatureExtractor',
      resample: 2,
    };
    expect(contentOf(document)).toEqual({
      input: 'pixel_values',
      content: {
        type: 'image',
        mode: 'RGB',
        dataFormat: 'channels_first',
        resize: { size: { height: 224, width: 224 }, resample: 'bilinear', antialias: true },
        crop: null,
        rescaleFactor: 1 / 255,
        mean: [0.5, 0.5, 0.5],
        std: [0.5, 0.5, 0.5],
      },
    });
  });
  test('of CLIP: the shorter side, bicubic, the middle', () => {
    const document = {
      image_processor_type: 'CLIPImageProcessorFast',
      size: { shortest_edge: 224 },
      crop_size: { height: 224, width: 224 },
      image_mean: [0, 0, 0],
      image_std: [1, 1, 1],
      do_convert_rgb: true,
    };
    expect(contentOf(document).content).toMatchObject({
      resize: { size: { shortestEdge: 224 }, resample: 'bicubic' },
      crop: { height: 224, width: 224 },
    });
  });
  test('of ConvNeXT: the middle of what is larger by its share', () => {
    // microsoft/resnet-50
    const document = {
      crop_pct: 0.875,
      do_normalize: true,
      do_resize: true,
      feature_extractor_type: 'ConvNextFeatureExtractor',
      image_mean: [0.485, 0.456, 0.406],
      image_std: [0.229, 0.224, 0.225],
      resample: 3,
      size: 224,
    };
    expect(contentOf(document).content).toMatchObject({
      resize: { size: { shortestEdge: 256 }, resample: 'bicubic' },
      crop: { height: 224, width: 224 },
    });
  });
  test('of Wav2Vec2: samples, normalized', () => {
    // facebook/wav2vec2-base
    const document = {
      do_normalize: true,
      feature_extractor_type: 'Wav2Vec2FeatureExtractor',
      feature_size: 1,
      padding_side: 'right',
      padding_value: 0.0,
      return_attention_mask: false,
      sampling_rate: 16_000,
    };
    expect(contentOf(document, SOUND)).toEqual({
      input: 'input_values',
      content: { type: 'audio', samplingRate: 16_000, doNormalize: true },
    });
  });
});

test('a document without a type does what it says and nothing else', () => {
  const spec: TensorSpec = { name: 'x', dtype: 'float32', shape: [-1, 28, 28, 1] };
  expect(contentOf({ rescale_factor: 0.5 }, spec).content).toEqual({
    type: 'image',
    mode: 'L',
    dataFormat: 'channels_last',
    resize: null,
    crop: null,
    rescaleFactor: 0.5,
    mean: null,
    std: null,
  });
});

test.each<[string, object, readonly TensorSpec[], string]>([
  ['a misspelt field', { resampel: 2 }, [IMAGE], '"resampel" is not known; did you mean "resample"?'],
  [
    'a processor that is not known',
    { image_processor_type: 'SamImageProcessor' },
    [IMAGE],
    'SamImageProcessor is not known: known are ViTImageProcessor',
  ],
  [
    'a step that is not done',
    { image_processor_type: 'ViTImageProcessor', do_pad: true },
    [IMAGE],
    '"do_pad" of ViTImageProcessor is not done here',
  ],
  [
    'another size than the input',
    { size: { height: 8, width: 8 }, resample: 2 },
    [IMAGE],
    'it makes images of 8 × 8 pixels, and the input "pixel_values" takes 224 × 224',
  ],
  ['a size without a filter', { size: 224 }, [IMAGE], '"resample" is undefined, expected Pillow'],
  ['a size beyond reason', { size: 1e9, resample: 2 }, [IMAGE], 'in pixels'],
  ['deviations of 0', { image_mean: 0, image_std: [1, 0, 1] }, [IMAGE], 'none of them 0'],
  ['deviations that are 0 in float32', { image_mean: 0, image_std: 1e-300 }, [IMAGE], 'none of them 0'],
  ...[0, -0.5, 1e-9, 1e300].map((share): [string, object, readonly TensorSpec[], string] => [
    `a crop to ${share} of a size`,
    {
      image_processor_type: 'ConvNextImageProcessor',
      size: { shortest_edge: 224 },
      image_mean: 0.5,
      image_std: 0.5,
      crop_pct: share,
    },
    [IMAGE],
    `"crop_pct" is ${share}`,
  ]),
  [
    'a processor that every object has',
    { image_processor_type: 'constructorImageProcessor', size: 224, resample: 2, do_center_crop: false },
    [IMAGE],
    'constructorImageProcessor is not known',
  ],
  [
    'bicubic interpolation',
    { size: 224, resample: 3, antialias: false },
    [IMAGE],
    'without "antialias" is bilinear',
  ],
  [
    'channels that may be at either end',
    { rescale_factor: 1 },
    [{ ...IMAGE, shape: [-1, 3, 32, 3] }],
    '"input" has to name the one that takes images',
  ],
  ['no input of images', { rescale_factor: 1 }, [SOUND], 'the model has input_values (float32 [-1,-1])'],
  ['two of them', { rescale_factor: 1 }, [IMAGE, { ...IMAGE, name: 'other' }], '"input" has to name the one'],
  ['an input that there is not', { input: 'nope' }, [IMAGE], '"input" is "nope"'],
  [
    'a fraction for an input of whole numbers',
    { rescale_factor: 0.5 },
    [{ ...IMAGE, dtype: 'uint8' }],
    'make fractions, and the input "pixel_values" takes uint8',
  ],
  ['a type that no image becomes', { rescale_factor: 1 }, [{ ...IMAGE, dtype: 'bool' }], 'the model has'],
  [
    'a spectrogram',
    { feature_extractor_type: 'WhisperFeatureExtractor', sampling_rate: 16_000 },
    [SOUND],
    'no spectrograms',
  ],
])('%s is refused', (_, document, specs, message) => {
  expect(() => contentOf(document, ...specs)).toThrow(
    expect.objectContaining({ code: 'PREPROCESSOR_INVALID', message: expect.stringContaining(message) }),
  );
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-preprocessor-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  test('beside a model are found; what is no document is refused', () => {
    const path = join(folder, 'preprocessor_config.json');
    expect(preprocessorBeside(join(folder, 'model.onnx'))).toBeUndefined();
    writeFileSync(path, '{"size": 8}');
    expect(preprocessorBeside(join(folder, 'model.onnx'))).toEqual({ size: 8 });
    for (const [text, message] of [
      ['[1]', 'expected an object'],
      ['{', 'expected JSON'],
      [' '.repeat(70_000), 'it has 70000 bytes'],
      [`{"size":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 'more than 16 levels deep'],
    ] as const) {
      writeFileSync(path, text);
      expect(() => readPreprocessor(path)).toThrow(
        expect.objectContaining({ code: 'PREPROCESSOR_INVALID', message: expect.stringContaining(message) }),
      );
    }
    expect(() => readPreprocessor(join(folder, 'none.json'))).toThrow(
      expect.objectContaining({ code: 'FILE_NOT_FOUND' }),
    );
    for (const path of [folder, '/dev/null'])
      expect(() => readPreprocessor(path)).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
  });
});
