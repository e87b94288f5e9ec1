import { blockOf, type RowBlock } from '../engine/native/block.ts';
import { prepareStep } from '../engine/native/prepare.ts';
import type { Batch } from '../model/batch.ts';
import type { ModelStep } from '../model/step.ts';
import { columnSources } from './column-sources.ts';
import { splitModel } from './split-model.ts';

/** What reaches the predictor of a model, and which of the model's columns it is made of. */
export interface ModelEncoding {
  readonly predictor: ModelStep;
  /** Of each column that reaches the predictor, the model's columns. */
  readonly sources: readonly (readonly number[])[];
  /** Errors: those of a prediction. */
  encode(batch: Batch): RowBlock;
}

/** Takes a model apart whose rows have columns of these names. */
export function modelEncoding(root: ModelStep, names: readonly string[]): ModelEncoding {
  const { before, predictor } = splitModel(root);
  if (before === null)
    return { predictor, sources: names.map((_, k) => [k]), encode: (batch) => blockOf(batch) };
  const { transform } = prepareStep(before, names);
  return {
    predictor,
    sources: columnSources(before, names.length),
    encode: (batch) => transform?.(blockOf(batch)) ?? blockOf(batch),
  };
}

/** The one column of the model that each encoded one is made of; null where some are made of several, or of none. */
export function singleSources(sources: ModelEncoding['sources']): Int32Array | null {
  if (sources.some(({ length }) => length !== 1)) return null;
  return Int32Array.from(sources, ([column = 0]) => column);
}
