/**
 * How pixels of an axis are made of those of another length, as TensorFlow's kernels do it, in float32: rows of a matrix
 * `[to, from]` (https://github.com/tensorflow/tensorflow/tree/master/tensorflow/core/kernels/image).
 */
export type Interpolation =
  | 'area'
  | 'bicubic'
  | 'bilinear'
  | 'gaussian'
  | 'lanczos3'
  | 'lanczos5'
  | 'mitchellcubic'
  | 'nearest';

const { fround } = Math;

interface Kernel {
  readonly radius: number;
  readonly weigh: (distance: number) => number;
}

const lanczos = (radius: number): Kernel => ({
  radius,
  weigh: (x) => {
    if (x > radius) return 0;
    if (x <= 1e-3) return 1;
    const angle = Math.PI * x;
    return (radius * Math.sin(angle) * Math.sin(angle / radius)) / (angle * angle);
  },
});

const GAUSSIAN_RADIUS = 1.5;

/** Kernels of ScaleAndTranslate. */
const KERNELS: Readonly<
  Record<'bilinear' | 'bicubic' | 'gaussian' | 'lanczos3' | 'lanczos5' | 'mitchellcubic', Kernel>
> = {
  bilinear: { radius: 1, weigh: (x) => Math.max(0, 1 - x) },
  bicubic: {
    radius: 2,
    weigh: (x) => (x >= 2 ? 0 : x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1),
  },
  gaussian: {
    radius: GAUSSIAN_RADIUS,
    weigh: (x) => (x >= GAUSSIAN_RADIUS ? 0 : Math.exp((-x * x) / (2 * (GAUSSIAN_RADIUS / 3) ** 2))),
  },
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
  mitchellcubic: {
    radius: 2,
    weigh: (x) =>
      x >= 2
        ? 0
        : x >= 1
          ? (((-7 / 18) * x + 2) * x - 10 / 3) * x + 16 / 9
          : ((7 / 6) * x - 2) * x * x + 8 / 9,
  },
};

/** The matrix of an axis: element `[i * from + j]` is what pixel j gives to pixel i. */
export function resamplingMatrix(
  method: Interpolation,
  from: number,
  to: number,
  antialias: boolean,
): Float64Array {
  const matrix = new Float64Array(from * to);
  for (let i = 0; i < to; i += 1) {
    const add = (j: number, weight: number): void => {
      matrix[i * from + j] = (matrix[i * from + j] ?? 0) + weight;
    };
    if (method === 'nearest') nearest(i, from, to, add);
    else if (method === 'area') area(i, from, to, add);
    else if (method === 'bilinear' && !antialias) linear(i, from, to, add);
    else if (method === 'bicubic' && !antialias) cubic(i, from, to, add);
    else scaled(KERNELS[method], { i, from, to, antialias }, add);
  }
  return matrix;
}

type Add = (j: number, weight: number) => void;

function nearest(i: number, from: number, to: number, add: Add): void {
  add(Math.min(Math.floor(fround(fround(i + 0.5) * fround(from / to))), from - 1), 1);
}

function linear(i: number, from: number, to: number, add: Add): void {
  const place = fround(fround(fround(i + 0.5) * fround(from / to)) - 0.5);
  const low = Math.floor(place);
  const share = fround(place - low);
  add(Math.max(low, 0), fround(1 - share));
  add(Math.min(low + 1, from - 1), share);
}

function area(i: number, from: number, to: number, add: Add): void {
  const scale = fround(from / to);
  const [begin, end] = [fround(i * scale), fround((i + 1) * scale)];
  for (let j = Math.floor(begin); j < Math.min(Math.ceil(end), from); j += 1)
    add(j, (Math.min(j + 1, end) - Math.max(j, begin)) / scale);
}

/** Weights of a cubic of Keys come from a table of 1024 places; what lies outside of the image has none. */
const TABLE = 1024;

function cubic(i: number, from: number, to: number, add: Add): void {
  const place = fround(fround(fround(i + 0.5) * fround(from / to)) - 0.5);
  const low = Math.floor(place);
  const share = roundToEven(fround(place - low) * TABLE) / TABLE;
  const distances = [1 + share, share, 1 - share, 2 - share];
  const inside = distances
    .map((distance, k) => ({ j: low - 1 + k, weight: KERNELS.bicubic.weigh(distance) }))
    .filter(({ j }) => j >= 0 && j < from);
  addNormalized(inside, add);
}

function roundToEven(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}

interface ScaledPixel {
  readonly i: number;
  readonly from: number;
  readonly to: number;
  readonly antialias: boolean;
}

function scaled({ radius, weigh }: Kernel, { i, from, to, antialias }: ScaledPixel, add: Add): void {
  const inverse = fround(1 / fround(to / from));
  const width = antialias ? Math.max(inverse, 1) : 1;
  const sample = fround(fround(i + 0.5) * inverse);
  if (sample < 0 || sample > from) return;
  const bound = (j: number): number => Math.min(Math.max(j, 0), from - 1);
  const begin = bound(Math.ceil(fround(sample - fround(radius * width) - 0.5)));
  const end = bound(Math.floor(fround(sample + fround(radius * width) - 0.5)));
  const inside = Array.from({ length: end - begin + 1 }, (_, k) => ({
    j: begin + k,
    weight: weigh(Math.abs(begin + k + 0.5 - sample) / width),
  }));
  addNormalized(inside, add);
}

function addNormalized(pixels: readonly { readonly j: number; readonly weight: number }[], add: Add): void {
  const total = pixels.reduce((sum, { weight }) => sum + weight, 0);
  if (Math.abs(total) < 1e-35) return;
  for (const { j, weight } of pixels) add(j, weight / total);
}
