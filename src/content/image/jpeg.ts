import { readFileSync } from 'node:fs';
import createDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import { ByteCursor } from '../../bytes/cursor.ts';
import { assetPath } from '../../config/assets.ts';
import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { checkPixels, type DecodedImage, type TakeMemory } from './decoded-image.ts';

/**
 * JPEG, by MozJPEG in WebAssembly, which decodes to the same samples as libjpeg-turbo does for Pillow and TensorFlow. What the file says
 * of itself is looked at before: its size, its colours, and how many passes it makes over them.
 */

/** The part of WebAssembly that is used here; only the browser's type library declares it. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};
/** What the package makes of its code. */
interface JpegDecoder {
  decode(bytes: Uint8Array, keepsOrientation: boolean): RgbaImage;
}
interface RgbaImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

const WHAT = 'a JPEG image';
export const isJpeg = (bytes: Uint8Array): boolean =>
  bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;

/** Scans of a progressive image: encoders write ten; each costs as much as the whole image. */
const SCANS_MAX = 64;
/** Bytes of a pixel in the decoder and out of it; of a coefficient of each component, which all stay until the last of several scans. */
const [RGBA_COPIES, COEFFICIENTS] = [8, 2];
/** Images of more pixels leave a decoder behind that holds too much memory to be kept. */
const KEPT_PIXELS = 2 ** 22;

const corrupt = (offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: WHAT, offset, found, wanted });

let code: object | null = null;
let decoder: JpegDecoder | null = null;
let said: string[] = [];

/** Errors: READ_TRUNCATED, READ_CORRUPT, READ_LIMIT, MEMORY_EXCEEDED. */
export function decodeJpeg(bytes: Uint8Array, take: TakeMemory): DecodedImage {
  const { width, height, components, scans } = readFrame(bytes);
  const pixelBytes = RGBA_COPIES + components + (scans > 1 ? COEFFICIENTS * components : 0);
  take(2 * bytes.length + width * height * pixelBytes, WHAT);
  said = [];
  try {
    decoder ??= newDecoder();
    const image = decoder.decode(bytes, false);
    const warning = said.find((text) => /premature end/i.test(text));
    if (warning !== undefined) throw corrupt(bytes.length, 'its end too early', 'the whole image');
    if (image.width !== width || image.height !== height)
      throw corrupt(0, `${image.width} × ${image.height} pixels`, `${width} × ${height}`);
    if (width * height > KEPT_PIXELS) decoder = null;
    return {
      width,
      height,
      channels: components === 1 ? 1 : 3,
      data: withoutAlpha(image.data, components === 1 ? 1 : 3),
    };
  } catch (error) {
    decoder = null;
    if (error instanceof PlimsollError) throw error;
    throw corrupt(0, said[0] ?? messageOf(error), 'an image that can be decoded');
  }
}

/** A decoder of its own memory. What it does at the beginning is done when this returns: its code is compiled already. */
function newDecoder(): JpegDecoder {
  code ??= new WebAssembly.Module(readFileSync(assetPath('mozjpeg_dec.wasm')));
  const compiled = code;
  const module = {
    noInitialRun: true,
    decode: (): RgbaImage => {
      throw corrupt(0, 'no decoder', 'one');
    },
    printErr: (text: string) => said.push(text),
    instantiateWasm(imports: object, receive: (instance: object) => void): object {
      const instance = new WebAssembly.Instance(compiled, imports);
      receive(instance);
      return instance.exports;
    },
  };
  void createDecoder(module);
  return module;
}

function withoutAlpha(rgba: Uint8ClampedArray, channels: 1 | 3): Uint8Array {
  const pixels = new Uint8Array((rgba.length / 4) * channels);
  for (let from = 0, to = 0; from < rgba.length; from += 4)
    for (let c = 0; c < channels; c++) pixels[to++] = rgba[from + c]!;
  return pixels;
}

interface JpegFrame {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly scans: number;
}

const [START_OF_SCAN, END] = [0xda, 0xd9];
/** Markers without a length. */
const isBare = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
/** Frames: C4, C8 and CC are tables. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** What the frame says, over all markers up to the end (ITU-T T.81 §B). */
function readFrame(bytes: Uint8Array): JpegFrame {
  const cursor = new ByteCursor(bytes, 2);
  let frame: Omit<JpegFrame, 'scans'> | null = null;
  let scans = 0;
  for (;;) {
    const marker = nextMarker(cursor, bytes);
    if (marker === END || marker === null) break;
    if (isBare(marker)) continue;
    const at = cursor.offset;
    const length = (cursor.u8(WHAT) << 8) | cursor.u8(WHAT);
    if (length < 2) throw corrupt(at, `a segment of ${length} bytes`, 'at least 2');
    const body = cursor.take(length - 2, WHAT);
    if (isFrame(marker)) {
      if (frame !== null) throw corrupt(at, 'a second frame', 'one image');
      frame = frameOf(body, at);
    } else if (marker === START_OF_SCAN && ++scans > SCANS_MAX)
      throw new PlimsollError('READ_LIMIT', {
        what: WHAT,
        offset: at,
        found: `${scans} scans`,
        limit: SCANS_MAX,
        name: 'scans',
      });
  }
  if (frame === null || scans === 0) throw corrupt(0, 'no image', 'a frame and a scan');
  return { ...frame, scans };
}

function frameOf(body: Uint8Array, at: number): Omit<JpegFrame, 'scans'> {
  const [depth = 0, h1 = 0, h0 = 0, w1 = 0, w0 = 0, components = 0] = body;
  const [height, width] = [(h1 << 8) | h0, (w1 << 8) | w0];
  if (depth !== 8 || (components !== 1 && components !== 3))
    throw corrupt(
      at,
      `${components} components of ${depth} bits`,
      '1 (gray) or 3 (colours) of 8 bits; convert CMYK to RGB first',
    );
  checkPixels(width, height, WHAT);
  return { width, height, components };
}

/** The next marker, past the coded data that stands before it; null where there is none any more. */
function nextMarker(cursor: ByteCursor, bytes: Uint8Array): number | null {
  let at = cursor.offset;
  for (; at + 1 < bytes.length; at++) {
    const next = bytes[at + 1];
    if (bytes[at] !== 0xff || next === 0 || next === 0xff || next === undefined) continue;
    cursor.advance(at + 2 - cursor.offset, WHAT);
    return next;
  }
  return null;
}
