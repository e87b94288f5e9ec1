import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { crc32 } from '../../bytes/crc32.ts';
import { isPlimsollError } from '../../core/errors.ts';
import { inputContent } from '../../files/preprocessor-document.ts';
import { RESAMPLING } from '../../model/input-content.ts';
import type { TensorSpec } from '../../model/signature.ts';
import { contentRow } from '../row.ts';
import type { DecodedImage } from './decoded-image.ts';
import { decodeJpeg } from './jpeg.ts';
import { decodePng, isPng } from './png.ts';
import { encodePng } from './png-writer.ts';
import { interpolateImage, resizeImage } from './resize.ts';

/** Written by tools/fixtures/images.py, with Pillow and TensorFlow. */
const FOLDER = join(import.meta.dirname, '../../../fixtures/images');
const file = (name: string): Uint8Array => new Uint8Array(readFileSync(join(FOLDER, name)));
const answers = JSON.parse(readFileSync(join(FOLDER, 'answers.json'), 'utf8'));
const sha256 = (data: Uint8Array | Float32Array): string => createHash('sha256').update(data).digest('hex');
const FREELY = (): void => undefined;
const decoded = (bytes: Uint8Array): DecodedImage =>
  isPng(bytes) ? decodePng(bytes, FREELY) : decodeJpeg(bytes, FREELY);

const taking = (dtype: TensorSpec['dtype'], ...shape: number[]): TensorSpec => ({
  name: 'image',
  dtype,
  shape,
});
const declared = (spec: TensorSpec, document: object): TensorSpec => ({
  ...spec,
  content: inputContent(document as Record<string, unknown>, [spec]).content,
});
const CHANNELS_LAST = taking('uint8', -1, -1, -1, 3);
/** An image as it is. */
const rowOf = (bytes: Uint8Array) => contentRow(bytes, declared(CHANNELS_LAST, {}), 'body', Infinity);

test.each(Object.entries<string>(answers.decoded))(
  '%s has the samples that Pillow decodes',
  (name, wanted) => {
    const { data } = rowOf(file(name));
    expect(sha256(data as Uint8Array)).toBe(wanted);
  },
);

test('TensorFlow decodes to the same samples', () => {
  expect(answers.tensorflow420).toBe(answers.decoded['420.jpg']);
});

test('gray is what Pillow makes of colours', () => {
  const { data, shape } = contentRow(
    file('rgb.png'),
    declared(taking('uint8', -1, 37, 53), {}),
    'body',
    Infinity,
  );
  expect([shape, sha256(data as Uint8Array)]).toEqual([[37, 53], answers.gray]);
});

test.each<[number, number, number, string]>(answers.resized)(
  'filter %i to %i × %i gives the samples that Pillow gives',
  (resample, width, height, wanted) => {
    expect(sha256(resizeImage(decoded(file('rgb.png')), width, height, RESAMPLING[resample]!).data)).toBe(
      wanted,
    );
  },
);

test.each([
  [5, 4],
  [20, 15],
])('interpolation to %i × %i agrees with tf.image.resize', (width, height) => {
  const wanted: number[] = answers.interpolated[`${width}x${height}`];
  const found = interpolateImage(decoded(file('two-bits.png')), width, height);
  expect(found.length).toBe(wanted.length);
  for (const [i, value] of found.entries())
    expect(Math.abs(value - wanted[i]!)).toBeLessThanOrEqual(255 * 2 ** -22);
});

test("a row has the numbers of transformers' CLIPImageProcessor, bit by bit", () => {
  const document = {
    image_processor_type: 'CLIPImageProcessor',
    size: { shortest_edge: 24 },
    crop_size: 24,
    image_mean: [0.48145466, 0.4578275, 0.40821073],
    image_std: [0.26862954, 0.26130258, 0.27577711],
  };
  const row = contentRow(
    file('420.jpg'),
    declared(taking('float32', -1, 3, 24, 24), document),
    'body',
    Infinity,
  );
  expect(row.shape).toEqual([3, 24, 24]);
  expect(sha256(row.data as Float32Array)).toBe(answers.rows.clip);
});

