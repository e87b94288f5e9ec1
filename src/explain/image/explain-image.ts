import type { Batch } from '../../model/batch.ts';
import { type ImageContent, imageAxes } from '../../model/input-content.ts';
import type { Signature, TensorSpec } from '../../model/signature.ts';
import { sliceBatch } from '../../model/slice.ts';
import type { ExplainedModel } from '../explained-model.ts';
import { askedOutput, chosenOutput, unfitOf } from '../explained-output.ts';
import type { WorkProgress } from '../explanation.ts';
import { type HeatPicture, heatPicture } from './heat-map.ts';
import { axesOfRows, type OcclusionMap, occlusionMaps, type PatchGrid } from './occlusion.ts';

/** What an explanation of images is in JSON. */
export interface ImageDocument {
  readonly method: 'occlusion';
  readonly output: string;
  /** The input of the images. */
  readonly features: readonly string[];
  /** Patches of the images as the model is given them, and their size in pixels. */
  readonly grid: PatchGrid;
  /** Of each image the class that is explained, by its label where there are labels, else its place among the scores. */
  readonly explained: readonly unknown[];
  readonly scores: readonly number[];
  /** `[row][patch row][patch column]`: how much the score falls where the patch is covered with the mean colour. */
  readonly values: readonly OcclusionMap['values'][];
  /** Images that were asked for each. */
  readonly evaluations: number;
}

/** What is asked of an explanation of images. */
export interface ImageRequest {
  readonly output?: string | undefined;
  /** Patches at most. */
  readonly budget?: number | undefined;
}

/** The one input of a model whose rows are images, by what is declared of it or by its shape; null where it is none. */
function imageInput(signature: Signature): TensorSpec | null {
  if (signature.form !== 'tensors' || signature.tensors.length !== 1) return null;
  const [input] = signature.tensors;
  if (input === undefined || input.dtype === 'string') return null;
  const isImage =
    input.content?.type === 'image' || (input.shape.length === 4 && imageAxes(input.shape) !== null);
  return isImage ? input : null;
}

/** Whether rows are images. */
export const isOfImages = ({ signature }: ExplainedModel['content']): boolean =>
  imageInput(signature) !== null;

/** Explains images by what covering each patch takes of the score. `picture` draws a row. Errors: EXPLANATION_UNFIT, and those of a prediction. */
export async function explainImages(
  model: ExplainedModel,
  { output, budget }: ImageRequest,
  rows: Batch,
  onProgress?: WorkProgress,
): Promise<{ readonly document: ImageDocument; readonly picture: (row: number) => HeatPicture }> {
  const refuse = unfitOf(model);
  const input = imageInput(model.content.signature);
  if (input === null)
    throw refuse('its rows are no images', 'Explain a model of images, or one whose rows have columns');
  const chosen = chosenOutput(model, output, refuse);
  const { score, classes } = askedOutput(model, chosen, refuse);
  const spec = model.content.signature.outputs.find(({ name }) => name === chosen);
  if (spec !== undefined && spec.shape.length > 2)
    throw refuse(`${chosen} is no list of scores`, 'Give --output one that answers a score for each class');
  const { grid, maps } = await occlusionMaps({ input, score }, rows, budget, refuse, onProgress);
  const document: ImageDocument = {
    ...{ method: 'occlusion', output: chosen, features: [input.name], grid },
    explained: maps.map(({ top }) => classes?.values[top] ?? top),
    scores: maps.map((map) => map.score),
    values: maps.map(({ values }) => values),
    evaluations: grid.rows * grid.columns,
  };
  const picture = (row: number): HeatPicture => {
    const one = sliceBatch(rows, row, row + 1);
    const tensor = one.kind === 'tensors' ? one.tensors[input.name] : undefined;
    const axes = tensor === undefined ? null : axesOfRows(input, tensor);
    const map = maps[row];
    if (tensor === undefined || axes === null || map === undefined)
      throw refuse(`there is no image ${row}`, 'Give --input an image');
    const content: ImageContent | null = input.content?.type === 'image' ? input.content : null;
    return heatPicture(tensor, axes, content, grid, map);
  };
  return { document, picture };
}
