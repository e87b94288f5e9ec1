import type { Resampling } from '../../model/input-content.ts';
import type { DecodedImage } from './decoded-image.ts';

/**
 * Resizing as Pillow does it (src/libImaging/Resample.c): each axis apart, the filter as wide as the image shrinks, weights in fixed
 * point, each pass rounded to 8 bits: the same samples. Pure.
 */

interface ResampleFilter {
  readonly support: number;
  weight(x: number): number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Keys' cubic with a = -0.5. */
function cubic(x: number): number {
  const [a, t] = [-0.5, Math.abs(x)];
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
}

const FILTERS: Readonly<Record<Exclude<Resampling, 'nearest'>, ResampleFilter>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    support: 1,
    weight: (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x))),
  },
  bicubic: { support: 2, weight: cubic },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Bits after the point of a weight, so that a sum of 8-bit samples stays within 32. */
const PRECISION = 32 - 8 - 2;
const HALF = 2 ** (PRECISION - 1);

interface Weights {
  /** First sample, and how many, of each one that is made. */
  readonly from: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  /** Weights that each one has room for. */
  readonly stride: number;
}

function weightsOf(size: number, wanted: number, { support, weight }: ResampleFilter): Weights {
  const scale = size / wanted;
  const stretch = Math.max(1, scale);
  const reach = support * stretch;
  const stride = Math.ceil(reach) * 2 + 1;
  const [from, count] = [new Int32Array(wanted), new Int32Array(wanted)];
  const weights = new Int32Array(wanted * stride);
  const row = new Float64Array(stride);
  for (let k = 0; k < wanted; k++) {
    const center = (k + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - reach + 0.5));
    const length = Math.min(size, Math.trunc(center + reach + 0.5)) - first;
    let sum = 0;
    for (let i = 0; i < length; i++) {
      row[i] = weight((i + first - center + 0.5) * (1 / stretch));
      sum += row[i]!;
    }
    for (let i = 0; i < length; i++) {
      const share = (sum === 0 ? row[i]! : row[i]! / sum) * 2 ** PRECISION;
      weights[k * stride + i] = Math.trunc(share < 0 ? share - 0.5 : share + 0.5);
    }
    from[k] = first;
    count[k] = length;
  }
  return { from, count, weights, stride };
}

const clip = (sum: number): number => {
  const value = sum >> PRECISION;
  return value < 0 ? 0 : Math.min(value, 255);
};

/** An image of this size. */
export function resizeImage(
  image: DecodedImage,
  width: number,
  height: number,
  resample: Resampling,
): DecodedImage {
  if (image.width === width && image.height === height) return image;
  if (resample === 'nearest') return nearest(image, width, height);
  const { channels, data } = image;
  const filter = FILTERS[resample];
  const wide = resampled(data, { before: image.height, size: image.width, after: channels }, width, filter);
  const axis = { before: 1, size: image.height, after: width * channels };
  return { width, height, channels, data: resampled(wide, axis, height, filter) };
}

/** An axis of samples, and the products of the sizes before and after it. */
interface SampleAxis {
  readonly before: number;
  readonly size: number;
  readonly after: number;
}

/** Samples of which one axis has another size. */
function resampled(
  data: Uint8Array,
  { before, size, after }: SampleAxis,
  wanted: number,
  filter: ResampleFilter,
): Uint8Array {
  if (size === wanted) return data;
  const { from, count, weights, stride } = weightsOf(size, wanted, filter);
  const made = new Uint8Array(before * wanted * after);
  for (let j = 0, at = 0; j < before; j++) {
    for (let k = 0; k < wanted; k++) {
      for (let c = 0; c < after; c++) {
        let sum = HALF;
        let place = (j * size + from[k]!) * after + c;
        for (let i = 0, w = k * stride; i < count[k]!; i++, place += after)
          sum += data[place]! * weights[w++]!;
        made[at++] = clip(sum);
      }
    }
  }
  return made;
}

function nearest({ width, height, channels, data }: DecodedImage, wide: number, high: number): DecodedImage {
  const made = new Uint8Array(wide * high * channels);
  for (let y = 0, at = 0; y < high; y++) {
    const row = Math.min(height - 1, Math.floor((y + 0.5) * (height / high)));
    for (let x = 0; x < wide; x++) {
      const place = (row * width + Math.min(width - 1, Math.floor((x + 0.5) * (width / wide)))) * channels;
      for (let c = 0; c < channels; c++) made[at++] = data[place + c]!;
    }
  }
  return { width: wide, height: high, channels, data: made };
}

/**
 * Bilinear between the neighbours of each point in float32, as `tf.image.resize` does (half-pixel centers, no antialiasing): samples
 * stay fractions.
 */
export function interpolateImage(
  { width, height, channels, data }: DecodedImage,
  wide: number,
  high: number,
): Float32Array {
  const made = new Float32Array(wide * high * channels);
  const [columns, rows] = [neighbours(width, wide), neighbours(height, high)];
  for (let y = 0, at = 0; y < high; y++) {
    const [top, bottom, down] = [rows.low[y]! * width, rows.high[y]! * width, rows.share[y]!];
    for (let x = 0; x < wide; x++) {
      const [left, right, across] = [columns.low[x]!, columns.high[x]!, columns.share[x]!];
      for (let c = 0; c < channels; c++) {
        const upper = mix(data[(top + left) * channels + c]!, data[(top + right) * channels + c]!, across);
        const lower = mix(
          data[(bottom + left) * channels + c]!,
          data[(bottom + right) * channels + c]!,
          across,
        );
        made[at++] = mix(upper, lower, down);
      }
    }
  }
  return made;
}

const mix = (a: number, b: number, share: number): number =>
  Math.fround(a + Math.fround(Math.fround(b - a) * share));

interface Neighbours {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly share: Float32Array;
}

function neighbours(size: number, wanted: number): Neighbours {
  const scale = Math.fround(size / wanted);
  const [low, high, share] = [new Int32Array(wanted), new Int32Array(wanted), new Float32Array(wanted)];
  for (let k = 0; k < wanted; k++) {
    const place = Math.fround(Math.fround(Math.fround(k + 0.5) * scale) - 0.5);
    const floor = Math.floor(place);
    low[k] = Math.max(0, floor);
    high[k] = Math.min(size - 1, Math.ceil(place));
    share[k] = place - floor;
  }
  return { low, high, share };
}
