import { elementAt } from '../../core/element-at.ts';
import { halfToNumber } from '../../core/float.ts';
import type { Batch } from '../../model/batch.ts';
import { type ImageSize, imageAxes } from '../../model/input-content.ts';
import { numbersTensor } from '../../model/numbers-tensor.ts';
import type { TensorSpec } from '../../model/signature.ts';
import { sliceBatch } from '../../model/slice.ts';
import type { Tensor } from '../../model/tensor.ts';
import type { WorkProgress } from '../explanation.ts';
import type { Score } from '../sampled-explainer.ts';
import type { Refusal } from '../sampling/plan-choice.ts';

/** Patches of one image that are covered, where no budget says otherwise: 14 by 14. */
const USUAL_PATCHES = 196;
/** Numbers of images that are asked at once. */
const BATCH_NUMBERS = 2 ** 22;

/** How much the score of an image's class falls where a patch of it is covered. */
export interface OcclusionMap {
  /** Place of the class among the scores: the one that the image has most of. */
  readonly top: number;
  readonly score: number;
  /** `[rows][columns]` of patches: what the patch adds to the score. */
  readonly values: readonly (readonly number[])[];
}

/** Square patches that cover an image; those at the right and the bottom may be cut off. */
export interface PatchGrid extends ImageSize {
  readonly patch: number;
  readonly rows: number;
  readonly columns: number;
}

/** An image input of a model and the score to explain. */
export interface OccludedModel {
  readonly input: TensorSpec;
  readonly score: Score;
}

type ImageAxes = NonNullable<ReturnType<typeof imageAxes>>;

/** Where an image's axes are in rows of an input; null where they are not those of an image. */
export const axesOfRows = ({ content }: TensorSpec, { shape }: Tensor): ImageAxes | null =>
  imageAxes(shape, content?.type === 'image' ? content.dataFormat : null);

/** The smallest patches of which no more than the budget cover an image. */
export function patchGrid({ height, width }: ImageSize, budget = USUAL_PATCHES): PatchGrid {
  const most = Math.max(1, budget);
  const gridOf = (patch: number): PatchGrid => ({
    ...{ height, width, patch, rows: Math.ceil(height / patch), columns: Math.ceil(width / patch) },
  });
  let patch = Math.max(1, Math.floor(Math.sqrt((height * width) / most)));
  while (gridOf(patch).rows * gridOf(patch).columns > most) patch++;
  return gridOf(patch);
}

/**
 * Occlusion (Zeiler & Fergus, ECCV 2014): each patch in turn has the image's mean colour, as its numbers reach the model. Errors:
 * what `refuse` makes for rows that are no images, and those of a prediction.
 */
export async function occlusionMaps(
  { input, score }: OccludedModel,
  batch: Batch,
  budget: number | undefined,
  refuse: Refusal,
  onProgress?: WorkProgress,
): Promise<{ readonly grid: PatchGrid; readonly maps: readonly OcclusionMap[] }> {
  const given = batch.kind === 'tensors' ? batch.tensors[input.name] : undefined;
  const axes = given === undefined ? null : axesOfRows(input, given);
  if (given === undefined || axes === null)
    throw refuse(
      `its input "${input.name}" is no image`,
      'Explain a model of images, or one whose rows have columns',
    );
  const grid = patchGrid(axes, budget);
  const patches = Array.from({ length: grid.rows * grid.columns }, (_, k) => k);
  const rowOf = (tensor: Tensor, rows: number): Batch => ({
    ...{ kind: 'tensors', rows },
    tensors: { [input.name]: tensor },
  });
  const maps: OcclusionMap[] = [];
  for (const [row, image] of imagesOf(given, batch.rows).entries()) {
    const atOnce = Math.max(1, Math.floor(BATCH_NUMBERS / image.numbers.length));
    const full = await score(sliceBatch(batch, row, row + 1));
    const top = full.indexOf(full.reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY));
    if (top < 0) throw refuse('its scores are no numbers', 'Give --output another of its outputs');
    const drops: number[] = [];
    for (let from = 0; from < patches.length; from += atOnce) {
      onProgress?.((row + from / patches.length) / batch.rows);
      const some = patches.slice(from, from + atOnce);
      const scores = await score(rowOf(coveredImages(image, axes, grid, some), some.length));
      for (const k of some.keys())
        drops.push(elementAt(full, top) - elementAt(scores, k * full.length + top));
    }
    const values = Array.from({ length: grid.rows }, (_, r) =>
      drops.slice(r * grid.columns, (r + 1) * grid.columns),
    );
    maps.push({ top, score: elementAt(full, top), values });
  }
  return { grid, maps };
}

/** An image as numbers, whatever the type of its input. */
interface ImageNumbers {
  readonly dtype: Tensor['dtype'];
  readonly shape: readonly number[];
  readonly numbers: Float64Array;
}

/** The rows of an input of images, each by itself. */
export function imagesOf(given: Tensor, rows: number): readonly ImageNumbers[] {
  const { dtype, data } = given;
  const size = data.length / rows;
  const shape = [1, ...given.shape.slice(1)];
  return Array.from({ length: rows }, (_, row) => ({
    ...{ dtype, shape },
    numbers: Float64Array.from({ length: size }, (__, k) => {
      const value = Number(data[row * size + k]);
      return dtype === 'float16' ? halfToNumber(value) : value;
    }),
  }));
}

/** Where a sample of an image is among its numbers. */
export const placeOfSample =
  ({ height, width, channels, dataFormat }: ImageAxes) =>
  (channel: number, y: number, x: number): number =>
    dataFormat === 'channels_first'
      ? (channel * height + y) * width + x
      : (y * width + x) * channels + channel;

/** An image once for each patch, with the mean of each channel in its place. */
function coveredImages(
  { dtype, shape, numbers }: ImageNumbers,
  axes: ImageAxes,
  grid: PatchGrid,
  patches: readonly number[],
): Tensor {
  const { height, width, channels } = axes;
  const at = placeOfSample(axes);
  const means = new Float64Array(channels);
  for (let channel = 0; channel < channels; channel++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) means[channel]! += numbers[at(channel, y, x)]! / (height * width);
  const fills = dtype.startsWith('float') ? means : means.map(Math.round);
  const size = numbers.length;
  const made = new Float64Array(size * patches.length);
  for (const [k, patch] of patches.entries()) {
    made.set(numbers, k * size);
    const top = Math.floor(patch / grid.columns) * grid.patch;
    const left = (patch % grid.columns) * grid.patch;
    for (let y = top; y < Math.min(height, top + grid.patch); y++)
      for (let x = left; x < Math.min(width, left + grid.patch); x++)
        for (let channel = 0; channel < channels; channel++)
          made[k * size + at(channel, y, x)] = fills[channel]!;
  }
  return numbersTensor(made, dtype, [patches.length, ...shape.slice(1)]);
}