describe('channels', () => {
  const pixel = (document: object, spec = taking('float32', -1, 37, 53, 3)) => [
    ...(contentRow(file('rgb.png'), declared(spec, document), 'body', Infinity).data as Float32Array).slice(
      0,
      3,
    ),
  ];
  test('are in the order and at the place that is declared', () => {
    const rgb = pixel({});
    expect(pixel({ do_flip_channel_order: true })).toEqual(rgb.toReversed());
    const planar = contentRow(
      file('rgb.png'),
      declared(taking('float32', -1, 3, 37, 53), {}),
      'body',
      Infinity,
    );
    expect([0, 1, 2].map((c) => planar.data[c * 37 * 53])).toEqual(rgb);
    expect(pixel({ rescale_factor: 0.5, image_mean: 1, image_std: [2, 4, 8] })).toEqual(
      rgb.map((value, c) => (value / 2 - 1) / 2 ** (c + 1)),
    );
  });
});

describe('an image that nothing is declared of', () => {
  test('is taken as it is where it is exactly what the input takes, in 8 bits', () => {
    const row = contentRow(file('rgb.png'), taking('uint8', -1, 37, 53, 3), 'body', Infinity);
    expect(sha256(row.data as Uint8Array)).toBe(answers.decoded['rgb.png']);
  });
  test.each([
    ['another size', taking('uint8', -1, 8, 8, 3)],
    ['floats', taking('float32', -1, 37, 53, 3)],
    ['a free size', taking('uint8', -1, -1, -1, 3)],
    ['gray', taking('uint8', -1, 37, 53, 1)],
  ])('is refused for %s, with what to declare', (_, spec) => {
    expect(() => contentRow(file('rgb.png'), spec, 'body', Infinity)).toThrow(
      /an image of 53 × 37 pixels was sent.*preprocessor_config\.json beside the model, or with --preprocessor FILE.*"rescale_factor":0\.0039/s,
    );
  });
  test('a declared one of another size is told so where nothing resizes it', () => {
    const spec = declared(taking('float32', -1, 8, 8, 3), { do_rescale: true, rescale_factor: 1 });
    expect(() => contentRow(file('rgb.png'), spec, 'row 3', Infinity)).toThrow(
      'row 3: the image is 53 × 37 pixels, the input "image" takes 8 × 8',
    );
  });
});

/** A PNG of these chunks. */
function pngOf(
  width: number,
  height: number,
  colour: number,
  depth: number,
  data: Uint8Array,
  interlace = 0,
): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, interlace], 8);
  const chunk = (name: string, body: Uint8Array): Buffer => {
    const named = Buffer.concat([Buffer.from(name), body]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(body.length);
    sum.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, sum]);
  };
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', new Uint8Array()),
  ]);
}

test('interlaced images, and samples of 16 bits, are read', () => {
  // One pixel in the first pass of Adam7, then the others of 2 × 2 in passes 6 and 7.
  const passes = Uint8Array.of(0, 1, 0, 2, 0, 3, 4);
  expect(decoded(pngOf(2, 2, 0, 8, deflateSync(passes), 1)).data).toEqual(Uint8Array.of(1, 2, 3, 4));
  expect(decoded(pngOf(1, 1, 2, 16, deflateSync(Uint8Array.of(0, 9, 99, 8, 98, 7, 97)))).data).toEqual(
    Uint8Array.of(9, 8, 7),
  );
});

