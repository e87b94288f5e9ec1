import type { CatBoostStep } from '../../model/catboost.ts';
import type { StepOrigin } from '../../model/step-base.ts';
import { placeColumns } from './columns.ts';
import { type ModelRefusals, refusalsAt } from './failure.ts';
import { headOf, type WrapperClass } from './head.ts';
import type { CatBoostFile } from './model-file.ts';
import { numberQuestions } from './questions.ts';
import { placeTrees } from './trees.ts';

/** Raw values a row. */
const MAX_DIMENSIONS = 2 ** 16;

/**
 * The step of a CatBoost model: every index that it holds is checked against what it points into.
 * Throws MODEL_INVALID where the file contradicts itself, MODEL_UNSUPPORTED for text and embedding features.
 */
export function catboostStep(
  file: CatBoostFile,
  wrapper: WrapperClass | null,
  origin: StepOrigin,
): CatBoostStep {
  const refusals = refusalsAt(origin);
  if (!(file.dimensions >= 1 && file.dimensions <= MAX_DIMENSIONS))
    throw refusals.invalid('ApproxDimension', String(file.dimensions), `1 to ${MAX_DIMENSIONS}`);
  refuseOthers(file, refusals);
  const columns = placeColumns(file, refusals);
  const asked = numberQuestions(file, columns, refusals);
  const trees = placeTrees(file, asked.questions.kind.length, refusals);
  const categories = new Set([
    ...columns.oneHots.map(({ column }) => column),
    ...asked.tables.flatMap((table) => table.categories),
  ]);
  return {
    kind: 'catboost',
    origin,
    features: columns.width,
    featureNames: columns.names,
    categories: [...categories].sort((a, b) => a - b),
    floats: columns.floats,
    oneHots: columns.oneHots,
    ...asked,
    trees,
    dimensions: file.dimensions,
    leafValues: file.leafValues,
    ...(file.leafWeights.length * file.dimensions === file.leafValues.length
      ? { leafWeights: file.leafWeights }
      : {}),
    scale: file.scale,
    bias: biasOf(file, refusals),
    head: headOf(file, wrapper, refusals),
  };
}

/** Text and embeddings become numbers by models of their own, which nothing here evaluates. */
function refuseOthers({ others, estimated }: CatBoostFile, refusals: ModelRefusals): void {
  const [first] = others;
  if (estimated > 0)
    throw refusals.unsupported(
      `${first?.kind ?? 'text'} features`,
      `${estimated} computed features over ${others.length} columns of text or embeddings`,
      'models of numbers and categories are',
    );
}

/** Older files have one bias for all dimensions: only 0 means the same for several. */
function biasOf({ bias, dimensions }: CatBoostFile, refusals: ModelRefusals): Float64Array {
  if (bias.length === dimensions) return bias;
  if (bias.every((value) => value === 0)) return new Float64Array(dimensions);
  throw refusals.invalid('the bias', `${bias.length} numbers`, `${dimensions}`);
}
