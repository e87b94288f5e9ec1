import { PlimsollError } from '../../core/errors.ts';

/** Samples of 8 bits, row by row, the channels of a pixel side by side: gray, or red, green and blue. */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** Most pixels of an image: 128 MB while it is decoded. */
const PIXELS_MAX = 2 ** 25;

/** Before anything is allocated. Errors: READ_LIMIT, READ_CORRUPT for an image without pixels. */
export function checkPixels(width: number, height: number, what: string): void {
  const found = width * height;
  if (found === 0)
    throw new PlimsollError('READ_CORRUPT', {
      what,
      offset: 0,
      found: `a size of ${width} × ${height}`,
      wanted: 'pixels',
    });
  if (found > PIXELS_MAX)
    throw new PlimsollError('READ_LIMIT', {
      what,
      offset: 0,
      found: `${width} × ${height} pixels`,
      limit: PIXELS_MAX,
      name: 'pixels',
    });
}