describe('hostile images', () => {
  const jpeg = file('420.jpg');
  const frame = Buffer.from(jpeg).indexOf(Uint8Array.of(0xff, 0xc0));
  const sized = (height: number, width: number): Uint8Array => {
    const bytes = Buffer.from(jpeg);
    bytes.writeUInt16BE(height, frame + 5);
    bytes.writeUInt16BE(width, frame + 7);
    return bytes;
  };
  /** So many bytes of black. */
  const black = (bytes: number): Uint8Array => deflateSync(new Uint8Array(bytes));
  const thousandScans = Buffer.concat([
    file('progressive.jpg').subarray(0, -2),
    ...Array.from({ length: 1000 }, () => Uint8Array.of(0xff, 0xda, 0, 2)),
    Uint8Array.of(0xff, 0xd9),
  ]);
  test.each<[string, Uint8Array, string]>([
    ['a PNG of more pixels than are read', pngOf(65_535, 65_535, 0, 8, black(9)), 'READ_LIMIT'],
    ['a PNG of one column that has no end', pngOf(1, 2 ** 20, 0, 1, black(2 ** 21)), 'READ_LIMIT'],
    ['a PNG that unpacks to more than its size', pngOf(1, 1, 0, 8, black(2 ** 24)), 'READ_CORRUPT'],
    ['a PNG that unpacks to less', pngOf(9, 9, 0, 8, black(5)), 'READ_CORRUPT'],
    ['a PNG without pixels', pngOf(0, 9, 0, 8, black(5)), 'READ_CORRUPT'],
    ['a PNG of colours that there are not', pngOf(1, 1, 5, 8, black(5)), 'READ_CORRUPT'],
    ['a palette that is not there', pngOf(1, 1, 3, 8, black(2)), 'READ_CORRUPT'],
    ['a JPEG of more pixels than are read', sized(65_500, 65_500), 'READ_LIMIT'],
    ['a JPEG that is larger than its data', sized(4000, 4000), 'READ_CORRUPT'],
    ['a JPEG in CMYK', file('cmyk.jpg'), 'READ_CORRUPT'],
    ['a JPEG of a thousand scans', thousandScans, 'READ_LIMIT'],
    ['what is no image', Buffer.from('GIF89a'), 'READ_CORRUPT'],
  ])('%s is refused', (_, bytes, code) => {
    expect(() => rowOf(bytes)).toThrow(expect.objectContaining({ code }));
  });

  test('one that would take more memory than there is room for is refused before it is decoded', () => {
    const room = 2 ** 26;
    for (const [bytes, what] of [
      // Neither holds any of its pixels, which nobody finds out.
      [pngOf(8192, 4096, 6, 8, black(9)), 'a PNG image may take 225 MB'],
      [sized(4000, 4000), 'a JPEG image may take 168 MB'],
    ] as const)
      expect(() => contentRow(bytes, declared(CHANNELS_LAST, {}), 'row 2', room)).toThrow(
        `row 2: ${what} of memory, and a request gets at most 64 MB`,
      );
    const gray = pngOf(1024, 1024, 0, 1, black(129 * 1024));
    const floats = declared(taking('float32', -1, -1, -1, 1), {});
    expect(contentRow(gray, floats, 'body', Infinity).shape).toEqual([1024, 1024, 1]);
    expect(() => contentRow(gray, floats, 'body', 2 ** 21)).toThrow('body: a row of it may take');
    expect(() => contentRow(gray, declared(CHANNELS_LAST, {}), 'body', 2 ** 21)).toThrow('in other colours');
  });

  test('one that becomes too large while it is resized, or too many numbers, is refused', () => {
    const tall = pngOf(1, 60_000, 0, 1, black(120_000));
    const document = { size: { height: 8, width: 4096 }, resample: 1 };
    for (const [bytes, fields] of [
      [tall, document],
      [pngOf(4096, 4096, 0, 1, black(513 * 4096)), {}],
    ] as const)
      expect(() =>
        contentRow(bytes, declared(taking('float32', -1, -1, -1, 3), fields), 'body', Infinity),
      ).toThrow(expect.objectContaining({ code: 'READ_LIMIT' }));
  });

  test('every truncation, and flipped bits, are decoded or refused with a code; the next image is decoded', () => {
    for (const name of ['420.jpg', 'progressive.jpg', 'p.png']) {
      const whole = file(name);
      for (let at = 0; at < whole.length; at += 13) {
        for (const bytes of [whole.subarray(0, at), whole.with(at, whole[at]! ^ 0x2d)]) {
          try {
            rowOf(bytes);
          } catch (error) {
            expect(isPlimsollError(error) && error.code !== 'INTERNAL').toBe(true);
          }
        }
      }
      expect(() => decoded(whole.subarray(0, whole.length - 40))).toThrow();
      expect(sha256(rowOf(whole).data as Uint8Array)).toBe(answers.decoded[name]);
    }
  });
});

test.each([1, 3] as const)(
  'a picture of %i channels is the same once it is written and read as PNG',
  (channels) => {
    const data = Uint8Array.from({ length: 5 * 3 * channels }, (_, k) => (k * 37) % 256);
    const picture = { width: 5, height: 3, channels, data };
    expect(decodePng(encodePng(picture), () => undefined)).toEqual(picture);
  },
);
