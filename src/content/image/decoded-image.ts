import { PlimsollError } from '../../core/errors.ts';

/** Samples of 8 bits, row by row, the channels of a pixel side by side: gray, or red, green and blue. */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

const PIXELS_MAX = 2 ** 25;
/** Most pixels on a side, as JPEG has it: what is made for each row or column is little then. */
const SIDE_MAX = 65_535;

/** Bytes that one image may take while it is made a row. Throws MEMORY_EXCEEDED before they are taken. */
export type TakeMemory = (bytes: number, what: string) => void;

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
  const side = Math.max(width, height);
  const [limit, name] = side > SIDE_MAX ? [SIDE_MAX, 'pixels on a side'] : [PIXELS_MAX, 'pixels'];
  if (side > SIDE_MAX || found > PIXELS_MAX)
    throw new PlimsollError('READ_LIMIT', {
      what,
      offset: 0,
      found: `${width} × ${height} pixels`,
      limit,
      name,
    });
}
