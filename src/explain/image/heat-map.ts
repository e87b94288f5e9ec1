import type { ImageContent } from '../../model/input-content.ts';
import type { Tensor } from '../../model/tensor.ts';
import { type axesOfRows, imagesOf, type OcclusionMap, type PatchGrid, placeOfSample } from './occlusion.ts';

/** Pure. */

/** Pixels of 8 bits: red, green and blue. */
export interface HeatPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: 3;
  readonly data: Uint8Array;
}

/** Pixels of the longer side of a small picture, at least. */
const LEAST_SIDE = 224;
/** Of the colour that says the most; the rest is the picture in gray. */
const OPACITY = 0.75;
/** What speaks for the class, and what against it. */
const FOR = [214, 39, 40] as const;
const AGAINST = [31, 119, 180] as const;

/**
 * The picture as the model is given it, in gray, under the colours of its patches: red where it speaks for the class, blue where
 * against, the stronger the more, smooth between the middles of patches.
 */
export function heatPicture(
  row: Tensor,
  axes: NonNullable<ReturnType<typeof axesOfRows>>,
  content: ImageContent | null,
  grid: PatchGrid,
  { values }: OcclusionMap,
): HeatPicture {
  const scale = Math.max(1, Math.floor(LEAST_SIDE / Math.max(axes.height, axes.width)));
  const [height, width] = [axes.height * scale, axes.width * scale];
  const gray = grayOf(row, axes, content);
  const most = values.flat().reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  const data = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const heat =
        heatAt(values, (y + 0.5) / scale / grid.patch - 0.5, (x + 0.5) / scale / grid.patch - 0.5) / most;
      const share = OPACITY * Math.abs(heat);
      const under = gray[Math.floor(y / scale) * axes.width + Math.floor(x / scale)]!;
      for (const [channel, colour] of (heat < 0 ? AGAINST : FOR).entries())
        data[(y * width + x) * 3 + channel] = Math.round(under + share * (colour - under));
    }
  return { width, height, channels: 3, data };
}

/** Between the middles of the patches around, straight. */
function heatAt(values: OcclusionMap['values'], row: number, column: number): number {
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const [down, right] = [row - top, column - left];
  const at = (r: number, c: number): number => {
    const line = values[Math.min(values.length - 1, Math.max(0, r))] ?? [];
    return line[Math.min(line.length - 1, Math.max(0, c))] ?? 0;
  };
  const above = at(top, left) * (1 - right) + at(top, left + 1) * right;
  const below = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right;
  return above * (1 - down) + below * down;
}

/** The picture in gray from 0 to 255: what was declared taken back, else stretched from its darkest to its lightest. */
function grayOf(
  row: Tensor,
  axes: NonNullable<ReturnType<typeof axesOfRows>>,
  content: ImageContent | null,
): Float64Array {
  const [image] = imagesOf(row, 1);
  const at = placeOfSample(axes);
  const gray = new Float64Array(axes.height * axes.width);
  for (let y = 0; y < axes.height; y++)
    for (let x = 0; x < axes.width; x++)
      for (let channel = 0; channel < axes.channels; channel++) {
        const value = image?.numbers[at(channel, y, x)] ?? 0;
        const sample =
          (value * (content?.std?.[channel] ?? 1) + (content?.mean?.[channel] ?? 0)) /
          (content?.rescaleFactor ?? 1);
        gray[y * axes.width + x]! += sample / axes.channels;
      }
  const isSamples = content !== null || row.dtype === 'uint8';
  const [low, high] = isSamples
    ? [0, 255]
    : gray.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)] as const, [
        Infinity,
        -Infinity,
      ] as const);
  return gray.map((value) => Math.min(255, Math.max(0, (255 * (value - low)) / (high - low || 1))));
}
